/** Everything of the volatility model that is fitted: networks and the pooled log-HAR member. */
import { leastSquares } from "../../math/least-squares.ts";
import { logHarRegressors } from "../../models/vol-lstm/simple-forecasts.ts";
import { STATE_FEATURES, VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import { fitVolEnsemble, type VolEnsemble, type VolEnsembleRequest } from "./fit-vol-ensemble.ts";
import { type PackedRows, packRows } from "./packed-rows.ts";
import { labelledUntil } from "./vol-rows.ts";

/** A fitted model. */
export interface VolModel extends VolEnsemble {
  /** Coefficients of the pooled log-HAR member, constant first. `[horizon][4]` */
  readonly logHar: readonly (readonly number[])[];
}

/** Fits networks and log-HAR on the rows before a time. Errors as {@link fitVolEnsemble}. */
export async function fitVolModel(request: VolEnsembleRequest): Promise<VolModel> {
  const ensemble = await fitVolEnsemble(request);
  return { ...ensemble, logHar: pooledLogHar(packRows(labelledUntil(request.rows, request.untilSec))) };
}

/** Weighted least squares of the log labels on day, week and month, its level moved to the minimum of QLIKE. */
export function pooledLogHar(packed: PackedRows): readonly (readonly number[])[] {
  const [size, horizons] = [STATE_FEATURES.length, VOL_HORIZONS_HOURS.length];
  return VOL_HORIZONS_HOURS.map((hours, horizon) => {
    const rows = Array.from({ length: packed.rows }, (_, row) =>
      logHarRegressors(packed.state.subarray(row * size, (row + 1) * size), hours),
    );
    const sums = leastSquares(rows[0]?.length ?? 1);
    const label = (row: number): number => packed.labels[row * horizons + horizon] ?? Number.NaN;
    rows.forEach((row, index) => {
      sums.add(row, label(index), packed.weights[index]);
    });
    const [constant = 0, ...slopes] = sums.solve() ?? [];
    let [ratio, total] = [0, 0];
    rows.forEach((row, index) => {
      const fitted = slopes.reduce((value, slope, place) => value + slope * (row[place + 1] ?? 0), constant);
      const weight = packed.weights[index] ?? 0;
      ratio += weight * Math.exp(label(index) - fitted);
      total += weight;
    });
    return [constant + Math.log(ratio / total), ...slopes];
  });
}
