/** Readers of the crash day: 5-minute BTC index bars and Binance depth rows, as they were delivered, faults included. */

import type { EventLane } from "../../domain/event-lane.ts";
import type { AssetSymbol, DepthBand } from "../../domain/market.ts";
import { readCsvTable, requireHeader } from "./csv-table.ts";
import { barLane, bookLane, type FileFormat } from "./file-format.ts";
import { type JoinedSeries, joinSeries } from "./row-join.ts";
import { readSeries } from "./series-reader.ts";

const ID = "cascade-2025-10-10";
const ASSET = "BTC";
const INDEX_SPAN_SEC = 300;
const INDEX_NAME = /^btc_index_5m_.*\.csv(?:\.gz)?$/;
const BOOK_NAME = /^btcusdt_book_depth\.csv(?:\.gz)?$/;
const INDEX_VALUES = ["open", "high", "low", "close"] as const;
/** Distances of the bands, percent, in the order of the bids of the file; asks run the other way. */
const PERCENTS = [1, 2, 3, 4, 5] as const;
const PERCENT = 100;
const BOOK_COLUMNS = ["usd", "wavg_px"].flatMap((what) => [
  ...PERCENTS.map((percent) => `bid${percent}pct_${what}`).reverse(),
  ...PERCENTS.map((percent) => `ask${percent}pct_${what}`),
]);

/** Index bars of the folder `cascade-2025-10-10`: ts is the bar's start; there is no volume. */
export const CRASH_DAY_INDEX: FileFormat = {
  id: ID,
  role: "bars",
  matches: (fileName) => INDEX_NAME.test(fileName),
  read: (paths, assets) => {
    const parts = paths.map((path) => {
      const table = readCsvTable(path);
      requireHeader(table, ["ts", ...INDEX_VALUES]);
      return readSeries(table, { time: "ts", values: INDEX_VALUES });
    });
    return onlyBtc(assets, () => barLane({ asset: ASSET, sourceId: ID }, INDEX_SPAN_SEC, joinSeries(parts)));
  },
};

/** Depth rows of the folder `cascade-2025-10-10`: cumulative USD notional and its average price at 1 to 5 %. */
export const CRASH_DAY_BOOK: FileFormat = {
  id: `${ID}-book`,
  role: "extra",
  matches: (fileName) => BOOK_NAME.test(fileName),
  read: (paths, assets) => {
    const parts = paths.map((path) => {
      const table = readCsvTable(path);
      requireHeader(table, ["ts", ...BOOK_COLUMNS]);
      return readSeries(table, { time: "ts", values: BOOK_COLUMNS });
    });
    const series = joinSeries(parts);
    return onlyBtc(assets, () =>
      bookLane({ asset: ASSET, sourceId: ID }, series, (index) => ({
        bids: bandsOf(series, "bid", index),
        asks: bandsOf(series, "ask", index),
      })),
    );
  },
};

function onlyBtc(assets: readonly AssetSymbol[], make: () => EventLane): readonly EventLane[] {
  return assets.includes(ASSET) ? [make()] : [];
}

function bandsOf(series: JoinedSeries, side: "bid" | "ask", index: number): readonly DepthBand[] {
  const value = (name: string): number => series.columns[BOOK_COLUMNS.indexOf(name)]?.[index] ?? Number.NaN;
  return PERCENTS.map((percent) => ({
    distance: percent / PERCENT,
    notionalUsd: value(`${side}${percent}pct_usd`),
    averagePrice: value(`${side}${percent}pct_wavg_px`),
  }));
}
