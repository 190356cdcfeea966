/** Intervals of statistics of gap rules: whole weeks of moments are drawn, for all assets and horizons at once. */
import { createRng } from "../../../oracle/math/rng.ts";
import { GAP_SIDES } from "../../../oracle/models/gap/adverse-gaps.ts";
import { blockBootstrap } from "../../../oracle/training/evaluate/block-bootstrap.ts";
import { type GapEntries, type RankedGaps, rankGaps, resampledGap } from "../../../oracle/training/gap/gap-scores.ts";
import type { GapCell } from "./judge-cell.ts";

/** A week of three-hourly moments: longer than a day's horizon and than most bursts of volatility. */
const BLOCK_MOMENTS = 56;
const DRAWS = 400;
const LEVEL = 0.95;

/** 95 % interval; NaN without moments. */
export type Interval = readonly [number, number];

/**
 * Times at which every cell has a moment.
 *
 * @param cells those judged together; the assets share their clock.
 * @returns beginning of the bars, ascending, seconds.
 */
export function commonTimes(cells: readonly Pick<GapCell, "market" | "moments">[]): Float64Array {
  const [first, ...others] = cells.map(
    ({ market, moments }) => new Set(Array.from(moments, (row) => market.startSec[row] ?? Number.NaN)),
  );
  return Float64Array.from([...(first ?? [])].filter((time) => others.every((times) => times.has(time)))).sort();
}

/** Entries of a cell, one policy, at chosen times of its moments. */
export function entriesOf(
  { market, moments }: Pick<GapCell, "market" | "moments">,
  { gaps, moves }: GapEntries,
  times: Float64Array,
): RankedGaps {
  const placeOf = new Map(Array.from(moments, (row, place) => [market.startSec[row] ?? Number.NaN, place]));
  const places = Array.from(times, (time) => placeOf.get(time) ?? -1);
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(
      GAP_SIDES.flatMap((_, side) => places.map((place) => values[side * moments.length + place] ?? Number.NaN)),
    );
  return rankGaps({ gaps: pick(gaps), moves: pick(moves) });
}

/**
 * Interval of a statistic of gaps at 1 % breaches.
 *
 * @param count common moments.
 * @param statistic of a function that gives a rule's gap in the draw.
 * @param seed names the draws: one seed, one interval.
 */
export function gapInterval(
  count: number,
  statistic: (gapOf: (ranked: RankedGaps) => number) => number,
  seed: string,
): Interval {
  const drawn = (steps: Int32Array): number => {
    const counts = new Int32Array(count);
    for (const step of steps) counts[step] = (counts[step] ?? 0) + 1;
    return statistic((ranked) => resampledGap(ranked, counts));
  };
  return blockBootstrap(count, drawn, {
    blockSteps: BLOCK_MOMENTS,
    draws: DRAWS,
    level: LEVEL,
    rng: createRng(`backtest-gap/${seed}`),
  });
}
