/** Readers of the slow signals: 8-hourly BTC funding and the daily BTC volatility index. */
import type { AssetSymbol } from "../../domain/market.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { type CsvTable, cellError, cellText, numberCell, readCsvTable, requireHeader } from "./csv-table.ts";
import { type FileFormat, valueLane } from "./file-format.ts";
import { joinSeries, type SeriesPart } from "./row-join.ts";
import { readSeries } from "./series-reader.ts";

const ID = "dvol-onchain-social-daily";
const ASSET: AssetSymbol = "BTC";
const FUNDING_NAME = /^btc_funding_8h\.csv(?:\.gz)?$/;
const DVOL_NAME = /^daily\.csv(?:\.gz)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PERCENT = 100;
const MS_PER_SECOND = 1_000;
/** A day's value is known when the day is over. */
const AVAILABILITY_LAG_SEC = SECONDS_PER_DAY;

/** `btc_funding_8h.csv`: percent per 8 h, delivered as decimal per 8 h. */
export const FUNDING_8H: FileFormat = {
  id: `${ID}-funding`,
  role: "extra",
  matches: (fileName) => FUNDING_NAME.test(fileName),
  read: (paths, assets) => {
    if (!assets.includes(ASSET)) return [];
    const parts = paths.map((path) => {
      const table = readCsvTable(path);
      requireHeader(table, ["ts", "funding_pct_8h"]);
      return readSeries(table, { time: "ts", values: ["funding_pct_8h"], scale: 1 / PERCENT });
    });
    const make = (ratePer8h: number) => ({ kind: "funding", ratePer8h }) as const;
    return [valueLane({ asset: ASSET, sourceId: ID }, joinSeries(parts), make)];
  },
};

/** `daily.csv`: index in percent a year, delivered as decimal a day after the start of its date; empty days are skipped. */
export const DVOL_DAILY: FileFormat = {
  id: `${ID}-dvol`,
  role: "extra",
  matches: (fileName) => DVOL_NAME.test(fileName),
  read: (paths, assets) => {
    if (!assets.includes(ASSET)) return [];
    const parts = paths.map((path) => {
      const table = readCsvTable(path);
      requireHeader(table, ["date", "dvol"], { open: true });
      return readDvol(table);
    });
    const make = (impliedVol: number) => ({ kind: "vol-index", impliedVol }) as const;
    return [valueLane({ asset: ASSET, sourceId: ID }, joinSeries(parts), make)];
  },
};

function readDvol(table: CsvTable): SeriesPart {
  const rows = table.rows.flatMap((_cells, row) => (cellText({ table, row, column: 1 }) === "" ? [] : [row]));
  return {
    path: table.path,
    timeSec: rows.map((row) => dateSec(table, row) + AVAILABILITY_LAG_SEC),
    columns: [rows.map((row) => numberCell({ table, row, column: 1 }) / PERCENT)],
  };
}

function dateSec(table: CsvTable, row: number): number {
  const text = cellText({ table, row, column: 0 });
  const timeMs = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(timeMs)) throw cellError({ table, row, column: 0 }, "a date YYYY-MM-DD");
  return timeMs / MS_PER_SECOND;
}
