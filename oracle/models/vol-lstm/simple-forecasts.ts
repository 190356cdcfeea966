/** The simple members of the combination: a pooled log-HAR regression and an exponentially weighted mean. */
import { HOURS_PER_DAY } from "./hourly-variance.ts";
import type { VarianceMeasure, VarianceWindows } from "./variance-windows.ts";
import { horizonMeasure, STATE_FEATURES, VOL_HISTORY_HOURS, VOL_HORIZONS_HOURS, type VolInput } from "./vol-inputs.ts";

/** Decay of the exponentially weighted mean a day (RiskMetrics 1996, table 5.1). */
const EWMA_DECAY = 0.94;

/** Features of the log-HAR regression of a horizon (Corsi 2009 in logs): day, week, month; below a day also the hour. */
export function logHarFeatures(hours: number): readonly (typeof STATE_FEATURES)[number][] {
  return hours < HOURS_PER_DAY ? ["r1h", "r24h", "r7d"] : ["v24h", "v7d", "v30d"];
}

/** Regressors of the log-HAR regression: a constant and the features. */
export function logHarRegressors(state: Float32Array, hours: number): Float64Array {
  const features = logHarFeatures(hours).map((name) => state[STATE_FEATURES.indexOf(name)] ?? Number.NaN);
  return Float64Array.from([1, ...features]);
}

/**
 * Log-HAR forecast of the mean variance per day, decimal².
 *
 * @param coefficients constant first, level already at the minimum of QLIKE. `[horizon][4]`
 */
export function logHarForecast(coefficients: readonly (readonly number[])[], input: VolInput): Float64Array {
  return Float64Array.from(VOL_HORIZONS_HOURS, (hours, horizon) => {
    const regressors = logHarRegressors(input.state, hours);
    const value = regressors.reduce((sum, x, place) => sum + x * (coefficients[horizon]?.[place] ?? Number.NaN), 0);
    return Math.exp((input.bases[horizon] ?? Number.NaN) + value);
  });
}

/** Exponentially weighted mean variance per day over the last 90 days, decimal², for each horizon by its measure. */
export function ewmaForecast(windows: VarianceWindows, index: number): Float64Array {
  return Float64Array.from(VOL_HORIZONS_HOURS, (hours) => ewmaOfDays(windows, index, horizonMeasure(hours)));
}

function ewmaOfDays(windows: VarianceWindows, index: number, measure: VarianceMeasure): number {
  let [sum, mass, weight] = [0, 0, 1];
  for (let day = 0; day < VOL_HISTORY_HOURS / HOURS_PER_DAY; day += 1) {
    const value = windows.trailing(measure, index - day * HOURS_PER_DAY, HOURS_PER_DAY);
    if (Number.isNaN(value)) break;
    sum += weight * value;
    mass += weight;
    weight *= EWMA_DECAY;
  }
  return sum / mass;
}
