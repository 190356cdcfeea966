/** Forecasts of every member of the combination at many times of one asset. */
import type { InferenceSession } from "onnxruntime-node";
import { VOL_MEMBERS } from "./combine-forecasts.ts";
import { type ForecastGrid, harForecasts } from "./har-walk-forward.ts";
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

/** Forecasts at the places of a grid that have inputs. */
export interface MemberTable {
  /** Places in the grid, ascending. `[n]` */
  readonly places: readonly number[];
  /** Mean variance per day, decimal². `[horizon][member][n]`, members as in `VOL_MEMBERS` */
  readonly forecasts: readonly (readonly Float64Array[])[];
}

/** Where forecasts are wanted. */
export interface MemberPlaces {
  /** The whole grid: the asset's own regression learns from all of it. */
  readonly grid: ForecastGrid;
  /** Places of the grid, ascending. */
  readonly places: readonly number[];
  /** Forecasts of the asset's own log-HAR on the whole grid. `[horizon][grid]` */
  readonly own: readonly Float64Array[];
}

/** Forecasts of the asset's own log-HAR on a grid at every horizon; NaN before 250 days. `[horizon][grid]` */
export function ownForecasts(windows: VarianceWindows, grid: ForecastGrid): readonly Float64Array[] {
  return VOL_HORIZONS_HOURS.map((hours) => harForecasts(windows, grid, { kind: "logHar", hours }));
}

/** Forecasts at places of a grid; places without inputs (`volInput`) are left out. */
export async function memberForecasts(
  windows: VarianceWindows,
  { grid, places, own }: MemberPlaces,
  { session, logHar }: MemberModels,
): Promise<MemberTable> {
  const rows = places.flatMap((place) => {
    const index = grid.indexes[place] ?? -1;
    const input = volInput(windows, index);
    return input === null ? [] : [{ place, index, input }];
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
      ownLogHar: column((row) => own[horizon]?.[rows[row]?.place ?? -1] ?? Number.NaN),
    };
    return VOL_MEMBERS.map((member) => columns[member]);
  });
  return { places: rows.map(({ place }) => place), forecasts };
}
