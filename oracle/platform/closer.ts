/** Ordered shutdown: what was opened last is closed first, once, whatever asked for it. */
import type { Logger } from "pino";

/** Exit code after a second signal: 128 + SIGINT, as shells expect. */
const FORCED_EXIT_CODE = 130;
/** Shutdown may take this long before the process leaves anyway, milliseconds (research/oracle-nodes.md §5.2). */
const CLOSE_LIMIT_MS = 25_000;
/** Distinct code of a shutdown that ran out of time. */
const TIMED_OUT_EXIT_CODE = 124;

/** Collects what has to be closed. */
export interface Closer {
  /** Registers a step; steps run in reverse order of registration. Once closing has begun a step runs at once. */
  add(name: string, close: () => Promise<void> | void): void;
  /** Runs all steps once; later calls wait for the same run. A failing step is logged and does not stop the others. */
  close(): Promise<readonly CloseFailure[]>;
  /** Aborted as soon as closing begins: loops watch it. */
  readonly signal: AbortSignal;
}

/** A step that failed while closing. */
export interface CloseFailure {
  readonly name: string;
  readonly cause: unknown;
}

interface Step {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** Creates an empty closer. */
export function createCloser(logger: Logger): Closer {
  const steps: Step[] = [];
  const abort = new AbortController();
  let running: Promise<readonly CloseFailure[]> | null = null;
  return {
    signal: abort.signal,
    add: (name, close) => {
      if (running === null) steps.push({ name, close });
      else void runSteps([{ name, close }], logger);
    },
    close: () => {
      if (running === null) {
        abort.abort();
        running = runSteps(steps.toReversed(), logger);
      }
      return running;
    },
  };
}

async function runSteps(steps: readonly Step[], logger: Logger): Promise<readonly CloseFailure[]> {
  const failures: CloseFailure[] = [];
  for (const { name, close } of steps) {
    try {
      await close();
    } catch (cause) {
      failures.push({ name, cause });
      logger.error({ step: name, err: cause }, "closing failed");
    }
  }
  return failures;
}

/** The part of `process` that signal handling needs; tests hand in an emitter. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/** What happens on a signal. */
export interface SignalHandling {
  readonly signals: SignalSource;
  readonly closer: Closer;
  readonly logger: Logger;
  readonly exit: (code: number) => void;
}

/**
 * Closes on SIGINT and SIGTERM and then exits (0, or 1 when a step failed); a second signal exits at once with 130, a
 * shutdown beyond 25 s with 124.
 *
 * @returns a function that takes the handlers off again.
 */
export function closeOnSignals(handling: SignalHandling): () => void {
  const { signals, closer, logger, exit } = handling;
  let seen = false;
  const listener = (): void => {
    if (seen) {
      exit(FORCED_EXIT_CODE);
      return;
    }
    seen = true;
    logger.info("stopping; press Ctrl-C again to leave at once");
    setTimeout(() => exit(TIMED_OUT_EXIT_CODE), CLOSE_LIMIT_MS).unref();
    void closer.close().then((failures) => exit(failures.length === 0 ? 0 : 1));
  };
  signals.on("SIGINT", listener);
  signals.on("SIGTERM", listener);
  return () => {
    signals.off("SIGINT", listener);
    signals.off("SIGTERM", listener);
  };
}
