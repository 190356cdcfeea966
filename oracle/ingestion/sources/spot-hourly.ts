/** Reader of hourly spot bars (`BTCUSDT_1h_2021.csv`): ts is the hour's start, volume in coins. */
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { readCsvTable, requireHeader } from "./csv-table.ts";
import { barLane, type FileFormat } from "./file-format.ts";
import { joinSeries } from "./row-join.ts";
import { readSeries } from "./series-reader.ts";

const ID = "spot-hourly";
const FILE_NAME = /^([A-Z0-9]+)USDT_1h(?:_[0-9_]+)?\.csv(?:\.gz)?$/;
const VALUES = ["open", "high", "low", "close", "volume"] as const;

/** Format of the folder `spot-hourly`; files of several years of one asset are joined. */
export const SPOT_HOURLY: FileFormat = {
  id: ID,
  role: "bars",
  matches: (fileName) => FILE_NAME.test(fileName),
  read: (paths, assets) =>
    assets.flatMap((asset) => {
      const own = paths.filter((path) => FILE_NAME.exec(path.split("/").at(-1) ?? "")?.[1] === asset);
      if (own.length === 0) return [];
      const parts = own.map((path) => {
        const table = readCsvTable(path);
        requireHeader(table, ["ts", ...VALUES]);
        return readSeries(table, { time: "ts", values: VALUES });
      });
      return [barLane({ asset, sourceId: ID }, SECONDS_PER_HOUR, joinSeries(parts))];
    }),
};
