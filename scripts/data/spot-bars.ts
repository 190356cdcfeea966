/** Reads hourly spot bars of every asset below the given paths, strictly: a price that cannot be is an error, not a gap. */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { AssetSymbol, BarSeries } from "../../oracle/domain/market.ts";
import { SECONDS_PER_HOUR } from "../../oracle/domain/units.ts";
import { type CsvTable, cellText, readCsvTable, requireHeader } from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { joinSeries, type SeriesPart } from "../../oracle/ingestion/sources/row-join.ts";
import { readSeries } from "../../oracle/ingestion/sources/series-reader.ts";

const FILE = /^([A-Z0-9]+)USDT_1h(?:_[0-9_]+)?\.csv(?:\.gz)?$/;
const COLUMNS = ["open", "high", "low", "close", "volume"] as const;
/** Columns that must be above 0; volume may be missing. */
const PRICES = 4;
/** Single trades of 2025-10-10 halved coins within an hour; beyond this factor a price has a digit too many or another unit. */
const GREATEST_FACTOR = 5;

/**
 * Bars by asset, files of one asset joined in time order; lines may be in any order and repeat each other.
 *
 * @param paths roots given by `--data`.
 * @throws PlimsollError `DATA_NOT_FOUND` when there is no hourly file; `DATA_IMPLAUSIBLE` for a price that is missing, not
 * positive, outside of its bar or away by a factor of five, and for a time that is no full hour; `DATA_CONFLICT` where two lines
 * disagree about one hour; `DATA_MALFORMED`, `DATA_UNREADABLE` of the readers. Each names file, line, field and limit.
 */
export function readSpotBars(paths: readonly string[]): ReadonlyMap<AssetSymbol, BarSeries> {
  const files = listDataFiles(paths);
  const assets = [...new Set(files.flatMap((path) => FILE.exec(basename(path))?.[1] ?? []))].sort();
  if (assets.length === 0) throw notFound(paths, files.length);
  return new Map(
    assets.map((asset) => {
      const own = files.filter((path) => FILE.exec(basename(path))?.[1] === asset);
      return [asset, toBars(asset, own.flatMap(readFile))];
    }),
  );
}

/** Whether a file has the name of a file of hourly spot bars. */
export function isSpotFile(path: string): boolean {
  return FILE.test(basename(path));
}

/** A file as one part a line, so that lines that repeat an hour are compared like overlapping files. */
function readFile(path: string): readonly SeriesPart[] {
  const table = readCsvTable(path);
  requireHeader(table, ["ts", ...COLUMNS]);
  const part = readSeries(table, { time: "ts", values: COLUMNS });
  part.timeSec.forEach((time, row) => {
    if (time % SECONDS_PER_HOUR !== 0) throw implausible({ table, row, name: "ts", limit: "a full hour" });
    requirePlausible(part, table, row);
  });
  return withoutRepeats(part);
}

function requirePlausible({ columns }: SeriesPart, table: CsvTable, row: number): void {
  const prices = columns.slice(0, PRICES).map((column) => column[row] ?? Number.NaN);
  const bad = prices.findIndex((price) => !(price > 0 && Number.isFinite(price)));
  if (bad >= 0) throw implausible({ table, row, name: COLUMNS[bad] ?? "close", limit: "a finite price above 0" });
  const [open = 0, high = 0, low = 0, close = 0] = prices;
  if (high < Math.max(open, close)) throw implausible({ table, row, name: "high", limit: "at least open and close" });
  if (low > Math.min(open, close)) throw implausible({ table, row, name: "low", limit: "at most open and close" });
  if (high > GREATEST_FACTOR * low)
    throw implausible({ table, row, name: "high", limit: `at most ${GREATEST_FACTOR} times the low of the hour` });
}

/** Splits a part so that no time occurs twice in one: the join then compares the lines. */
function withoutRepeats(part: SeriesPart): readonly SeriesPart[] {
  const seen = new Map<number, number>();
  const turn = part.timeSec.map((time) => {
    const count = seen.get(time) ?? 0;
    seen.set(time, count + 1);
    return count;
  });
  const turns = turn.reduce((most, count) => Math.max(most, count + 1), 0);
  return Array.from({ length: turns }, (_, wanted) => {
    const rows = [...turn.keys()].filter((row) => turn[row] === wanted);
    return {
      path: part.path,
      timeSec: rows.map((row) => part.timeSec[row] ?? Number.NaN),
      columns: part.columns.map((column) => rows.map((row) => column[row] ?? Number.NaN)),
    };
  });
}

function toBars(asset: AssetSymbol, parts: readonly SeriesPart[]): BarSeries {
  const { timeSec, columns } = joinSeries(parts);
  const [open, high, low, close, volume] = COLUMNS.map((_, place) => columns[place] ?? new Float64Array());
  const empty = new Float64Array();
  const bars = { spanSec: SECONDS_PER_HOUR, endSec: timeSec.map((time) => time + SECONDS_PER_HOUR) };
  const whole = {
    ...bars,
    open: open ?? empty,
    high: high ?? empty,
    low: low ?? empty,
    close: close ?? empty,
    volume: volume ?? empty,
  };
  requireSteady(asset, whole, parts);
  return whole;
}

/** Between neighbouring hours the same limit holds as within one. */
function requireSteady(asset: AssetSymbol, { endSec, close }: BarSeries, parts: readonly SeriesPart[]): void {
  const bad = close.findIndex((price, row) => {
    const isNext = (endSec[row] ?? 0) - (endSec[row - 1] ?? 0) === SECONDS_PER_HOUR;
    return row > 0 && isNext && Math.abs(Math.log(price / (close[row - 1] ?? Number.NaN))) > Math.log(GREATEST_FACTOR);
  });
  if (bad < 0) return;
  const timeSec = (endSec[bad] ?? Number.NaN) - SECONDS_PER_HOUR;
  const path = parts.find((part) => part.timeSec.includes(timeSec))?.path ?? "";
  throw new PlimsollError({
    code: "DATA_IMPLAUSIBLE",
    problem: `${path}, ts ${timeSec}, column close: ${asset} goes from ${close[bad - 1]} to ${close[bad]} within an hour; the limit is a factor of ${GREATEST_FACTOR}.`,
    remedy: "Mend the line or download the file again: prices must be in USD.",
    context: { path, timeSec, asset, from: close[bad - 1], to: close[bad] },
  });
}

interface Fault {
  readonly table: CsvTable;
  readonly row: number;
  readonly name: string;
  readonly limit: string;
}

function implausible({ table, row, name, limit }: Fault): PlimsollError<"DATA_IMPLAUSIBLE"> {
  const line = table.firstLine + row;
  const value = cellText({ table, row, column: table.header.indexOf(name) });
  return new PlimsollError({
    code: "DATA_IMPLAUSIBLE",
    problem: `${table.path}, line ${line}, column ${name}: found "${value}"; the limit is ${limit}.`,
    remedy: "Mend the line, or leave it out: an hour without a bar is allowed.",
    context: { path: table.path, line, column: name, value, limit },
  });
}

function notFound(paths: readonly string[], files: number): PlimsollError<"DATA_NOT_FOUND"> {
  return new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `No hourly spot bars (…USDT_1h….csv) lie below ${paths.join(", ")}.`,
    remedy: "Give --data the folder that holds spot-hourly.",
    context: { paths: paths.join(","), files },
  });
}
