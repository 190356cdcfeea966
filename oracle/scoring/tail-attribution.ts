/** Splits a series' tail value into spot scenarios, learned stretch and implied volatility, on the tail's own paths. */
import { revalue } from "../math/black76-kernel.ts";
import { type LossDistribution, type LossInput, tenorAtStep } from "./loss-distribution.ts";

/** Shares of the rise of value above today's in the tail; the rest is the plain scenario loss. Each in [0, 1]. */
export interface TailShares {
  readonly learned: number;
  readonly impliedVol: number;
}

/** Equal values (an option that nothing moves) would make every path the tail; this many are enough for shares. */
const LARGEST_SAMPLE = 100;

/**
 * Revalues the paths of the tail without the shift of implied volatility and without the learned stretch (the Euler
 * principle: a tail measure is attributed on the scenarios that make it).
 *
 * @param threshold paths whose value reaches it are the tail.
 */
export function tailShares(input: LossInput, distribution: LossDistribution, threshold: number): TailShares {
  const tail: number[] = [];
  distribution.values.forEach((value, path) => {
    if (value >= threshold && tail.length < LARGEST_SAMPLE) tail.push(path);
  });
  const full = mean(tail.map((path) => distribution.values[path] ?? 0)) - distribution.optionValue;
  if (!(full > 0)) return { learned: 0, impliedVol: 0 };
  const still = meanMaximum(input, tail, "move") - distribution.optionValue;
  const raw = meanMaximum(input, tail, "rawMove") - distribution.optionValue;
  const impliedVol = Math.min(1, Math.max(0, 1 - still / full));
  return { impliedVol, learned: Math.max(-1, Math.min(1 - impliedVol, (still - raw) / full)) };
}

function meanMaximum(input: LossInput, tail: readonly number[], moves: "move" | "rawMove"): number {
  const best = new Float64Array(tail.length);
  const values = new Float64Array(tail.length);
  const logSpot = Math.log(input.spot);
  const sign = input.series.kind === "put" ? -1 : 1;
  const impliedVols = new Float64Array(tail.length).fill(input.impliedVol);
  for (let step = 0; step < input.steps; step += 1) {
    const sizes = input.paths[moves][step];
    const logForwards = Float64Array.from(tail, (path) => logSpot + sign * (sizes?.[path] ?? 0));
    const forwards = logForwards.map(Math.exp);
    const tenorYears = tenorAtStep(input, step);
    const inCoin = input.series.kind === "call";
    revalue({ ...input.series, forwards, logForwards, impliedVols, tenorYears, inCoin }, values);
    values.forEach((value, path) => {
      best[path] = Math.max(best[path] ?? 0, value);
    });
  }
  return mean([...best]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
