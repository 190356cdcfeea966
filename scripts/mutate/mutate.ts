/** Mutation testing of the libraries, the rule engine and the verifier: `npm run mutate -- [--json] [--files …]`. */
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { createRng } from "../../oracle/math/rng.ts";
import type { Mutant } from "./mutation.ts";
import { type MutantResult, runTarget } from "./run-target.ts";
import { judgeMutants, type MutationVerdict, readSurvivors } from "./survivors.ts";
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
    const outcome = await runTarget(target, { root: ROOT, report, choose: sample(limit, `${seed}/${target.name}`) });
    results.push(...outcome.results);
    invalid += outcome.invalid;
  }
  const verdict = judgeMutants(results, readSurvivors(ROOT));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`${json ? JSON.stringify({ ...verdict, invalid, seconds }) : describe(verdict, seconds)}\n`);
  return verdict.pass;
}

/** A choice of `limit` mutants, in their order; all without a limit. */
function sample(limit: number | undefined, seed: string): (mutants: readonly Mutant[]) => readonly Mutant[] {
  return (mutants) => {
    if (limit === undefined || mutants.length <= limit) return mutants;
    const rng = createRng(seed);
    const drawn = mutants.map((mutant) => ({ mutant, draw: rng.integer(2 ** 31) }));
    const kept = drawn.toSorted((left, right) => left.draw - right.draw).slice(0, limit);
    return kept.map(({ mutant }) => mutant).toSorted((left, right) => left.id - right.id);
  };
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
