/** Reads daily closes of BTC (btc-daily-macro) and turns them into returns. */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import { cellError, cellText, numberCell, readCsvTable } from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { joinSeries, type SeriesPart } from "../../oracle/ingestion/sources/row-join.ts";

const FILE = "btc_daily_macro.csv";
const MS_PER_SECOND = 1_000;
/** In a day BTC never moved by a factor of two: beyond, a price has another unit or a digit too many. */
const GREATEST_LOG_MOVE = Math.LN2;

/** Daily returns without gaps. */
export interface DailyReturns {
  /** Midnight UTC at which the day of the return begins. `[n]` */
  readonly daySec: Float64Array;
  /** Log returns, percent. `[n]` */
  readonly returns: Float64Array;
}

/**
 * Joins the files of all paths in time order.
 *
 * @throws PlimsollError `DATA_NOT_FOUND` without a file, `DATA_MALFORMED` for a date or price that is none, `DATA_CONFLICT`
 * where files disagree, `DATA_IMPLAUSIBLE` for a missing or repeated day, a price that is not positive, or a jump by a factor
 * of two; each names file, line or day, value and limit.
 */
export function readDailyReturns(paths: readonly string[]): DailyReturns {
  const files = listDataFiles(paths).filter((path) => basename(path) === FILE);
  if (files.length === 0) throw notFound(paths);
  const { timeSec, columns } = joinSeries(files.map(readCloses));
  const closes = columns[0] ?? new Float64Array();
  for (let day = 0; day < closes.length; day += 1) requirePlausible(timeSec, closes, day);
  return {
    daySec: timeSec.slice(1),
    returns: closes.slice(1).map((close, day) => 100 * Math.log(close / (closes[day] ?? Number.NaN))),
  };
}

function readCloses(path: string): SeriesPart {
  const table = readCsvTable(path);
  const column = (name: string): number => {
    const found = table.header.indexOf(name);
    if (found >= 0) return found;
    throw cellError(
      { table: { ...table, firstLine: 1, rows: [table.header] }, row: 0, column: 0 },
      `a column "${name}"`,
    );
  };
  const [dates, prices] = [column("date"), column("price")];
  return {
    path,
    timeSec: table.rows.map((_, row) => dayOf({ table, row, column: dates })),
    columns: [table.rows.map((_, row) => numberCell({ table, row, column: prices }))],
  };
}

function dayOf(place: Parameters<typeof cellText>[0]): number {
  const timeMs = Date.parse(`${cellText(place)}T00:00:00Z`);
  if (Number.isNaN(timeMs)) throw cellError(place, "a date such as 2023-11-23");
  return timeMs / MS_PER_SECOND;
}

function requirePlausible(timeSec: Float64Array, closes: Float64Array, day: number): void {
  const [now, close] = [timeSec[day] ?? Number.NaN, closes[day] ?? Number.NaN];
  const date = new Date(now * MS_PER_SECOND).toISOString().slice(0, "2000-01-01".length);
  if (!(close > 0)) throw implausible(date, `a close of ${close}`, "above 0");
  if (day === 0) return;
  const elapsed = (now - (timeSec[day - 1] ?? Number.NaN)) / SECONDS_PER_DAY;
  if (elapsed !== 1) throw implausible(date, `${elapsed} days after the row before`, "1");
  const move = Math.log(close / (closes[day - 1] ?? Number.NaN));
  if (Math.abs(move) > GREATEST_LOG_MOVE)
    throw implausible(date, `a log move of ${move}`, `within ±${GREATEST_LOG_MOVE}`);
}

function implausible(date: string, found: string, limit: string): PlimsollError<"DATA_IMPLAUSIBLE"> {
  return new PlimsollError({
    code: "DATA_IMPLAUSIBLE",
    problem: `${FILE} has ${found} on ${date}; the limit is ${limit}.`,
    remedy: "Mend or download the file again: a model of days needs every day once, with a price in USD.",
    context: { file: FILE, date, found, limit },
  });
}

function notFound(paths: readonly string[]): PlimsollError<"DATA_NOT_FOUND"> {
  return new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `No ${FILE} lies below ${paths.join(", ")}.`,
    remedy: "Give --data the folder that holds btc-daily-macro.",
    context: { paths: paths.join(",") },
  });
}
