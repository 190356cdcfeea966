/** Bars of one asset as growing columns; views of it stay valid when it grows, so snapshots need no copies. */
import type { Bar, BarSeries } from "../domain/market.ts";

const COLUMNS = ["endSec", "open", "high", "low", "close", "volume"] as const;
type Column = (typeof COLUMNS)[number];

/** Append-only bars within a history length. */
export interface BarBuffer {
  append(bar: Bar): void;
  /** View of the bars that ended by `atSec` and lie within the history length before the newest of them. */
  view(atSec: number): BarSeries;
}

/**
 * Creates an empty buffer.
 *
 * Columns hold twice the history; when they are full the newer half moves to **new** arrays, so that earlier views keep
 * their contents.
 *
 * @param spanSec bar length, seconds.
 * @param historySec how far back a view reaches, seconds.
 */
export function createBarBuffer(spanSec: number, historySec: number): BarBuffer {
  const kept = Math.ceil(historySec / spanSec) + 1;
  let columns = allocate(2 * kept);
  let length = 0;
  return {
    append: (bar) => {
      if (length === 2 * kept) {
        columns = moveTail(columns, kept);
        length = kept;
      }
      columns.endSec[length] = bar.sourceTimeSec;
      columns.open[length] = bar.open;
      columns.high[length] = bar.high;
      columns.low[length] = bar.low;
      columns.close[length] = bar.close;
      columns.volume[length] = bar.volume ?? Number.NaN;
      length += 1;
    },
    view: (atSec) => {
      let end = length;
      while (end > 0 && (columns.endSec[end - 1] ?? 0) > atSec) end -= 1;
      let start = Math.max(0, end - kept);
      const oldestSec = (columns.endSec[end - 1] ?? 0) - historySec;
      while (start < end && (columns.endSec[start] ?? 0) < oldestSec) start += 1;
      return { spanSec, ...mapColumns((name) => columns[name].subarray(start, end)) };
    },
  };
}

type Columns = Readonly<Record<Column, Float64Array<ArrayBuffer>>>;

function allocate(size: number): Columns {
  return mapColumns(() => new Float64Array(size));
}

function moveTail(columns: Columns, kept: number): Columns {
  const fresh = allocate(columns.endSec.length);
  for (const name of COLUMNS) fresh[name].set(columns[name].subarray(columns[name].length - kept));
  return fresh;
}

function mapColumns(make: (name: Column) => Float64Array<ArrayBuffer>): Columns {
  return {
    endSec: make("endSec"),
    open: make("open"),
    high: make("high"),
    low: make("low"),
    close: make("close"),
    volume: make("volume"),
  };
}
