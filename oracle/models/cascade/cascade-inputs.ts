/** What the hazard of a liquidation cascade is read from: how far and how fast a price fell, and how many liquidations ran. */

import type { Outcome } from "../../domain/errors.ts";
import type { BarSeries } from "../../domain/market.ts";
import type { FallbackReason } from "../../domain/prediction.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { upperBound } from "../../math/upper-bound.ts";

/** Inputs in the order of the model; each may only raise the hazard. */
export const CASCADE_INPUTS = [
  "fallFromDayHigh",
  "fall6h",
  "fall24h",
  "fall72h",
  "fall168h",
  "lowDistance",
  "excitation",
] as const;
/** Name of an input. */
export type CascadeInput = (typeof CASCADE_INPUTS)[number];

/**
 * Falls are log moves ≥ 0 of the close; `lowDistance` is ≤ 0: minus the log distance to the lowest price of 24 h in standard
 * deviations of an hour (168 h of returns); `excitation` is ln of the liquidations expected from self-excitement and
 * baseline over those of the baseline alone, ≥ 0.
 */
export type CascadeInputs = Readonly<Record<CascadeInput, number>>;

/** Look-backs of the falls, hours. */
const FALLS = { fall6h: 6, fall24h: 24, fall72h: 72, fall168h: 168 } as const;
const LONGEST_HOURS = 168;
/** Share of the bars of the longest look-back that must be there. */
const LEAST_SHARE = 0.8;
/** Age of the newest bar beyond which the price is not known, spans: one that is due, and one that is late. */
const MOST_AGE_SPANS = 2;
/** Least volatility that a distance is measured by, decimal an hour: a market that stands still is no market near its low. */
const LEAST_SIGMA = 1e-4;

/**
 * Inputs at a time, from bars that ended by then.
 *
 * @param excitation see {@link CascadeInputs}; 0 where arrivals are not among the model's inputs.
 * @returns `inputs-missing` where the newest bar is older than two spans: silence is no calm; `short-history` where less than
 *   168 hours are known, or too few bars of them.
 */
export function cascadeInputs(
  bars: BarSeries,
  atSec: number,
  excitation: number,
): Outcome<CascadeInputs, Extract<FallbackReason, "inputs-missing" | "short-history">> {
  const last = barRowAt(bars, atSec);
  const first = barRowAt(bars, atSec - LONGEST_HOURS * SECONDS_PER_HOUR);
  const least = (LEAST_SHARE * LONGEST_HOURS * SECONDS_PER_HOUR) / bars.spanSec;
  const isSilent = atSec - (bars.endSec[last] ?? atSec) > MOST_AGE_SPANS * bars.spanSec;
  if (isSilent) return { ok: false, reason: "inputs-missing" };
  if (first < 0 || last - first < least) return { ok: false, reason: "short-history" };
  const close = bars.close[last] ?? Number.NaN;
  const dayStart = barRowAt(bars, atSec - SECONDS_PER_DAY) + 1;
  const highest = extreme(bars.high, { from: dayStart, to: last, sign: 1 });
  const lowest = extreme(bars.low, { from: dayStart, to: last, sign: -1 });
  const fallOver = (hours: number): number => {
    const before = bars.close[barRowAt(bars, atSec - hours * SECONDS_PER_HOUR)] ?? Number.NaN;
    return Math.max(0, Math.log(before / close));
  };
  const sigma = Math.max(LEAST_SIGMA, hourlySigma(bars, first, last));
  return {
    ok: true,
    value: {
      fallFromDayHigh: Math.max(0, Math.log(highest / close)),
      fall6h: fallOver(FALLS.fall6h),
      fall24h: fallOver(FALLS.fall24h),
      fall72h: fallOver(FALLS.fall72h),
      fall168h: fallOver(FALLS.fall168h),
      lowDistance: Math.min(0, Math.log(lowest / close) / sigma),
      excitation,
    },
  };
}

/** Last row of bars that ended by a time; −1 for none. */
export function barRowAt({ endSec }: Pick<BarSeries, "endSec">, atSec: number): number {
  return upperBound(endSec, atSec) - 1;
}

function extreme(
  values: Float64Array,
  { from, to, sign }: { readonly from: number; readonly to: number; readonly sign: 1 | -1 },
): number {
  let found = values[to] ?? Number.NaN;
  for (let row = from; row < to; row += 1) {
    const value = values[row] ?? Number.NaN;
    if (sign * value > sign * found) found = value;
  }
  return found;
}

/** Standard deviation of the log return of an hour between two rows, around zero, decimal. */
export function hourlySigma({ close, endSec }: BarSeries, first: number, last: number): number {
  let squares = 0;
  for (let row = first + 1; row <= last; row += 1)
    squares += Math.log((close[row] ?? Number.NaN) / (close[row - 1] ?? Number.NaN)) ** 2;
  const hours = ((endSec[last] ?? Number.NaN) - (endSec[first] ?? Number.NaN)) / SECONDS_PER_HOUR;
  return Math.sqrt(squares / hours);
}
