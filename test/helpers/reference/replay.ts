/** Replays sequences on the chain and in the model, compares after every call, and shrinks what differs. */
import type { Call } from "./calls.ts";
import { callDifference, stateDifferences } from "./compare.ts";
import { type Coverage, cover } from "./coverage.ts";
import type { Deployment } from "./deployment.ts";
import { step } from "./step.ts";

/** Where chain and model part. */
export interface Difference {
  /** Index of the call after which they differ. */
  readonly index: number;
  readonly problem: string;
}

/** A bench on which one sequence after another is replayed, each from the state right after the deployment. */
export interface Bench {
  readonly deployment: Deployment;
  /** State is compared after every so many calls and at the end; what calls return after each. */
  readonly compareEvery: number;
  snapshot: unknown;
}

/** Lays a bench on a deployment. */
export async function openBench(deployment: Deployment, compareEvery: number): Promise<Bench> {
  return { deployment, compareEvery, snapshot: await deployment.chain.request("evm_snapshot", []) };
}

/** Replays calls; `null` where chain and model agree to the unit. */
export async function replay(bench: Bench, calls: readonly Call[], coverage?: Coverage): Promise<Difference | null> {
  const { chain, world: first } = bench.deployment;
  await chain.request("evm_revert", [bench.snapshot]);
  bench.snapshot = await chain.request("evm_snapshot", []);
  let world = first;
  for (const [index, call] of calls.entries()) {
    const expected = step(world, call);
    const problem = callDifference(expected, await chain.execute(world.setup, call));
    if (problem !== null) return { index, problem };
    if (coverage !== undefined) cover(coverage, call, { before: world, outcome: expected });
    if (expected.ok) world = expected.world;
    if ((index + 1) % bench.compareEvery !== 0 && index !== calls.length - 1) continue;
    const differences = await stateDifferences(chain, world);
    if (differences.length > 0) return { index, problem: differences.join("\n  ") };
  }
  return null;
}

/** Leaves out whatever is not needed for chain and model to differ. */
export async function shrink(bench: Bench, calls: readonly Call[]): Promise<readonly Call[]> {
  const every = { ...bench, compareEvery: 1 };
  const first = await replay(every, calls);
  let kept = first === null ? calls : calls.slice(0, first.index + 1);
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = kept.length - size; from >= 0; from -= size) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      const difference = fewer.length === 0 ? null : await replay(every, fewer);
      if (difference !== null) kept = fewer.slice(0, difference.index + 1);
      from = Math.min(from, kept.length);
    }
  }
  bench.snapshot = every.snapshot;
  return kept;
}

/** A call in one line. */
export function printCall({ by, atSec, action, meant }: Call): string {
  const text = JSON.stringify(action, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  return `${atSec} ${by} ${meant ? "" : "(spoiled) "}${text}`;
}
