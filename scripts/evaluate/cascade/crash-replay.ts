/** Replays 2025-10-10 as far as its data reach: hazards from the index, further falls from the books before the feed failed. */

import { basename } from "node:path";
import type { BarSeries, BookDepth } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { readCsvTable, requireHeader } from "../../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../../oracle/ingestion/sources/data-files.ts";
import { joinSeries } from "../../../oracle/ingestion/sources/row-join.ts";
import { readSeries } from "../../../oracle/ingestion/sources/series-reader.ts";
import type { CascadePredictor, HazardReading } from "../../../oracle/models/cascade/cascade-predictor.ts";
import { cascadeCurve } from "../../../oracle/scoring/cascade-fixed-point.ts";
import { depthCurve, unitDepth } from "../../../oracle/scoring/depth-curve.ts";

/** Hazard at one hour. */
export interface HourlyHazard extends HazardReading {
  readonly atSec: number;
  /** USD. */
  readonly price: number;
}

/** Further falls that a book of positions would add, by its size. */
export interface BookOfSize {
  /** Positions that a fall of 20 % liquidates, as multiples of the bids within 1 %. */
  readonly multiple: number;
  /** Log falls, and what is added to each; at twice and half the depth. */
  readonly rows: readonly {
    readonly shock: number;
    readonly extra: number;
    readonly low: number;
    readonly high: number;
  }[];
}

const INDEX = /^btc_index_5m_.*\.csv(?:\.gz)?$/;
const BAR_SEC = 300;
const REPLAY_FROM_SEC = Date.parse("2025-10-09T00:00:00Z") / 1_000;
const REPLAY_TO_SEC = Date.parse("2025-10-12T00:00:00Z") / 1_000;
/** How many positions stand for the drawn book: one each fifth of a percent of log fall. */
const AGENTS = 100;
const LARGEST_TRIGGER = 0.2;
const MULTIPLES = [0.5, 1, 2, 4] as const;

/** Hazards of every hour from 2025-10-09 to 2025-10-12, as far as the index reaches. @throws PlimsollError those of the readers. */
export function crashHazards(paths: readonly string[], predictor: CascadePredictor): readonly HourlyHazard[] {
  const bars = readIndex(paths);
  const found: HourlyHazard[] = [];
  bars?.endSec.forEach((atSec, row) => {
    if (atSec % SECONDS_PER_HOUR !== 0 || atSec < REPLAY_FROM_SEC || atSec > REPLAY_TO_SEC) return;
    const reading = predictor.hazardAt(bars, atSec);
    if (reading.ok) found.push({ atSec, price: bars.close[row] ?? Number.NaN, ...reading.value });
  });
  return found;
}

/** Further falls on a book of orders, for books of positions spread evenly over falls of up to 20 %. */
export function crashCurves(book: BookDepth): { readonly depthUsd: number; readonly books: readonly BookOfSize[] } {
  const none = new Float64Array();
  const bars = { spanSec: BAR_SEC, endSec: none, open: none, high: none, low: none, close: none, volume: none };
  const curve = depthCurve({ book, bars }, "put", { defaultHalfSpread: 0 });
  const depthUsd = unitDepth(curve);
  const books = MULTIPLES.map((multiple) => {
    const positions = Array.from({ length: AGENTS }, (_, agent) => {
      const liquidationPrice = Math.exp((-LARGEST_TRIGGER * (agent + 1)) / AGENTS);
      return {
        protocol: "assumed",
        asset: "BTC",
        coins: (multiple * depthUsd) / AGENTS / liquidationPrice,
        liquidationPrice,
      };
    });
    const { shock, extra, extraLow, extraHigh } = cascadeCurve(positions, 1, curve);
    const rows = Array.from(shock, (start, node) => ({
      shock: start,
      extra: extra[node] ?? Number.NaN,
      low: extraLow[node] ?? Number.NaN,
      high: extraHigh[node] ?? Number.NaN,
    }));
    return { multiple, rows };
  });
  return { depthUsd, books };
}

function readIndex(paths: readonly string[]): BarSeries | null {
  const files = listDataFiles(paths).filter((path) => INDEX.test(basename(path)));
  if (files.length === 0) return null;
  const { timeSec, columns } = joinSeries(
    files.map((path) => {
      const table = readCsvTable(path);
      requireHeader(table, ["ts", "open", "high", "low", "close"]);
      return readSeries(table, { time: "ts", values: ["open", "high", "low", "close"] });
    }),
  );
  const none = new Float64Array(timeSec.length);
  const [open = none, high = none, low = none, close = none] = columns;
  return { spanSec: BAR_SEC, endSec: timeSec.map((start) => start + BAR_SEC), open, high, low, close, volume: none };
}
