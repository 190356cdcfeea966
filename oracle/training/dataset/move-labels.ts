/** What really happened: the worst fall and rise within each horizon. */
import type { BarSeries } from "../../domain/market.ts";
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";

/** Share of a horizon that bars must cover; a horizon with holes has an unknown extreme. */
const MIN_COVERAGE = 0.95;

/** Realised adverse log moves, ≥ 0. `[horizon]` each. */
export interface MoveLabels {
  /** −ln(min low / S). */
  readonly fall: Float64Array;
  /** ln(max high / S). */
  readonly rise: Float64Array;
}

/**
 * Reads labels from bars that end after `atSec`.
 *
 * @param spot price at `atSec`, USD.
 * @returns `null` while the longest horizon is not over, or when bars are lost.
 */
export function moveLabels(bars: BarSeries, spot: number, atSec: number): MoveLabels | null {
  const labels = movesByHorizon(bars, spot, atSec);
  return labels.fall.every(Number.isFinite) ? labels : null;
}

/**
 * The same horizon by horizon: NaN where bars do not cover one. Whether its last bar is there is for the caller to know.
 *
 * @param spot price at `atSec`, USD.
 */
export function movesByHorizon(bars: BarSeries, spot: number, atSec: number): MoveLabels {
  const fall = new Float64Array(QUANTILE_HORIZONS_HOURS.length).fill(Number.NaN);
  const rise = new Float64Array(QUANTILE_HORIZONS_HOURS.length).fill(Number.NaN);
  for (const [index, hours] of QUANTILE_HORIZONS_HOURS.entries()) {
    const horizonSec = hours * SECONDS_PER_HOUR;
    const extremes = extremesBetween(bars, atSec, atSec + horizonSec);
    if (extremes.bars * bars.spanSec < MIN_COVERAGE * horizonSec) continue;
    fall[index] = Math.max(0, Math.log(spot / extremes.low));
    rise[index] = Math.max(0, Math.log(extremes.high / spot));
  }
  return { fall, rise };
}

function extremesBetween(bars: BarSeries, fromSec: number, toSec: number): { bars: number; low: number; high: number } {
  let count = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let index = bars.endSec.length - 1; index >= 0; index -= 1) {
    const endSec = bars.endSec[index] ?? 0;
    if (endSec <= fromSec) break;
    if (endSec > toSec) continue;
    count += 1;
    low = Math.min(low, bars.low[index] ?? low);
    high = Math.max(high, bars.high[index] ?? high);
  }
  return { bars: count, low, high };
}
