/** Historical simulation of adverse moves: the quantiles of the worst falls and rises of the asset's own last year. */
import type { BarSeries } from "../../domain/market.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import { quantile } from "../../math/statistics.ts";
import { adverseGaps } from "../../models/gap/adverse-gaps.ts";
import type { AdverseMoves } from "../../models/quantile-net/read-moves.ts";

/** Rows of the trailing window, and between the moments that it takes. */
const WINDOW_ROWS = 8_760;
const STRIDE_ROWS = 3;
/** Fewer moments than this have no quantile of 99.5 %. */
const MIN_MOMENTS = 400;

/**
 * Prepares the moves of an asset.
 *
 * @param bars hourly, ascending.
 * @returns quantiles by the end of a bar, seconds, from moves that were complete by then; `null` where there is no such bar or less
 * than 50 days before it.
 */
export function historicalMoves(bars: BarSeries): (atSec: number) => AdverseMoves | null {
  const rowOf = new Map(Array.from(bars.endSec, (end, row) => [end, row]));
  const moves = QUANTILE_HORIZONS_HOURS.map((hours) => adverseGaps(bars, hours));
  const quantilesAt = (values: Float64Array, row: number, hours: number): Float64Array => {
    const past: number[] = [];
    for (let place = row - hours; place > row - WINDOW_ROWS && place >= 0; place -= STRIDE_ROWS)
      past.push(values[place] ?? Number.NaN);
    return Float64Array.from(QUANTILE_LEVELS, (level) =>
      past.length < MIN_MOMENTS ? Number.NaN : quantile(past, level),
    );
  };
  return (atSec) => {
    const row = rowOf.get(atSec);
    if (row === undefined) return null;
    const side = (name: "fall" | "rise"): readonly Float64Array[] =>
      QUANTILE_HORIZONS_HOURS.map((hours, horizon) =>
        quantilesAt(moves[horizon]?.[name] ?? new Float64Array(), row, hours),
      );
    // A gap 1 − S/high is the rise high/S − 1 = gap/(1 − gap).
    const found = { fall: side("fall"), rise: side("rise").map((row) => row.map((gap) => gap / (1 - gap))) };
    return found.fall.every((row) => row.every(Number.isFinite)) ? found : null;
  };
}
