/** Reader of Bitfinex hourly bars with realised measures (`BTCUSD_1h_rv.csv.gz`); only the bar columns are used. */
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { readCsvTable, requireHeader } from "./csv-table.ts";
import { barLane, type FileFormat } from "./file-format.ts";
import { joinSeries } from "./row-join.ts";
import { readSeries } from "./series-reader.ts";

const ID = "bitfinex-hourly-rv";
const FILE_NAME = /^([A-Z0-9]+)USD_1h_rv\.csv(?:\.gz)?$/;
const VALUES = ["open", "high", "low", "close", "volume"] as const;

/** Format of the folder `bitfinex-hourly-rv`: ts is the hour's start, volume in coins. */
export const BITFINEX_HOURLY: FileFormat = {
  id: ID,
  role: "bars",
  matches: (fileName) => FILE_NAME.test(fileName),
  read: (paths, assets) =>
    assets.flatMap((asset) => {
      const own = paths.filter((path) => FILE_NAME.exec(path.split("/").at(-1) ?? "")?.[1] === asset);
      if (own.length === 0) return [];
      const parts = own.map((path) => {
        const table = readCsvTable(path);
        requireHeader(table, ["ts", ...VALUES, "n_min", "rv5", "bpv5", "rsv_neg5", "rq5"]);
        return readSeries(table, { time: "ts", values: VALUES });
      });
      return [barLane({ asset, sourceId: ID }, SECONDS_PER_HOUR, joinSeries(parts))];
    }),
};
