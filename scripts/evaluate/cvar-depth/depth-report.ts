/** Reads the two files with order books and holds the depth model against them. */
import { basename } from "node:path";
import type { BookDepth } from "../../../oracle/domain/market.ts";
import { CRASH_DAY_BOOK } from "../../../oracle/ingestion/sources/crash-day.ts";
import { readCsvTable, requireHeader } from "../../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../../oracle/ingestion/sources/data-files.ts";
import { readSeries } from "../../../oracle/ingestion/sources/series-reader.ts";
import { quantile } from "../../../oracle/math/statistics.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { bandMid, depthAfterFalls, publishedSlippageError, slippageErrors } from "./depth-evidence.ts";

/** The feed of the crash day is corrupt from here on: neither side may be used (research/ml-models.md §4.7). */
const USABLE_UNTIL_SEC = Date.parse("2025-10-10T15:30:00Z") / 1_000;
const TOP_NAME = /^orderbook_top\.csv(?:\.gz)?$/;
const TOP_COLUMNS = ["best_bid", "best_ask", "bid_volume", "ask_volume", "imbalance"] as const;
const MS_PER_SECOND = 1_000;

/** Metrics of the depth model; books that are not below the paths are left out. */
export function depthReport(paths: readonly string[]): Metrics {
  const files = listDataFiles(paths);
  const books = readUsableBooks(paths);
  const top = files.filter((path) => TOP_NAME.test(basename(path))).map(readTop);
  return {
    publishedSlippageWorstError: publishedSlippageError(),
    ...(books.length === 0 ? {} : { crashDayBeforeFault: crashDay(books) }),
    ...(top.length === 0 ? {} : { topOfBook: top }),
  };
}

/** Books of the crash day before its feed turned corrupt, in time order; none where the file is not below the paths. */
export function readUsableBooks(paths: readonly string[]): readonly BookDepth[] {
  const files = listDataFiles(paths).filter((path) => CRASH_DAY_BOOK.matches(basename(path)));
  if (files.length === 0) return [];
  return CRASH_DAY_BOOK.read(files, ["BTC"]).flatMap(({ receivedSec, at }) =>
    Array.from(receivedSec, (_, row) => at(row)).flatMap((event) =>
      event.kind === "book" && event.sourceTimeSec < USABLE_UNTIL_SEC ? [event] : [],
    ),
  );
}

function crashDay(books: readonly BookDepth[]): Metrics {
  const bands = Math.max(...books.map(({ bids }) => bids.length));
  const series = {
    atSec: books.map(({ sourceTimeSec }) => sourceTimeSec),
    price: books.map(bandMid),
    depth: books.map(({ bids }) => bids[0]?.notionalUsd ?? Number.NaN),
  };
  return {
    books: books.length,
    slippageGivenAllBands: { ...slippageErrors(books, bands) },
    slippageGivenOneBand: { ...slippageErrors(books, 1) },
    bidsWithin1PctAfterFalls: depthAfterFalls(series).map((bucket) => ({ ...bucket })),
  };
}

function readTop(path: string): Metrics {
  const table = readCsvTable(path);
  requireHeader(table, ["ts_ms", ...TOP_COLUMNS]);
  const { timeSec, columns } = readSeries(table, {
    time: "ts_ms",
    toSeconds: (raw) => raw / MS_PER_SECOND,
    values: TOP_COLUMNS,
  });
  const [bids = [], asks = [], volumes = []] = columns;
  const price = bids.map((bid, row) => (bid + (asks[row] ?? Number.NaN)) / 2);
  const halfSpread = bids.map((bid, row) => ((asks[row] ?? Number.NaN) - bid) / (2 * (price[row] ?? Number.NaN)));
  return {
    rows: bids.length,
    halfSpreadMedian: quantile(halfSpread, 0.5),
    halfSpread99: quantile(halfSpread, 0.99),
    polledBidsAfterFalls: depthAfterFalls({ atSec: timeSec, price, depth: volumes }).map((bucket) => ({ ...bucket })),
  };
}
