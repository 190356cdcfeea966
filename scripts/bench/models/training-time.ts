/** Measures the whole training of a shipped model, as a process of its own: what `npm run train` takes. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { z } from "zod";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { ARTIFACTS_DIR } from "../bench-ground.ts";
import { type BenchResult, judge } from "../result.ts";
import type { Benchmark } from "../run-benchmarks.ts";
import { writeSimulatedBars } from "./simulated-bars.ts";

const LIMIT_SEC = 600;
const MS_PER_SECOND = 1_000;
const ROOT = resolve(import.meta.dirname, "../../..");
const manifestSchema = z.object({ sha256: z.string() });

/** How a model is trained. */
interface TrainingKind {
  /** False for a model that draws all of its rows from a seed. */
  readonly readsData: boolean;
}

/**
 * The benchmark of one model. Without `--data` the model is trained on simulated bars of the same number; with the data of
 * its card, `sameArtefact` says whether the committed file came out again to the byte.
 *
 * @param model id for `npm run train`.
 */
export function trainingTime(model: string, { readsData }: TrainingKind = { readsData: true }): Benchmark {
  return async ({ data }) => {
    const directory = mkdtempSync(join(tmpdir(), "plimsoll-bench-"));
    const out = join(directory, "out");
    try {
      if (!readsData) return await timeTraining(model, { out, paths: [], isSimulated: false });
      const isSimulated = data.length === 0;
      if (isSimulated) writeSimulatedBars(join(directory, "data"));
      return await timeTraining(model, { out, paths: isSimulated ? [join(directory, "data")] : data, isSimulated });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
}

interface Training {
  readonly out: string;
  readonly paths: readonly string[];
  readonly isSimulated: boolean;
}

async function timeTraining(model: string, { out, paths, isSimulated }: Training): Promise<BenchResult> {
  const started = performance.now();
  const flags = ["--model", model, "--out", out, "--json", ...paths.flatMap((path) => ["--data", path])];
  await runNode([join(ROOT, "scripts/train/train.ts"), ...flags], model);
  const seconds = (performance.now() - started) / MS_PER_SECOND;
  return judge(
    seconds,
    { limit: LIMIT_SEC, unit: "s", passes: "at-most" },
    {
      data: isSimulated ? "simulated" : paths.length === 0 ? "none" : paths.join(", "),
      sameArtefact: isSimulated ? null : shaOf(join(out, model)) === shaOf(join(ARTIFACTS_DIR, model)),
    },
  );
}

function shaOf(directory: string): string {
  return manifestSchema.parse(JSON.parse(readFileSync(join(directory, "manifest.json"), "utf8"))).sha256;
}

async function runNode(commandArguments: readonly string[], model: string): Promise<void> {
  const child = spawn(process.execPath, commandArguments, { stdio: ["ignore", "ignore", "pipe"] });
  const lines: Buffer[] = [];
  child.stderr.on("data", (chunk) => lines.push(chunk));
  const code = await new Promise<number>((done) => {
    child.once("error", () => done(-1));
    child.once("close", (found) => done(found ?? -1));
  });
  if (code === 0) return;
  const lastLine = Buffer.concat(lines).toString().trim().split("\n").at(-1) ?? "";
  throw new PlimsollError({
    code: "BENCH_TRAINING",
    problem: `Training ${model} ended with ${code}: ${lastLine}`,
    remedy: "Run npm run train -- --model with the same data and mend what it says.",
    context: { model, code },
  });
}
