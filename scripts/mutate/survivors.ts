/** The committed list of survivors, `test/mutation/survivors.json`: each with the reason why no test can or need kill it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { MutantResult } from "./run-target.ts";

const survivorsSchema = z.array(z.strictObject({ mutant: z.string(), reason: z.string().min(10) }));

/** Reasons by mutant key. */
export type KnownSurvivors = ReadonlyMap<string, string>;

/** Reads the list. */
export function readSurvivors(root: string): KnownSurvivors {
  const text = readFileSync(join(root, "test/mutation/survivors.json"), "utf8");
  return new Map(survivorsSchema.parse(JSON.parse(text)).map(({ mutant, reason }) => [mutant, reason]));
}

/** Verdict over a run. */
export interface MutationVerdict {
  readonly mutants: number;
  readonly killed: number;
  readonly killedPercent: number;
  readonly survivors: readonly SurvivorLine[];
  /** Keys of survivors without a reason. */
  readonly unexplained: readonly string[];
  /** Keys in the list that were tested and killed: their lines should go. */
  readonly outdated: readonly string[];
  readonly pass: boolean;
}

/** One survivor as printed. */
export interface SurvivorLine {
  readonly at: string;
  readonly operator: string;
  readonly change: string;
  readonly reason: string | null;
}

/** At least so many of a hundred mutants must be killed. */
export const LEAST_KILLED_PERCENT = 90;

/** Passes when enough mutants are killed, every survivor has a reason and no reason is outdated. */
export function judgeMutants(results: readonly MutantResult[], known: KnownSurvivors): MutationVerdict {
  const alive = results.filter(({ killedBy }) => killedBy === undefined).map(({ mutant }) => mutant);
  const killed = results.length - alive.length;
  const killedPercent = results.length === 0 ? 0 : Math.floor((1_000 * killed) / results.length) / 10;
  const unexplained = alive.filter(({ key }) => !known.has(key)).map(({ key }) => key);
  const outdated = results
    .filter(({ mutant, killedBy }) => killedBy !== undefined && known.has(mutant.key))
    .map(({ mutant }) => mutant.key);
  return {
    mutants: results.length,
    killed,
    killedPercent,
    survivors: alive.map(({ file, line, operator, original, replacement, key }) => ({
      at: `${file}:${line}`,
      operator,
      change: `${original} -> ${replacement}`,
      reason: known.get(key) ?? null,
    })),
    unexplained,
    outdated,
    pass: killedPercent >= LEAST_KILLED_PERCENT && unexplained.length === 0 && outdated.length === 0,
  };
}
