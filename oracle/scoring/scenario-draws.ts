/** Common random numbers of the scenario engine: the same for every asset and every round. */
import { createRng, type Rng } from "../math/rng.ts";
import { normalInverse } from "../math/special-functions.ts";

/** Draws of one time step, shared by all assets so that their dependence is kept. All `[paths]`. */
export interface StepDraws {
  /** Stratified uniform on [0, 1): which residual of its own history each asset's path takes, by rank. */
  readonly residualRank: Float64Array;
  /** −2 ln U, U uniform: the extreme of the path inside the step. */
  readonly bridge: Float64Array;
}

/** All draws of a round. */
export interface ScenarioDraws {
  readonly paths: number;
  readonly steps: readonly StepDraws[];
  /** Implied-volatility shock of each path, standard normal, stratified. `[paths]` */
  readonly volShock: Float64Array;
  /** Error of the volatility forecast on each path, standard normal, stratified; none of the others tells it. `[paths]` */
  readonly volError: Float64Array;
}

/**
 * Draws stratified random numbers (Latin hypercube: each step takes every residual equally often).
 *
 * Step k is drawn from its own stream: more steps or more assets never change the numbers of the others.
 *
 * @param options number of paths, of time steps, and the seed.
 */
export function drawScenarios(options: { paths: number; steps: number; seed: string }): ScenarioDraws {
  const { paths, seed, steps } = options;
  const start = kept?.paths === paths && kept.seed === seed ? kept : firstDraws(paths, seed);
  const missing = Array.from({ length: Math.max(0, steps - start.steps.length) }, (_, offset) =>
    drawStep(start.steps.length + offset, start),
  );
  kept = missing.length === 0 ? start : { ...start, steps: [...start.steps, ...missing] };
  const { volShock, volError } = kept;
  return { paths, steps: kept.steps.slice(0, steps), volShock, volError };
}

interface KeptDraws extends ScenarioDraws {
  readonly seed: string;
}

/**
 * The last draws: every round asks for the same numbers, and drawing them takes longer than valuing a series with them. They
 * depend on the options alone and nobody writes to them.
 */
let kept: KeptDraws | null = null;

function firstDraws(paths: number, seed: string): KeptDraws {
  const normals = (stream: string): Float64Array =>
    stratified(paths, createRng(seed).fork(stream)).map((rank) => normalInverse(Math.max(rank, Number.MIN_VALUE)));
  return { paths, seed, steps: [], volShock: normals("vol-shock"), volError: normals("vol-error") };
}

function drawStep(step: number, { paths, seed }: KeptDraws): StepDraws {
  const root = createRng(seed);
  return {
    residualRank: stratified(paths, root.fork(`residual-${step}`)),
    bridge: bridgeDraws(paths, root.fork(`bridge-${step}`)),
  };
}

/** One uniform number out of each of `count` equal strata, in random order. */
function stratified(count: number, rng: Rng): Float64Array {
  const ranks = Float64Array.from({ length: count }, (_, stratum) => (stratum + rng.uniform()) / count);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = rng.integer(last + 1);
    const held = ranks[last] ?? 0;
    ranks[last] = ranks[other] ?? 0;
    ranks[other] = held;
  }
  return ranks;
}

function bridgeDraws(count: number, rng: Rng): Float64Array {
  return stratified(count, rng).map((rank) => -2 * Math.log(1 - rank));
}
