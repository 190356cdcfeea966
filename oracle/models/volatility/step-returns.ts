/** Log returns at the volatility model's step, counted back from a given moment. */
import type { BarSeries } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";

/** Step of the volatility model, seconds: one hour, or the bar's length where bars are longer. */
export function stepOf(bars: BarSeries): number {
  return Math.max(SECONDS_PER_HOUR, bars.spanSec);
}

/** Which returns are wanted. */
export interface StepReturnsOptions {
  /** No bar that ends later is read, seconds. */
  readonly untilSec: number;
  readonly stepSec: number;
  /** At most this many returns, the newest ones. */
  readonly maxReturns: number;
}

/**
 * Log returns over steps that end at the newest bar not after `untilSec` and go back from there, so that a move inside
 * the current clock hour is seen at once. A step takes the last close inside it. Steps without a usable bar are skipped,
 * and the return across a gap of k steps is divided by √k: under a random walk it then has one step's variance, and a
 * jump during an outage is not lost.
 *
 * @returns ascending in time; empty when there are fewer than two closes. `[n]`
 */
export function stepReturns(bars: BarSeries, options: StepReturnsOptions): Float64Array {
  const closes = newestCloses(bars, options);
  const returns: number[] = [];
  for (let index = 1; index < closes.length; index += 1) {
    const newer = closes[index - 1];
    const older = closes[index];
    if (newer === undefined || older === undefined) break;
    const steps = older.stepsBack - newer.stepsBack;
    returns.push(Math.log(newer.close / older.close) / Math.sqrt(steps));
  }
  return Float64Array.from(returns.reverse());
}

interface StepClose {
  readonly close: number;
  /** Whole steps before the newest bar. */
  readonly stepsBack: number;
}

/** Last usable close of each step, newest first. */
function newestCloses(bars: BarSeries, options: StepReturnsOptions): readonly StepClose[] {
  const closes: StepClose[] = [];
  let newestSec = Number.NaN;
  for (let index = bars.endSec.length - 1; index >= 0; index -= 1) {
    const endSec = bars.endSec[index] ?? Number.NaN;
    const close = bars.close[index] ?? Number.NaN;
    if (!(endSec <= options.untilSec) || !(close > 0 && close < Number.POSITIVE_INFINITY)) continue;
    if (closes.length === 0) newestSec = endSec;
    const stepsBack = Math.floor((newestSec - endSec) / options.stepSec);
    if (closes.length > 0 && stepsBack <= (closes.at(-1)?.stepsBack ?? -1)) continue;
    closes.push({ close, stepsBack });
    if (closes.length > options.maxReturns) break;
  }
  return closes;
}
