/** Rows of the hazard: what was known at every full hour, and what was liquidated after it. */
import type { BarSeries } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { upperBound } from "../../math/upper-bound.ts";
import { barRowAt, type CascadeInputs, cascadeInputs, hourlySigma } from "../../models/cascade/cascade-inputs.ts";

/** Liquidations that were seen, in time order. */
export interface LiquidationFlow {
  /** Seconds, ascending. `[n]` */
  readonly timeSec: Float64Array;
  /** What each call repaid, USD; or 1 each where only times are known. `[n]` */
  readonly amount: Float64Array;
  /** Span in which every call is known, seconds. */
  readonly fromSec: number;
  readonly toSec: number;
}

/** One full hour. */
export interface HazardRow {
  readonly atSec: number;
  /** `excitation` is 0: it belongs to a fitted process, not to the row. */
  readonly inputs: CascadeInputs;
  /** Inputs of the plain logit that the model must beat, see {@link PLAIN_INPUTS}. */
  readonly plain: readonly number[];
  /** Sum of the amounts after `atSec`, up to and including 6 and 24 h. */
  readonly after6h: number;
  readonly after24h: number;
}

/** Plain inputs: falls of the close over 1, 6 and 24 h, fall from the week's high, ln of daily volatility, ln of what was repaid. */
export const PLAIN_INPUTS = ["fall1h", "fall6h", "fall24h", "fallFromWeekHigh", "logSigma24h", "logRepaid24h"] as const;

const LONG_HOURS = 24;
const SHORT_HOURS = 6;
const WEEK_HOURS = 168;
const LEAST_SIGMA = 1e-4;
/** Amounts below it count as about none. */
const REPAID_UNIT = 1e4;

/** Rows of every full hour whose inputs and whose following 24 h are known, ascending. */
export function hazardRows(bars: BarSeries, flow: LiquidationFlow): readonly HazardRow[] {
  const sums = prefixSums(flow.amount);
  const between = (fromSec: number, hours: number): number =>
    (sums[upperBound(flow.timeSec, fromSec + hours * SECONDS_PER_HOUR)] ?? 0) -
    (sums[upperBound(flow.timeSec, fromSec)] ?? 0);
  const rows: HazardRow[] = [];
  for (const atSec of bars.endSec) {
    if (atSec < flow.fromSec || atSec + LONG_HOURS * SECONDS_PER_HOUR > flow.toSec) continue;
    const inputs = cascadeInputs(bars, atSec, 0);
    if (!inputs.ok) continue;
    rows.push({
      atSec,
      inputs: inputs.value,
      plain: plainInputs(bars, inputs.value, {
        atSec,
        repaid: between(atSec - LONG_HOURS * SECONDS_PER_HOUR, LONG_HOURS),
      }),
      after6h: between(atSec, SHORT_HOURS),
      after24h: between(atSec, LONG_HOURS),
    });
  }
  return rows;
}

function plainInputs(
  bars: BarSeries,
  { fall6h, fall24h }: CascadeInputs,
  { atSec, repaid }: { readonly atSec: number; readonly repaid: number },
): readonly number[] {
  const rowBefore = (hours: number): number => barRowAt(bars, atSec - hours * SECONDS_PER_HOUR);
  const last = rowBefore(0);
  const close = bars.close[last] ?? Number.NaN;
  const weekHigh = bars.high
    .subarray(rowBefore(WEEK_HOURS) + 1, last + 1)
    .reduce((most, high) => Math.max(most, high), 0);
  const fall1h = Math.max(0, Math.log((bars.close[rowBefore(1)] ?? Number.NaN) / close));
  const sigma = hourlySigma(bars, rowBefore(LONG_HOURS), last);
  return [
    fall1h,
    fall6h,
    fall24h,
    Math.log(weekHigh / close),
    Math.log(sigma + LEAST_SIGMA),
    Math.log1p(repaid / REPAID_UNIT),
  ];
}

function prefixSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, place) => {
    sums[place + 1] = (sums[place] ?? 0) + value;
  });
  return sums;
}
