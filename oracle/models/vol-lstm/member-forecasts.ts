/** Forecasts of every member of the combination at many times of one asset. */
import type { InferenceSession } from "onnxruntime-node";
import { VOL_MEMBERS } from "./combine-forecasts.ts";
import { runVolNetwork } from "./run-vol-network.ts";
import { ewmaForecast, logHarForecast } from "./simple-forecasts.ts";
import type { VarianceWindows } from "./variance-windows.ts";
import { VOL_HORIZONS_HOURS, volInput } from "./vol-inputs.ts";

/** The fitted parts that members need. */
export interface MemberModels {
  readonly session: InferenceSession;
  /** Coefficients of the pooled log-HAR. `[horizon][4]` */
  readonly logHar: readonly (readonly number[])[];
}

/** Forecasts at the hours that have inputs. */
export interface MemberTable {
  /** Hours of the asset, ascending. `[n]` */
  readonly indexes: Int32Array;
  /** Mean variance per day, decimal². `[horizon][member][n]`, members as in `VOL_MEMBERS` */
  readonly forecasts: readonly (readonly Float64Array[])[];
}

/** Forecasts after the given hours; hours without inputs (`volInput`) are left out. */
export async function memberForecasts(
  windows: VarianceWindows,
  indexes: Int32Array,
  { session, logHar }: MemberModels,
): Promise<MemberTable> {
  const rows = Array.from(indexes).flatMap((index) => {
    const input = volInput(windows, index);
    return input === null ? [] : [{ index, input }];
  });
  const outputs = await runVolNetwork(
    session,
    rows.map(({ input }) => input),
  );
  const simple = rows.map(({ index, input }) => ({
    logHar: logHarForecast(logHar, input),
    ewma: ewmaForecast(windows, index),
  }));
  const forecasts = VOL_HORIZONS_HOURS.map((_, horizon) => {
    const column = (value: (row: number) => number): Float64Array =>
      Float64Array.from({ length: rows.length }, (_unused, row) => value(row));
    const fromRatio = (ratios: Float64Array) => (row: number) =>
      Math.exp(
        (rows[row]?.input.bases[horizon] ?? Number.NaN) + (ratios[row * VOL_HORIZONS_HOURS.length + horizon] ?? 0),
      );
    const columns = {
      network: column(fromRatio(outputs.logRatio)),
      linear: column(fromRatio(outputs.linear)),
      logHar: column((row) => simple[row]?.logHar[horizon] ?? Number.NaN),
      ewma: column((row) => simple[row]?.ewma[horizon] ?? Number.NaN),
    };
    return VOL_MEMBERS.map((member) => columns[member]);
  });
  return { indexes: Int32Array.from(rows, ({ index }) => index), forecasts };
}
