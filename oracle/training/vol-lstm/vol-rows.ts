/** Rows of the volatility network with their labels, and their split by time. */
import type { AssetSymbol } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import type { VarianceWindows } from "../../models/vol-lstm/variance-windows.ts";
import {
  horizonMeasure,
  VOL_HISTORY_HOURS,
  VOL_HORIZONS_HOURS,
  type VolInput,
  volInput,
} from "../../models/vol-lstm/vol-inputs.ts";

/** An asset of one file family: `BTC` of one venue is another series than `BTC` of another. */
export interface VolSeries {
  readonly id: string;
  readonly asset: AssetSymbol;
  readonly windows: VarianceWindows;
}

/** Inputs and labels at one time. */
export interface VolRow {
  readonly seriesId: string;
  /** Hour of the series after which the forecast is made. */
  readonly index: number;
  /** Time of the forecast, seconds. */
  readonly atSec: number;
  readonly input: VolInput;
  /** Mean variance per day over each horizon, decimal²; NaN where the hours are not all there. `[horizon]` */
  readonly realised: Float64Array;
}

/** Mean variance per day over each horizon after hour `index`; NaN where hours are missing or nothing moved. `[horizon]` */
export function realisedVariances(windows: VarianceWindows, index: number): Float64Array {
  return Float64Array.from(VOL_HORIZONS_HOURS, (hours) => {
    const value = windows.coming(horizonMeasure(hours), index, hours);
    const isSeen = windows.observedShare(index + hours, hours) >= 0.9;
    return isSeen && value > 0 ? value : Number.NaN;
  });
}

/** Which rows. */
export interface RowPlan {
  /** First and last time of a forecast, seconds. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Hours between rows; rows stand at whole multiples of it since the epoch. */
  readonly everyHours: number;
}

/** Rows of a series in time order; times without inputs are left out. */
export function volRows(series: VolSeries, { fromSec, toSec, everyHours }: RowPlan): readonly VolRow[] {
  const { windows } = series;
  const firstHour = Math.round(windows.hours.firstEndSec / SECONDS_PER_HOUR);
  const rows: VolRow[] = [];
  for (let index = VOL_HISTORY_HOURS - 1; index < windows.count; index += 1) {
    const hour = firstHour + index;
    const atSec = hour * SECONDS_PER_HOUR;
    if (hour % everyHours !== 0 || atSec < fromSec || atSec > toSec) continue;
    const input = volInput(windows, index);
    if (input !== null)
      rows.push({ seriesId: series.id, index, atSec, input, realised: realisedVariances(windows, index) });
  }
  return rows;
}

/** Rows whose labels are all there and end by `toSec`: no label reaches beyond it. */
export function labelledUntil(rows: readonly VolRow[], toSec: number): readonly VolRow[] {
  const longest = Math.max(...VOL_HORIZONS_HOURS) * SECONDS_PER_HOUR;
  return rows.filter(({ atSec, realised }) => atSec + longest <= toSec && realised.every(Number.isFinite));
}
