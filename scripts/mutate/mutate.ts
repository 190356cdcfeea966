/** Mutation testing of the libraries, the rule engine and the verifier: `npm run mutate -- [--json] [--files …]`. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { openProgress, type Progress } from "./progress.ts";
import type { MutantResult } from "./run-target.ts";
import { judgeMutants, type MutationVerdict, readSurvivors } from "./survivors.ts";
import type { TargetAnswer, TargetOrder } from "./target-child.ts";
import { readTargets } from "./targets.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface MutateOptions {
  readonly files: readonly string[];
  readonly limit: number | undefined;
  readonly seed: string;
  readonly json: boolean;
  readonly fresh: boolean;
}

/** Runs the mutants of all targets, or of the files whose names contain one of `files`. */
async function mutate({ files, limit, seed, json, fresh }: MutateOptions): Promise<boolean> {
  const startedAt = performance.now();
  const report = (line: string): void => void process.stderr.write(`mutate: ${line}\n`);
  const results: MutantResult[] = [];
  let invalid = 0;
  for (const target of readTargets(ROOT, files)) {
    const progress = openProgress({ root: ROOT, target, draw: `${limit ?? "all"}/${seed}` }, fresh);
    if (progress.results.length > 0) report(`${target.name}: goes on after ${progress.results.length} mutants`);
    const outcome = await inChildren({ target, root: ROOT, limit: limit ?? null, seed }, { progress, report });
    results.push(...outcome.results);
    invalid += outcome.invalid;
  }
  const verdict = judgeMutants(results, readSurvivors(ROOT));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`${json ? JSON.stringify({ ...verdict, invalid, seconds }) : describe(verdict, seconds)}\n`);
  return verdict.pass;
}

interface TargetResult {
  readonly results: readonly MutantResult[];
  /** Mutations that do not compile. */
  readonly invalid: number;
}

/** Runs a target in children, one after the other: each goes on where the one before ended. */
async function inChildren(
  order: Omit<TargetOrder, "done">,
  { progress, report }: { readonly progress: Progress; readonly report: (line: string) => void },
): Promise<TargetResult> {
  const results: MutantResult[] = [...progress.results];
  let invalid: number | undefined;
  while (invalid === undefined) {
    const before = results.length;
    invalid = await inChild({ ...order, done: results.map(({ mutant }) => mutant.id) }, (answer) => {
      if ("line" in answer) report(answer.line);
      if (!("result" in answer)) return;
      results.push(answer.result);
      progress.add(answer.result);
    });
    if (invalid === undefined && results.length === before) {
      throw new Error(`A run of "${order.target.name}" ended without a result; its error is above.`);
    }
  }
  return { results, invalid };
}

/** Runs one child. @returns the number of invalid mutations; undefined when mutants are left */
function inChild(order: TargetOrder, onAnswer: (answer: TargetAnswer) => void): Promise<number | undefined> {
  const child = fork(new URL("./target-child.ts", import.meta.url), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    let invalid: number | undefined;
    child.on("message", (answer: TargetAnswer) => {
      if ("invalid" in answer) invalid = answer.invalid;
      else onAnswer(answer);
    });
    child.once("error", reject);
    child.once("close", () => resolve(invalid));
    child.send(order);
  });
}

function describe(verdict: MutationVerdict, seconds: number): string {
  const survivors = verdict.survivors.map(
    ({ at, operator, change, reason }) => `  ${at} ${operator}\n    ${change}\n    ${reason ?? "NO REASON GIVEN"}`,
  );
  return [
    `Survivors (${survivors.length}):`,
    ...survivors,
    ...verdict.unexplained.map((key) => `without a reason: ${key}`),
    ...verdict.outdated.map((key) => `killed by now, take it off the list: ${key}`),
    `${verdict.killed} of ${verdict.mutants} mutants killed (${verdict.killedPercent} %) in ${seconds} s`,
  ].join("\n");
}

const options = new Command("mutate")
  .option("--files <parts...>", "only files whose names contain one of these", [])
  .option("--limit <n>", "mutants per target, drawn at random", Number)
  .option("--seed <text>", "seed of the draw", "mutate-1")
  .option("--fresh", "begin anew instead of going on with a run that was cut off", false)
  .option("--json", "one JSON object on the last line", false)
  .parse()
  .opts<MutateOptions>();

process.exit((await mutate(options)) ? 0 : 1);
