/** Resident memory of the whole system: the real start command, sampled from its first round to its end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { compileContracts } from "../../oracle/pipeline/local/compile-contracts.ts";
import { type BenchResult, judge, rounded } from "./result.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ROUNDS = 12;
const LIMIT_GB = 1.5;
const SAMPLE_MS = 50;
const BYTES_PER_KIB = 1_024;
const BYTES_PER_GB = 1e9;
/** How the terminal view begins the line of the first round. */
const FIRST_ROUND = /^\[\s*1\//;

/**
 * Runs the benchmark.
 *
 * @throws PlimsollError `BENCH_START_FAILED` when the start command fails, `BENCH_PLATFORM` where there is no /proc.
 */
export async function benchMemory(): Promise<BenchResult> {
  await compileContracts(new AbortController().signal);
  mkdirSync(join(ROOT, ".plimsoll"), { recursive: true });
  const dataDir = mkdtempSync(join(ROOT, ".plimsoll/bench-"));
  try {
    const { samplesKib, peakKib } = await watchStart(dataDir);
    return judge(
      toGb(Math.max(...samplesKib)),
      { limit: LIMIT_GB, unit: "GB", passes: "at-most" },
      { rounds: ROUNDS, samples: samplesKib.length, peakOfWholeRun: rounded(toGb(peakKib)) },
    );
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function toGb(kib: number): number {
  return (kib * BYTES_PER_KIB) / BYTES_PER_GB;
}

interface Watched {
  /** From the first round on. */
  readonly samplesKib: readonly number[];
  /** The system's own high-water mark, opening of database and chain included. */
  readonly peakKib: number;
}

async function watchStart(dataDir: string): Promise<Watched> {
  const flags = ["start", "--json", "--rounds", String(ROUNDS), "--data-dir", dataDir];
  const child = spawn(process.execPath, ["--env-file=scripts/defaults.env", "oracle/main.ts", ...flags], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const samplesKib: number[] = [];
  let peakKib = 0;
  let isRunning = false;
  let lastWords = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    isRunning ||= FIRST_ROUND.test(line);
    lastWords = line;
  });
  const timer = setInterval(() => {
    const { residentKib, highKib } = memoryOf(child.pid ?? 0);
    peakKib = Math.max(peakKib, highKib);
    if (isRunning && residentKib > 0) samplesKib.push(residentKib);
  }, SAMPLE_MS);
  const [code] = await once(child, "exit");
  clearInterval(timer);
  if (code !== 0 || samplesKib.length === 0) throw startFailed(Number(code), lastWords);
  return { samplesKib, peakKib };
}

/** Zeros when the process has just ended. */
function memoryOf(pid: number): { readonly residentKib: number; readonly highKib: number } {
  if (process.platform !== "linux") throw platformUnknown();
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
    return { residentKib: field("VmRSS"), highKib: field("VmHWM") };
  } catch {
    // The process ended between two samples; its exit is handled by the caller.
    return { residentKib: 0, highKib: 0 };
  }
}

function startFailed(code: number, lastWords: string): PlimsollError<"BENCH_START_FAILED"> {
  return new PlimsollError({
    code: "BENCH_START_FAILED",
    problem: `The start command ended with code ${code} and said: ${lastWords || "nothing"}.`,
    remedy: "Run npm start -- --rounds 12 to see what it says.",
    context: { code },
  });
}

function platformUnknown(): PlimsollError<"BENCH_PLATFORM"> {
  return new PlimsollError({
    code: "BENCH_PLATFORM",
    problem: `Resident memory is read from /proc, which ${process.platform} does not have.`,
    remedy: "Run the memory benchmark on Linux, or leave it out with --only.",
    context: { platform: process.platform },
  });
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchMemory())}\n`);
