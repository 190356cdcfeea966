/** Reader of the panel of 4-hour perpetual bars (`perp_4h.csv.gz`): ts is the bar's start, volume in USDT. */

import type { EventLane } from "../../domain/event-lane.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { type CsvTable, cellText, readCsvTable, requireHeader } from "./csv-table.ts";
import { barLane, type FileFormat } from "./file-format.ts";
import { joinSeries, type SeriesPart } from "./row-join.ts";
import { readSeries } from "./series-reader.ts";

const ID = "perp-panel-4h";
const SPAN_SEC = 4 * SECONDS_PER_HOUR;
const FILE_NAME = /^perp_4h\.csv(?:\.gz)?$/;
const HEADER = ["ts", "sym", "open", "high", "low", "close", "quote_volume", "trades"] as const;
const SYMBOL_COLUMN = HEADER.indexOf("sym");

/** Format of the folder `perp-panel-4h`; quote volume becomes coins by division by the close. */
export const PERP_PANEL_4H: FileFormat = {
  id: ID,
  role: "bars",
  matches: (fileName) => FILE_NAME.test(fileName),
  read: (paths, assets) => {
    const tables = paths.map((path) => {
      const table = readCsvTable(path);
      requireHeader(table, HEADER);
      return table;
    });
    return assets.flatMap((asset) => readAsset(tables, asset));
  },
};

function readAsset(tables: readonly CsvTable[], asset: AssetSymbol): readonly EventLane[] {
  const parts = tables.map((table) => {
    const rows = table.rows.flatMap((_cells, row) =>
      cellText({ table, row, column: SYMBOL_COLUMN }) === asset ? [row] : [],
    );
    return toCoins(readSeries(table, { time: "ts", values: ["open", "high", "low", "close", "quote_volume"], rows }));
  });
  const series = joinSeries(parts);
  return series.timeSec.length === 0 ? [] : [barLane({ asset, sourceId: ID }, SPAN_SEC, series)];
}

function toCoins(part: SeriesPart): SeriesPart {
  const [open = [], high = [], low = [], close = [], quoteVolume = []] = part.columns;
  const volume = quoteVolume.map((usd, row) => usd / (close[row] ?? Number.NaN));
  return { ...part, columns: [open, high, low, close, volume] };
}
