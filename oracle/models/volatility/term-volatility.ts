/**
 * Moves a volatility forecast towards the volatility network's: the mean variances over the network's horizons become
 * weighted geometric means of both.
 */
import type { VolForecast } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";

/** Mean variance over several horizons from now, as the network states it. */
export interface TermVolatility {
  /** Ascending. `[horizon]` */
  readonly horizonsHours: readonly number[];
  /** Standard deviation of the log return over each horizon, decimal, not annualised. `[horizon]` */
  readonly sigma: Float64Array;
}

/**
 * Share of the network in the logarithm of the mean variances. Chosen among 0, 0.25, 0.5, 0.75 and 1 on 2 050 moments of BTC
 * and ETH, 2022-07 to 2024-06, with networks trained before each of them: pinball loss of the quantile network at 1 to 24 h
 * 1, 0.986, 0.977, 0.974, 0.975 and beyond the 99 % level 1, 0.986, 0.979, 0.979, 0.984; of the GARCH quantile 1, 0.985,
 * 0.978, 0.976, 0.982 and 1, 0.993, 0.996, 1.003, 1.019. One half is the largest share that no tail loses by.
 */
export const NETWORK_SHARE = 0.5;
/** No step's variance changes by more than this factor, either way: two models that differ by more are not averaged. */
const MAX_FACTOR = 4;

/**
 * Factor for the variance of each step, so that the sums up to each horizon become geometric means of both forecasts.
 *
 * Between two horizons the factor is constant; beyond the last one it stays. Where a network's term structure would ask
 * a stretch for less than a quarter or for more than four times its variance, that limit holds.
 *
 * @param share of the network in the logarithm, 0…1.
 * @returns `[steps]`, each in [1/4, 4]; 1 everywhere for a share of 0.
 */
export function termFactors(
  { sigmaPerStep, stepSec }: Pick<VolForecast, "sigmaPerStep" | "stepSec">,
  term: TermVolatility,
  share: number,
): Float64Array {
  const factors = new Float64Array(sigmaPerStep.length).fill(1);
  let [from, own, blended] = [0, 0, 0];
  term.horizonsHours.forEach((hours, horizon) => {
    const to = Math.round((hours * SECONDS_PER_HOUR) / stepSec);
    if (to <= from) return;
    const stretch = varianceBetween(sigmaPerStep, from, to);
    const wanted = (own + stretch) ** (1 - share) * (term.sigma[horizon] ?? Number.NaN) ** (2 * share);
    const factor = Math.min(MAX_FACTOR, Math.max(1 / MAX_FACTOR, (wanted - blended) / stretch));
    factors.fill(factor, from);
    own += stretch;
    blended += factor * stretch;
    from = to;
  });
  return factors;
}

/** Multiplies the variance of each step by its factor; no step ends below the floor. */
export function withFactors(forecast: VolForecast, factors: Float64Array, floorSigma: number): VolForecast {
  const sigmaPerStep = forecast.sigmaPerStep.map((sigma, step) =>
    Math.max(floorSigma, sigma * Math.sqrt(factors[step] ?? 1)),
  );
  return { ...forecast, sigmaPerStep };
}

/** Sum of the step variances from one step to before another; beyond the forecast its last step is repeated. */
function varianceBetween(sigmaPerStep: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let step = from; step < to; step += 1) sum += (sigmaPerStep[Math.min(step, sigmaPerStep.length - 1)] ?? 0) ** 2;
  return sum;
}
