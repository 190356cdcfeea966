/** Hourly (or coarser) view of an asset's completed bars up to one moment: the common input of all price features. */

import type { BarSeries } from "../domain/market.ts";
import { sliceBars } from "../domain/slice-bars.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";
import { upperBound } from "../math/upper-bound.ts";

/** A window may reach this much further back than asked, so that one lost bar does not lose the feature. */
const MAX_STRETCH = 1.25;
/** Share of the expected bars that a window must hold; below, the feature is missing. */
const MIN_COVERAGE = 0.8;
/** Longest window of the catalogue, seconds (30 days). */
const LONGEST_WINDOW_SEC = 30 * SECONDS_PER_DAY;

/** Nothing older than this, seconds before the newest bar, can influence a feature. */
export const LONGEST_LOOKBACK_SEC = LONGEST_WINDOW_SEC + SECONDS_PER_DAY;

/** Completed bars of at least one hour, ascending, newest last. All arrays have length `n`. */
export interface BarHistory {
  /** Bar length, seconds: 3 600 or longer. */
  readonly spanSec: number;
  readonly endSec: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Coins; NaN where unknown. */
  readonly volume: Float64Array;
  /** ln(close / previous close); NaN for the first bar. */
  readonly logReturn: Float64Array;
}

/** A stretch of bars: the returns at `from … to − 1` cover `elapsedSec`, starting from the close at `from − 1`. */
export interface BarWindow {
  readonly from: number;
  readonly to: number;
  readonly elapsedSec: number;
}

/**
 * Cuts the bars known at a time to the longest look-back and brings them to at least hourly length.
 *
 * @param bars may reach past `atSec`; later bars are not read.
 * @param atSec seconds; a bar counts when it has ended by then.
 * @returns `null` when no bar has ended by `atSec`.
 */
export function createBarHistory(bars: BarSeries, atSec: number): BarHistory | null {
  const end = upperBound(bars.endSec, atSec);
  if (end === 0) return null;
  const newestSec = bars.endSec[end - 1] ?? 0;
  const start = Math.max(0, upperBound(bars.endSec, newestSec - LONGEST_LOOKBACK_SEC - 1));
  const cut = sliceBars(bars, start, end);
  const { spanSec, endSec, high, low, close, volume } = bars.spanSec < SECONDS_PER_HOUR ? aggregateHourly(cut) : cut;
  return { spanSec, endSec, high, low, close, volume, logReturn: logReturns(close) };
}

/**
 * Finds the bars of a physical-time window that ends at the newest bar.
 *
 * @param windowSec window length, seconds.
 * @returns `null` when bars are longer than the window, history is too short, or too many bars are lost.
 */
export function findWindow(history: BarHistory, windowSec: number): BarWindow | null {
  if (windowSec < history.spanSec) return null;
  const to = history.endSec.length;
  const newestSec = history.endSec[to - 1] ?? 0;
  const from = upperBound(history.endSec, newestSec - windowSec);
  if (from === 0) return null;
  const elapsedSec = newestSec - (history.endSec[from - 1] ?? 0);
  const stretchedSec = Math.min(windowSec * MAX_STRETCH, windowSec + SECONDS_PER_DAY);
  if (elapsedSec > stretchedSec || to - from < (MIN_COVERAGE * windowSec) / history.spanSec) return null;
  return { from, to, elapsedSec };
}

function logReturns(close: Float64Array): Float64Array {
  const out = new Float64Array(close.length);
  let previous = Number.NaN;
  for (let index = 0; index < close.length; index += 1) {
    const current = close[index] ?? Number.NaN;
    out[index] = Math.log(current / previous);
    previous = current;
  }
  return out;
}

type Columns = Omit<BarHistory, "logReturn">;

/** Joins bars into hours counted back from the newest bar, so that the newest price is always used. */
function aggregateHourly(bars: Columns): Columns {
  const count = bars.endSec.length;
  const newestSec = bars.endSec[count - 1] ?? 0;
  const starts: number[] = [];
  const endSec: number[] = [];
  let slot = -1;
  for (let index = 0; index < count; index += 1) {
    const next = Math.floor((newestSec - (bars.endSec[index] ?? 0)) / SECONDS_PER_HOUR);
    if (next === slot) continue;
    slot = next;
    starts.push(index);
    endSec.push(newestSec - slot * SECONDS_PER_HOUR);
  }
  starts.push(count);
  const out = allocateRows(endSec);
  for (let row = 0; row < endSec.length; row += 1) {
    const start = starts[row] ?? 0;
    const end = starts[row + 1] ?? 0;
    out.high[row] = highest(bars.high, start, end);
    out.low[row] = lowest(bars.low, start, end);
    out.close[row] = bars.close[end - 1] ?? Number.NaN;
    out.volume[row] = total(bars.volume, start, end);
  }
  return out;
}

function allocateRows(endSec: readonly number[]): Columns {
  const column = (): Float64Array => new Float64Array(endSec.length);
  return {
    spanSec: SECONDS_PER_HOUR,
    endSec: Float64Array.from(endSec),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}

// Three plain loops instead of one with a callback: about three times faster on 5-minute bars.
function highest(values: Float64Array, start: number, end: number): number {
  let held = Number.NEGATIVE_INFINITY;
  for (let index = start; index < end; index += 1) held = Math.max(held, values[index] ?? Number.NaN);
  return held;
}

function lowest(values: Float64Array, start: number, end: number): number {
  let held = Number.POSITIVE_INFINITY;
  for (let index = start; index < end; index += 1) held = Math.min(held, values[index] ?? Number.NaN);
  return held;
}

function total(values: Float64Array, start: number, end: number): number {
  let held = 0;
  for (let index = start; index < end; index += 1) held += values[index] ?? Number.NaN;
  return held;
}
