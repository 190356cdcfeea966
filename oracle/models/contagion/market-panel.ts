/** Prices of many assets on one grid of bars. */
import { PlimsollError } from "../../domain/errors.ts";

/** Bars of equal length without gaps in time; NaN where an asset has none. Matrices are row-major `[bars, assets]`. */
export interface MarketPanel {
  readonly assets: readonly string[];
  /** Length of a bar, seconds; divides a day. */
  readonly spanSec: number;
  /** Time at which each bar is known. `[bars]` */
  readonly endSec: Float64Array;
  /** USD. */
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** One value of a matrix; NaN outside. */
export function panelValue(panel: MarketPanel, matrix: Float64Array, { bar, asset }: PanelPlace): number {
  return bar < 0 ? Number.NaN : (matrix[bar * panel.assets.length + asset] ?? Number.NaN);
}

/** A bar of an asset. */
export interface PanelPlace {
  readonly bar: number;
  readonly asset: number;
}

/**
 * Bars within a day.
 *
 * @throws PlimsollError `CONTAGION_PANEL_SPAN` for bars that do not divide a day.
 */
export function barsPerDay({ spanSec }: Pick<MarketPanel, "spanSec">): number {
  const day = 86_400;
  const bars = day / spanSec;
  if (Number.isInteger(bars) && bars > 0) return bars;
  throw new PlimsollError({
    code: "CONTAGION_PANEL_SPAN",
    problem: `Bars of ${spanSec} s do not divide a day of ${day} s.`,
    remedy: "Give bars of 1, 2, 4, 6, 8, 12 or 24 hours.",
    context: { spanSec },
  });
}
