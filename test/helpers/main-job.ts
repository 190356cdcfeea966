/** Starts the real main job as a process, follows its progress, signals it, and reads what it ended with. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

/** How a main job is started. */
export interface MainJobOptions {
  /** Flags after `start --json`. */
  readonly flags: readonly string[];
  /** Added to a clean environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a main job ended with. */
export interface MainJobEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

/** A running main job. */
export interface MainJob {
  readonly child: ChildProcess;
  /** Resolves with the first line on stderr, past or future, that matches; rejects when the job ends without one. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<MainJobEnd>;
}

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "oracle/main.ts");
const ENV_FILE = join(ROOT, "scripts/defaults.env");
/** Variables that a process needs to run at all; everything else could change what the job does. */
const KEPT_VARIABLES = ["PATH", "HOME", "TMPDIR", "LANG", "SystemRoot"] as const;
const LOCK = /^run-.*\.lock$/;

/** Starts `start --json` with the given flags. */
export function startMainJob({ flags, environment = {} }: MainJobOptions): MainJob {
  const kept = KEPT_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const child = spawn(process.execPath, [`--env-file=${ENV_FILE}`, MAIN, "start", "--json", ...flags], {
    cwd: ROOT,
    env: { ...Object.fromEntries(kept), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { line, lines } = followLines(child);
  const ended = Promise.all([text(child.stdout), once(child, "close")]).then(
    ([stdout]): MainJobEnd => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr: lines }),
  );
  return { child, line, ended };
}

/** Runs a main job to its end. */
export async function runMainJob(options: MainJobOptions): Promise<MainJobEnd> {
  return await startMainJob(options).ended;
}

/** The JSON object that a job ended with; everything on stdout must be this one line. */
export function summaryOf(end: MainJobEnd): unknown {
  if (end.code !== 0) throw new Error(`exit code ${end.code}, signal ${end.signal}:\n${end.stderr.join("\n")}`);
  if (!/^[^\n]+\n$/.test(end.stdout)) throw new Error(`stdout is not one line: ${JSON.stringify(end.stdout)}`);
  return JSON.parse(end.stdout);
}

/** Lock files left in a data folder. */
export function locksIn(dataDir: string): readonly string[] {
  return readdirSync(dataDir).filter((name) => LOCK.test(name));
}

interface Waiter {
  readonly pattern: RegExp;
  resolve(match: RegExpExecArray): void;
  reject(error: Error): void;
}

function followLines(child: ChildProcess & { readonly stderr: NodeJS.ReadableStream }) {
  const lines: string[] = [];
  let waiters: readonly Waiter[] = [];
  const offer = (waiter: Waiter, line: string): boolean => {
    const match = waiter.pattern.exec(line);
    if (match !== null) waiter.resolve(match);
    return match !== null;
  };
  const reader = createInterface({ input: child.stderr });
  reader.on("line", (line) => {
    lines.push(line);
    waiters = waiters.filter((waiter) => !offer(waiter, line));
  });
  reader.on("close", () => {
    for (const { pattern, reject } of waiters) reject(new Error(`ended without ${pattern}:\n${lines.join("\n")}`));
    waiters = [];
  });
  const line = (pattern: RegExp): Promise<RegExpExecArray> => {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const waiter = { pattern, resolve, reject };
    if (!lines.some((known) => offer(waiter, known))) waiters = [...waiters, waiter];
    // Whoever kills the job may no longer wait for the line.
    promise.catch(() => {});
    return promise;
  };
  return { line, lines };
}
