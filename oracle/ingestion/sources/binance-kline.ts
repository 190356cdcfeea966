/** Reader of Binance's public kline archive (`BTCUSDT-1h-2022-06.csv`): 12 columns, with or without header, ms or µs. */
import { PlimsollError } from "../../domain/errors.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { readCsvTable, requireHeader } from "./csv-table.ts";
import { barLane, type FileFormat } from "./file-format.ts";
import { joinSeries } from "./row-join.ts";
import { readSeries } from "./series-reader.ts";

const ID = "binance-kline";
const FILE_NAME = /^([A-Z0-9]+)(?:USDT|USDC|BUSD)-(1m|5m|15m|30m|1h|2h|4h|1d)-\d{4}-\d{2}(?:-\d{2})?\.csv(?:\.gz)?$/;
/** Names of the columns as the archive's own header lines write them. */
const HEADER = [
  "open_time",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "close_time",
  "quote_volume",
  "count",
  "taker_buy_volume",
  "taker_buy_quote_volume",
  "ignore",
] as const;
const MINUTE_SEC = 60;
const SPAN_SEC: ReadonlyMap<string, number> = new Map([
  ["1m", MINUTE_SEC],
  ["5m", 5 * MINUTE_SEC],
  ["15m", 15 * MINUTE_SEC],
  ["30m", 30 * MINUTE_SEC],
  ["1h", SECONDS_PER_HOUR],
  ["2h", 2 * SECONDS_PER_HOUR],
  ["4h", 4 * SECONDS_PER_HOUR],
  ["1d", SECONDS_PER_DAY],
]);
/** Spot files carry microseconds since 2025; 1e14 lies in the year 5138 as milliseconds and in 1973 as microseconds. */
const FIRST_MICROSECONDS = 1e14;
const MS_PER_SECOND = 1e3;
const US_PER_SECOND = 1e6;

/** Monthly and daily archive files of one or several assets; all files of one asset must share one bar length. */
export const BINANCE_KLINE: FileFormat = {
  id: ID,
  role: "bars",
  matches: (fileName) => FILE_NAME.test(fileName),
  read: (paths, assets) =>
    assets.flatMap((asset) => {
      const own = paths.filter((path) => nameParts(path)?.asset === asset);
      if (own.length === 0) return [];
      const spanSec = commonSpanSec(own);
      const parts = own.map((path) => {
        const table = readCsvTable(path, HEADER);
        requireHeader(table, HEADER);
        return readSeries(table, {
          time: "open_time",
          toSeconds: (raw) => Math.floor(raw / (raw >= FIRST_MICROSECONDS ? US_PER_SECOND : MS_PER_SECOND)),
          values: ["open", "high", "low", "close", "volume"],
        });
      });
      return [barLane({ asset, sourceId: ID }, spanSec, joinSeries(parts))];
    }),
};

function nameParts(path: string): { readonly asset: string; readonly interval: string } | null {
  const [, asset, interval] = FILE_NAME.exec(path.split("/").at(-1) ?? "") ?? [];
  return asset === undefined || interval === undefined ? null : { asset, interval };
}

function commonSpanSec(paths: readonly string[]): number {
  const intervals = new Set(paths.map((path) => nameParts(path)?.interval ?? ""));
  const [interval = ""] = intervals;
  const spanSec = SPAN_SEC.get(interval);
  if (intervals.size === 1 && spanSec !== undefined) return spanSec;
  throw new PlimsollError({
    code: "DATA_MIXED_INTERVALS",
    problem: `The kline files of one asset have the intervals ${[...intervals].join(", ")}.`,
    remedy: "Give files of one interval only, e.g. with --data pointing at a folder that holds nothing else.",
    context: { intervals: [...intervals].join(","), first: paths[0] ?? "" },
  });
}
