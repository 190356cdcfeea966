/** Rows of the quantile network: the same code fills them for training and for serving. */
import type { FeatureVector } from "../../domain/features.ts";
import { QUANTILE_HORIZONS_HOURS, type VolForecast } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";

/** Names of the network's inputs and output in the ONNX file. */
export const NETWORK_NAMES = {
  features: "features",
  missing: "missing",
  sigma: "sigma",
  logMoves: "log_moves",
} as const;

/** Rows as columns of one batch, row-major float32. */
export interface NetworkRows {
  readonly rows: number;
  /** `[rows, features]`, zero where missing. */
  readonly features: Float32Array;
  /** 1 where missing. `[rows, features]` */
  readonly missing: Float32Array;
  /** `[rows, horizon]` */
  readonly sigma: Float32Array;
}

/** One row's source. */
export interface NetworkRow {
  readonly features: Pick<FeatureVector, "values" | "missing">;
  /** Standard deviation of the log return over each horizon, decimal. `[horizon]` */
  readonly sigma: Float64Array;
}

/**
 * Standard deviation of the log return over each quantile horizon: root of the summed step variances, the last step
 * repeated where the forecast is shorter and shared out where a horizon ends inside a step.
 *
 * @returns decimal, non-decreasing. `[horizon]`
 */
export function horizonSigmas(forecast: Pick<VolForecast, "stepSec" | "sigmaPerStep">): Float64Array {
  const { stepSec, sigmaPerStep } = forecast;
  const last = sigmaPerStep.at(-1) ?? Number.NaN;
  return Float64Array.from(QUANTILE_HORIZONS_HOURS, (hours) => {
    const steps = (hours * SECONDS_PER_HOUR) / stepSec;
    let total = 0;
    for (let step = 0; step < steps; step += 1) {
      total += Math.min(1, steps - step) * (sigmaPerStep[step] ?? last) ** 2;
    }
    return Math.sqrt(total);
  });
}

/** Lays rows out for the network. All rows have the same number of features. */
export function networkRows(rows: readonly NetworkRow[]): NetworkRows {
  const width = rows[0]?.features.values.length ?? 0;
  const horizons = QUANTILE_HORIZONS_HOURS.length;
  const features = new Float32Array(rows.length * width);
  const missing = new Float32Array(rows.length * width);
  const sigma = new Float32Array(rows.length * horizons);
  rows.forEach((row, index) => {
    missing.set(row.features.missing, index * width);
    features.set(
      row.features.values.map((value, place) => (row.features.missing[place] === 1 ? 0 : value)),
      index * width,
    );
    sigma.set(row.sigma, index * horizons);
  });
  return { rows: rows.length, features, missing, sigma };
}
