/**
 * Runs one target in a process of its own. The test engine records every step of a failing test, so a loop that a mutation
 * made endless fills the memory before its gas is spent: the process watches itself, reports such a mutant as killed and
 * ends, and the parent starts another for the rest.
 */
import { createRng } from "../../oracle/math/rng.ts";
import type { Mutant } from "./mutation.ts";
import { type MutantResult, runTarget } from "./run-target.ts";
import type { MutationTarget } from "./targets.ts";

/** What the parent asks for. */
export interface TargetOrder {
  readonly target: MutationTarget;
  readonly root: string;
  /** Mutants drawn at random; null for all. */
  readonly limit: number | null;
  readonly seed: string;
  /** Numbers of the mutants that earlier children have dealt with. */
  readonly done: readonly number[];
}

/** What the child answers: lines and results as they come, at the end the number of invalid mutations. */
export type TargetAnswer = { readonly line: string } | { readonly result: MutantResult } | { readonly invalid: number };

const WATCH_MS = 100;
const MOST_RESIDENT_BYTES = 5 * 2 ** 30;
const ENDLESS = "a loop without end";

/** A choice of `limit` mutants, in their order; all without a limit. */
function sample(limit: number | null, seed: string): (mutants: readonly Mutant[]) => readonly Mutant[] {
  return (mutants) => {
    if (limit === null || mutants.length <= limit) return mutants;
    const rng = createRng(seed);
    const drawn = mutants.map((mutant) => ({ mutant, draw: rng.integer(2 ** 31) }));
    const kept = drawn.toSorted((left, right) => left.draw - right.draw).slice(0, limit);
    return kept.map(({ mutant }) => mutant).toSorted((left, right) => left.id - right.id);
  };
}

process.once("message", async ({ target, root, limit, seed, done }: TargetOrder) => {
  const answer = (message: TargetAnswer): void => void process.send?.(message);
  let current: Mutant | undefined;
  const watch = setInterval(() => {
    if (current === undefined || process.memoryUsage.rss() < MOST_RESIDENT_BYTES) return;
    last({ result: { mutant: current, killedBy: ENDLESS } });
    current = undefined;
  }, WATCH_MS);
  const invalid = await runTarget(target, {
    root,
    done: new Set(done),
    choose: sample(limit, `${seed}/${target.name}`),
    report: (line) => answer({ line }),
    begin: (mutant) => {
      current = mutant;
    },
    finish: (result) => answer({ result }),
  });
  clearInterval(watch);
  last({ invalid });
});

/** Sends the last message and ends at once, whatever still runs. */
function last(message: TargetAnswer): void {
  process.send?.(message, undefined, undefined, () => process.kill(process.pid, "SIGKILL"));
}
