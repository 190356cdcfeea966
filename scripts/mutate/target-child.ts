/**
 * Runs one target in a process of its own: the compiler keeps what it once took, and after some large compilations there is
 * nothing left. The parent sends the order, and gets progress lines and the result.
 */
import { createRng } from "../../oracle/math/rng.ts";
import type { Mutant } from "./mutation.ts";
import { runTarget, type TargetResult } from "./run-target.ts";
import type { MutationTarget } from "./targets.ts";

/** What the parent asks for. */
export interface TargetOrder {
  readonly target: MutationTarget;
  readonly root: string;
  /** Mutants drawn at random; null for all. */
  readonly limit: number | null;
  readonly seed: string;
}

/** What the child answers, in order: lines, then one result. */
export type TargetAnswer = { readonly line: string } | { readonly result: TargetResult };

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

process.once("message", async ({ target, root, limit, seed }: TargetOrder) => {
  const answer = (message: TargetAnswer): void => void process.send?.(message);
  const report = (line: string): void => answer({ line });
  const result = await runTarget(target, { root, report, choose: sample(limit, `${seed}/${target.name}`) });
  process.send?.({ result } satisfies TargetAnswer, undefined, undefined, () => process.exit(0));
});
