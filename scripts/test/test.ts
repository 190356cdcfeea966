/** Runs all tests, side by side where they do not wait for each other: `npm test`. A step's output comes whole, when it has ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runSteps, type Step, type StepOutput, type StepResult } from "./run-steps.ts";
import { stepsOf } from "./steps.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** More would compete for memory: a compiler takes two gigabytes. */
const MAX_CORES = 2;
/** As the shell's, for a program that cannot be started and for one that was interrupted. */
const NOT_STARTED = 127;
const INTERRUPTED = 130;

const running = new Set<ChildProcess>();
const stop = new AbortController();

async function main(): Promise<boolean> {
  if (process.argv.length > 2) {
    console.error('test: takes no arguments. To run some tests: npm run test:oracle -- -g "name"');
    return false;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopAll(signal));
  const { resolve } = createRequire(import.meta.url);
  const tools = {
    hardhat: join(dirname(resolve("hardhat/package.json")), "dist/src/cli.js"),
    mocha: join(dirname(resolve("mocha/package.json")), "bin/mocha.js"),
  };
  const results = await runSteps(stepsOf(process.execPath, tools), cores(), {
    execute,
    now: () => performance.now(),
    onStart: ({ name }) => console.log(`test: ${name} …`),
    onEnd: print,
  });
  for (const { step, seconds, reason } of results)
    console.log(
      `test: ${reason === "" ? "ok  " : "FAIL"} ${step.name.padEnd(28)} ${seconds.toFixed(0).padStart(5)} s  ${reason}`,
    );
  return results.every(({ reason }) => reason === "");
}

function cores(): number {
  return Math.min(MAX_CORES, availableParallelism());
}

function execute({ command: [program, ...programArguments] }: Step): Promise<StepOutput> {
  if (stop.signal.aborted) return Promise.resolve({ code: INTERRUPTED, text: "" });
  const child = spawn(program, programArguments, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (code: number, more = ""): void => {
      running.delete(child);
      resolve({ code, text: Buffer.concat(chunks).toString("utf8") + more });
    };
    child.once("error", (error) => end(NOT_STARTED, `${error.message}\n`));
    child.once("close", (code) => end(code ?? 1));
  });
}

function print({ step, text, seconds, reason }: StepResult): void {
  console.log(`── ${step.name}: ${seconds.toFixed(0)} s ${"─".repeat(40)}`);
  if (text.trim() !== "") console.log(text.trimEnd());
  if (reason !== "") console.log(`test: ${step.name} failed: ${reason}`);
}

/** What they have printed so far is still shown: their ends are awaited as always. Nothing new is started. */
function stopAll(signal: NodeJS.Signals): void {
  stop.abort();
  for (const child of running) child.kill(signal);
}

process.exitCode = (await main()) ? 0 : 1;
