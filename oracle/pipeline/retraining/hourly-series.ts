/** Reads hourly bars of every asset below the given paths, with realised measures where a file has them. */
import { basename } from "node:path";
import { PlimsollError } from "../../domain/errors.ts";
import type { BarSeries } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { readCsvTable, requireHeader } from "../../ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../ingestion/sources/data-files.ts";
import { type JoinedSeries, joinSeries } from "../../ingestion/sources/row-join.ts";
import { readSeries } from "../../ingestion/sources/series-reader.ts";
import { hourlyVariance } from "../../models/vol-lstm/hourly-variance.ts";
import { varianceWindows } from "../../models/vol-lstm/variance-windows.ts";
import type { VolSeries } from "../../training/vol-lstm/vol-rows.ts";

const PRICES = ["open", "high", "low", "close", "volume"] as const;
const MEASURES = ["n_min", "rv5", "bpv5", "rsv_neg5", "rq5"] as const;
const MS_PER_SECOND = 1_000;

/** A family of files. */
interface Family {
  readonly id: string;
  readonly fileName: RegExp;
  readonly values: readonly string[];
  /** Earlier rows are not read. */
  readonly fromSec: number;
}

const FAMILIES: readonly Family[] = [
  { id: "spot", fileName: /^([A-Z0-9]+)USDT_1h(?:_[0-9_]+)?\.csv(?:\.gz)?$/, values: PRICES, fromSec: 0 },
  {
    id: "bitfinex",
    fileName: /^([A-Z0-9]+)USD_1h_rv\.csv(?:\.gz)?$/,
    values: [...PRICES, ...MEASURES],
    // Before 2017 the venue's feed holds wild ticks and empty hours (README of bitfinex-hourly-rv).
    fromSec: Date.parse("2017-01-01T00:00:00Z") / MS_PER_SECOND,
  },
];

/**
 * One series for each asset of each family, files of one asset joined in time order; sorted by id (`spot-BTC`).
 *
 * @param paths roots given by `--data`.
 * @param toSec bars that end later are not read, so that nothing of them can be used.
 * @throws PlimsollError `DATA_NOT_FOUND` when there is no hourly file, and those of the readers (`DATA_…`).
 */
export function readHourlySeries(paths: readonly string[], toSec = Number.POSITIVE_INFINITY): readonly VolSeries[] {
  const files = listDataFiles(paths);
  const found = FAMILIES.flatMap((family) => {
    const assets = new Set(files.flatMap((path) => family.fileName.exec(basename(path))?.[1] ?? []));
    return [...assets].sort().flatMap((asset) => readAsset(family, asset, { files, toSec }));
  });
  if (found.length > 0) return found;
  throw new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `No hourly bars (spot-hourly, bitfinex-hourly-rv) lie below ${paths.join(", ")}.`,
    remedy: "Give --data the folder that holds these files; the file names of every format are in docs/operators.md.",
    context: { paths: paths.join(","), files: files.length },
  });
}

/** Hourly files below the paths. */
export function hourlyFiles(paths: readonly string[]): readonly string[] {
  return listDataFiles(paths).filter((path) => FAMILIES.some(({ fileName }) => fileName.test(basename(path))));
}

function readAsset(
  family: Family,
  asset: string,
  { files, toSec }: { readonly files: readonly string[]; readonly toSec: number },
): readonly VolSeries[] {
  const own = files.filter((path) => family.fileName.exec(basename(path))?.[1] === asset);
  const joined = joinSeries(
    own.map((path) => {
      const table = readCsvTable(path);
      requireHeader(table, ["ts", ...family.values]);
      return readSeries(table, { time: "ts", values: family.values });
    }),
  );
  const { bars, realised } = toBars(joined, family, toSec);
  const hours = hourlyVariance(bars, realised);
  return hours === null ? [] : [{ id: `${family.id}-${asset}`, asset, windows: varianceWindows(hours) }];
}

function toBars(
  { timeSec, columns }: JoinedSeries,
  { values, fromSec }: Family,
  toSec: number,
): { readonly bars: BarSeries; readonly realised: Float64Array } {
  const kept = Array.from(timeSec.keys()).filter((row) => {
    const start = timeSec[row] ?? Number.NaN;
    // A time that one file repeats counts once: its first row.
    return start >= fromSec && start + SECONDS_PER_HOUR <= toSec && start !== timeSec[row - 1];
  });
  const column = (name: string): Float64Array => {
    const place = values.indexOf(name);
    return Float64Array.from(kept, (row) => columns[place]?.[row] ?? Number.NaN);
  };
  const [open, high, low, close, volume] = PRICES.map(column);
  const empty = new Float64Array();
  return {
    bars: {
      spanSec: SECONDS_PER_HOUR,
      endSec: Float64Array.from(kept, (row) => (timeSec[row] ?? Number.NaN) + SECONDS_PER_HOUR),
      open: open ?? empty,
      high: high ?? empty,
      low: low ?? empty,
      close: close ?? empty,
      volume: volume ?? empty,
    },
    realised: column("rv5"),
  };
}
