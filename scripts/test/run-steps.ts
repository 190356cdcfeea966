/** Runs steps that wait for each other side by side on a few cores, and says of each whether it did what it should. */

/** What a step is and what it waits for. */
export interface Step {
  readonly name: string;
  /** Program and arguments, from the project's root. */
  readonly command: readonly [string, ...string[]];
  /** Names of steps that must have passed before. */
  readonly after: readonly string[];
  /** Cores that it keeps busy; with more than there are it runs alone. */
  readonly cores: number;
  /** Whether it counts tests: without a line "N passing" it has broken off, whatever its exit code says. */
  readonly counts: boolean;
}

/** How a process ended, and everything that it printed. */
export interface StepOutput {
  readonly code: number;
  readonly text: string;
}

/** How a step ended; `reason` is empty for one that passed. */
export interface StepResult extends StepOutput {
  readonly step: Step;
  readonly seconds: number;
  readonly reason: string;
}

/** What running needs from outside. */
export interface StepDeps {
  /** Starts the command; resolves in every case, also when there is no such program. */
  readonly execute: (step: Step) => Promise<StepOutput>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly onStart: (step: Step) => void;
  readonly onEnd: (result: StepResult) => void;
}

const MS_PER_SEC = 1000;
/** Colours of the terminal, between the words of a summary. */
const COLOUR = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;]*[A-Za-z]`, "g");
/** Lines of mocha's and Hardhat's summaries; the last one of each kind counts, since tests print too. */
const PASSING = /^ *(\d+) passing\b/gm;
const FAILING = /^ *(\d+) failing\b/gm;

/** Steps on their way. */
interface Progress {
  readonly waiting: Set<Step>;
  readonly running: Map<Step, Promise<void>>;
  readonly results: StepResult[];
}

/**
 * Runs all steps; in their order where there is a choice. A failed step does not stop its neighbours, only what waits for it.
 *
 * @param cores how many cores there are, at least 1
 * @returns one result a step, in the order of their ends
 */
export async function runSteps(steps: readonly Step[], cores: number, deps: StepDeps): Promise<readonly StepResult[]> {
  const progress: Progress = { waiting: new Set(steps), running: new Map(), results: [] };
  while (progress.waiting.size > 0 || progress.running.size > 0) {
    const next = nextStep(progress, cores);
    if (next !== undefined) begin(next, progress, deps);
    else if (progress.running.size > 0) await Promise.race(progress.running.values());
    else giveUp(progress, deps);
  }
  return progress.results;
}

/** The first step that waits for nothing more and for which cores are free. */
function nextStep({ waiting, running, results }: Progress, cores: number): Step | undefined {
  const passed = new Set(results.filter(({ reason }) => reason === "").map(({ step }) => step.name));
  const busy = [...running.keys()].reduce((sum, step) => sum + step.cores, 0);
  return [...waiting].find(
    (step) => step.after.every((name) => passed.has(name)) && (running.size === 0 || busy + step.cores <= cores),
  );
}

function begin(step: Step, { waiting, running, results }: Progress, { execute, now, onStart, onEnd }: StepDeps): void {
  waiting.delete(step);
  onStart(step);
  const startedAt = now();
  const ended = execute(step).then((output) => {
    const seconds = (now() - startedAt) / MS_PER_SEC;
    const result: StepResult = { ...output, step, seconds, reason: faultOf(step, output) };
    running.delete(step);
    results.push(result);
    onEnd(result);
  });
  running.set(step, ended);
}

/** What is left waits for steps that failed, or for none that there is. */
function giveUp({ waiting, results }: Progress, { onEnd }: StepDeps): void {
  const passed = new Set(results.filter(({ reason }) => reason === "").map(({ step }) => step.name));
  for (const step of waiting) {
    const lacking = step.after.filter((name) => !passed.has(name));
    const result: StepResult = {
      step,
      code: 1,
      text: "",
      seconds: 0,
      reason: `not run without: ${lacking.join(", ")}`,
    };
    results.push(result);
    onEnd(result);
  }
  waiting.clear();
}

function faultOf(step: Step, { code, text }: StepOutput): string {
  if (code !== 0) return `exit code ${code}`;
  if (!step.counts) return "";
  const plain = text.replaceAll(COLOUR, "");
  const passed = lastNumber(plain, PASSING);
  if (passed === null) return "it ended without its summary";
  if (passed === 0) return "it ran no test";
  const failed = lastNumber(plain, FAILING) ?? 0;
  return failed === 0 ? "" : `${failed} failing, though it ended with 0`;
}

function lastNumber(text: string, line: RegExp): number | null {
  const last = [...text.matchAll(line)].at(-1);
  return last === undefined ? null : Number(last[1]);
}
