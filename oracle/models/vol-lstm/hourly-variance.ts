/** Bars as a gapless grid of hours with three measures of variance: what the volatility network reads. */
import type { BarSeries } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";

/** Hours in a day: all variances of this folder are per day. */
export const HOURS_PER_DAY = 24;
/** Parkinson 1980, equation 9: the variance of a Brownian path is its squared log range over 4 ln 2. */
const PARKINSON = 4 * Math.log(2);

/** Hours of one asset, ascending, none left out. All arrays have length `n`; hours without a bar hold zeros. */
export interface HourlyVariance {
  /** End of the first hour, seconds; hour `i` ends 3 600·i later. */
  readonly firstEndSec: number;
  /** 1 where the hour has a usable bar. */
  readonly observed: Uint8Array;
  /** Log return from the last close before the hour; across a gap the whole move falls into the first hour after it. */
  readonly logReturn: Float64Array;
  /** Realised variance of the hour, decimal²: sum of squared intra-hour returns where known, else the squared return. */
  readonly realised: Float64Array;
  /** Range variance of the hour, decimal². */
  readonly range: Float64Array;
}

/** Ends of the hours and the columns that make them. */
interface HourCells {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Aggregates bars of at most an hour. Bars with a price that is not positive and finite, or a high below the low, count
 * as missing.
 *
 * @param bars ascending in time.
 * @param realised realised variance of each bar, decimal²; NaN or absent where unknown. `[bars]`
 * @returns `null` for no usable bar, or bars longer than an hour.
 */
export function hourlyVariance(bars: BarSeries, realised?: Float64Array): HourlyVariance | null {
  if (bars.spanSec > SECONDS_PER_HOUR) return null;
  const usable = usableBars(bars);
  const [first, last] = [usable[0], usable.at(-1)];
  if (first === undefined || last === undefined) return null;
  const firstHour = hourOf(bars, first);
  const cells = collectHours(bars, { usable, firstHour, count: hourOf(bars, last) - firstHour + 1, realised });
  return measureHours(cells, firstHour, bars.open[first] ?? Number.NaN);
}

/** Loops over indexes, here and below: a node reads thousands of bars of every asset in every round. */
function usableBars({ endSec, open, high, low, close }: BarSeries): readonly number[] {
  const usable: number[] = [];
  for (let index = 0; index < endSec.length; index += 1) {
    const [top, bottom] = [high[index], low[index]];
    const arePrices = isPrice(open[index]) && isPrice(top) && isPrice(bottom) && isPrice(close[index]);
    if (arePrices && (top ?? 0) >= (bottom ?? 0)) usable.push(index);
  }
  return usable;
}

function isPrice(value: number | undefined): boolean {
  return value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY;
}

/** Number of the hour since the epoch that a bar ends in; a bar that ends on the hour belongs to the hour before. */
function hourOf({ endSec }: BarSeries, index: number): number {
  return Math.ceil((endSec[index] ?? Number.NaN) / SECONDS_PER_HOUR);
}

interface Collection {
  readonly usable: readonly number[];
  readonly firstHour: number;
  readonly count: number;
  readonly realised: Float64Array | undefined;
}

function collectHours(bars: BarSeries, { usable, firstHour, count, realised }: Collection): HourCells {
  const column = (): Float64Array => new Float64Array(count).fill(Number.NaN);
  const cells = { high: column(), low: column(), close: column(), squares: new Float64Array(count) };
  let before = bars.open[usable[0] ?? 0] ?? Number.NaN;
  for (const index of usable) {
    const close = bars.close[index] ?? Number.NaN;
    addBar(cells, hourOf(bars, index) - firstHour, {
      high: bars.high[index] ?? Number.NaN,
      low: bars.low[index] ?? Number.NaN,
      close,
      square: squareOf(before, close, realised?.[index]),
    });
    before = close;
  }
  return cells;
}

function squareOf(before: number, close: number, known = Number.NaN): number {
  return known >= 0 ? known : Math.log(close / before) ** 2;
}

interface HourPart {
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly square: number;
}

function addBar(cells: HourCells, hour: number, { high, low, close, square }: HourPart): void {
  // NaN marks an hour without a bar yet.
  const isNew = Number.isNaN(cells.close[hour] ?? Number.NaN);
  cells.high[hour] = isNew ? high : Math.max(cells.high[hour] ?? high, high);
  cells.low[hour] = isNew ? low : Math.min(cells.low[hour] ?? low, low);
  cells.close[hour] = close;
  cells.squares[hour] = (cells.squares[hour] ?? 0) + square;
}

function measureHours(cells: HourCells, firstHour: number, open: number): HourlyVariance {
  const count = cells.close.length;
  const observed = new Uint8Array(count);
  const logReturn = new Float64Array(count);
  const range = new Float64Array(count);
  let before = open;
  for (let hour = 0; hour < count; hour += 1) {
    const close = cells.close[hour] ?? Number.NaN;
    if (Number.isNaN(close)) continue;
    observed[hour] = 1;
    logReturn[hour] = Math.log(close / before);
    range[hour] = Math.log((cells.high[hour] ?? close) / (cells.low[hour] ?? close)) ** 2 / PARKINSON;
    before = close;
  }
  return { firstEndSec: firstHour * SECONDS_PER_HOUR, observed, logReturn, realised: cells.squares, range };
}
