/** A market that follows EGARCH with a strong reaction, as hourly BTC did in August 2023, and then jumps. */
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { MEAN_ABSOLUTE_NORMAL } from "../../../oracle/models/garch/conditional-variance.ts";
import type { GarchParameters } from "../../../oracle/models/garch/garch-types.ts";
import { START_SEC } from "./bars.ts";

/** Rounded from the fit of BTC at the refit of 2023-08-21, eight days before a jump of 24 standard deviations. */
export const STRONG_EGARCH: GarchParameters = {
  mu: 0,
  omega: -0.78,
  alpha: 0.47,
  gamma: 0.12,
  beta: 0.926,
  shape: 3,
  skew: 1,
};

const HOUR = 3_600;

/** Log returns of the process with normal shocks, the last one replaced. `[count]` */
export function jumpingReturns(count: number, jump: number): Float64Array {
  const { omega, alpha, gamma, beta } = STRONG_EGARCH;
  const rng = createRng("exploding");
  let logVariance = omega / (1 - beta);
  return Float64Array.from({ length: count }, (_, index) => {
    const shock = rng.normal();
    const value = Math.exp(logVariance / 2) * shock;
    logVariance = omega + alpha * (Math.abs(shock) - MEAN_ABSOLUTE_NORMAL) + gamma * shock + beta * logVariance;
    return index === count - 1 ? jump : value;
  });
}

/** Hourly bars with these returns. */
export function jumpingBars(count: number, jump: number): BarSeries {
  let level = Math.log(50_000);
  const close = jumpingReturns(count, jump).map((value) => {
    level += value;
    return Math.exp(level);
  });
  const endSec = Float64Array.from({ length: count }, (_, index) => START_SEC + (index + 1) * HOUR);
  return { spanSec: HOUR, endSec, open: close, high: close, low: close, close, volume: new Float64Array(count) };
}
