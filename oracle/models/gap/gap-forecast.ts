/** The gap against a writer that the coming hours exceed once in a hundred, from hourly bars and implied volatility. */
import type { BarSeries } from "../../domain/market.ts";
import { adverseGaps, type GapPath } from "./adverse-gaps.ts";
import { gapLevel } from "./gap-level.ts";
import { GAP_EXPONENTS, type GapExponents } from "./gap-settings.ts";
import { gapShape } from "./gap-shape.ts";
import { gapSignals } from "./gap-signals.ts";

/** What a forecast is made from. */
export interface GapForecastInput {
  /** Hourly bars of one asset, ascending, prices above 0. Outages shorten a window of rows, they are not filled. */
  readonly bars: BarSeries;
  /** Hours ahead, at least 1. */
  readonly horizonHours: number;
  /** Annualised implied volatility as known at each bar's end, decimal; NaN where unknown. `[n]` */
  readonly impliedVol?: Float64Array;
  /** Other than the chosen exponents: for ablations. */
  readonly exponents?: GapExponents;
}

/**
 * Forecasts at every bar's end; the last row is the forecast of now.
 *
 * @returns gaps as a share of spot in [0, 1], NaN in the first 210 days. Nothing after a row's bar changes the row.
 */
export function gapForecast({ bars, horizonHours, impliedVol, exponents = GAP_EXPONENTS }: GapForecastInput): GapPath {
  const signals = gapSignals(bars);
  const shape = gapShape({ signals, horizonHours, impliedVol: impliedVol ?? null, exponents });
  const moves = adverseGaps(bars, horizonHours);
  const level = gapLevel({ shape, moves, horizonRows: horizonHours });
  const scaled = (side: Float64Array): Float64Array =>
    side.map((value, row) => Math.min(1, value * (level[row] ?? Number.NaN)));
  return { fall: scaled(shape.fall), rise: scaled(shape.rise) };
}
