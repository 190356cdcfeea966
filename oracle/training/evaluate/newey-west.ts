/** Long-run variance of a mean (Newey and West 1987) and the test of equal accuracy that rests on it. */
import { normalCdf } from "../../math/special-functions.ts";
import { mean } from "../../math/statistics.ts";

/**
 * Long-run variance of a series with Bartlett weights `1 − j/(lags + 1)`; never negative.
 *
 * @param values `[n]`
 * @param lags whole number, at least 0, below n.
 * @returns NaN for fewer than two values.
 */
export function longRunVariance(values: Float64Array, lags: number): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  const covariance = (lag: number): number => {
    let sum = 0;
    for (let time = lag; time < values.length; time += 1)
      sum += ((values[time] ?? 0) - centre) * ((values[time - lag] ?? 0) - centre);
    return sum / values.length;
  };
  let total = covariance(0);
  for (let lag = 1; lag <= Math.min(lags, values.length - 1); lag += 1)
    total += 2 * (1 - lag / (lags + 1)) * covariance(lag);
  return Math.max(0, total);
}

/** Result of a test of equal accuracy. */
export interface AccuracyTest {
  /** Mean of the loss differences over its standard error; negative where the first model is better. */
  readonly statistic: number;
  /** Two-sided, from the normal law. */
  readonly pValue: number;
}

/**
 * Diebold and Mariano 1995: are two models equally accurate?
 *
 * @param losses of the first and of the second model, one pair a time. `[n]`
 * @param lags at least the number of steps of the horizon less one.
 * @returns NaN where the losses never differ or there are fewer than two.
 */
export function dieboldMariano(losses: readonly [Float64Array, Float64Array], lags: number): AccuracyTest {
  const [first, second] = losses;
  const differences = first.map((loss, time) => loss - (second[time] ?? Number.NaN));
  const statistic = mean(differences) / Math.sqrt(longRunVariance(differences, lags) / differences.length);
  return { statistic, pValue: 2 * normalCdf(-Math.abs(statistic)) };
}
