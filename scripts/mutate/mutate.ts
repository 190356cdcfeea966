/** Mutation testing of the libraries, the rule engine and the verifier: `npm run mutate -- [--json] [--files …]`. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import type { MutantResult, TargetResult } from "./run-target.ts";
import { judgeMutants, type MutationVerdict, readSurvivors } from "./survivors.ts";
import type { TargetAnswer, TargetOrder } from "./target-child.ts";
import { readTargets } from "./targets.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface MutateOptions {
  readonly files: readonly string[];
  readonly limit: number | undefined;
  readonly seed: string;
  readonly json: boolean;
}

/** Runs the mutants of all targets, or of the files whose names contain one of `files`. */
async function mutate({ files, limit, seed, json }: MutateOptions): Promise<boolean> {
  const startedAt = performance.now();
  const report = (line: string): void => void process.stderr.write(`mutate: ${line}\n`);
  const results: MutantResult[] = [];
  let invalid = 0;
  for (const target of readTargets(ROOT, files)) {
    const outcome = await inChild({ target, root: ROOT, limit: limit ?? null, seed }, report);
    results.push(...outcome.results);
    invalid += outcome.invalid;
  }
  const verdict = judgeMutants(results, readSurvivors(ROOT));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`${json ? JSON.stringify({ ...verdict, invalid, seconds }) : describe(verdict, seconds)}\n`);
  return verdict.pass;
}

/** Runs a target in a child process. */
function inChild(order: TargetOrder, report: (line: string) => void): Promise<TargetResult> {
  const child = fork(new URL("./target-child.ts", import.meta.url), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    let result: TargetResult | undefined;
    child.on("message", (answer: TargetAnswer) => {
      if ("line" in answer) report(answer.line);
      else result = answer.result;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (result !== undefined) resolve(result);
      else reject(new Error(`The run of "${order.target.name}" ended with code ${code} and no result.`));
    });
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
  .option("--json", "one JSON object on the last line", false)
  .parse()
  .opts<MutateOptions>();

process.exit((await mutate(options)) ? 0 : 1);
