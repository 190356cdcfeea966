/** Reads the daily panel of perpetuals: prices, open interest, funding and forced closures of many coins. */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import {
  type CsvTable,
  cellError,
  cellText,
  numberCell,
  readCsvTable,
  requireHeader,
} from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { PANEL_FIELDS, type PanelField, type PerpPanel } from "../../oracle/training/cascade/perp-panel.ts";

const FILE = /^perp_daily\.csv(?:\.gz)?$/;
const HEADER = ["date", "sym", "close", "volume", "oi", "funding", "ls_ratio", "long_liq", "short_liq"];
/** Column of each field; forced closures and volume are in coins. */
const COLUMNS: Readonly<Record<PanelField, string>> = {
  close: "close",
  volume: "volume",
  openInterest: "oi",
  funding: "funding",
  longShare: "ls_ratio",
  longLiquidated: "long_liq",
  shortLiquidated: "short_liq",
};
const MS_PER_SECOND = 1_000;
/** Funding is the one column that may be negative. */
const SIGNED: ReadonlySet<PanelField> = new Set<PanelField>(["funding"]);

/**
 * The panel below the paths, files joined; lines may repeat each other. Missing cells are NaN.
 *
 * @returns `null` where no such file lies there.
 * @throws PlimsollError `DATA_MALFORMED` of the reader and for a date that is none; `DATA_IMPLAUSIBLE` for a negative price,
 * volume, interest, ratio or closure; `DATA_CONFLICT` where two lines disagree about one day.
 */
export function readPerpPanel(paths: readonly string[]): PerpPanel | null {
  const files = listDataFiles(paths).filter((path) => FILE.test(basename(path)));
  if (files.length === 0) return null;
  const entries = files.flatMap(readFile);
  requireAgreement(entries);
  const symbols = [...new Set(entries.map(({ symbol }) => symbol))].sort();
  const days = entries.map(({ day }) => day);
  const firstDay = days.reduce((least, day) => Math.min(least, day), Number.POSITIVE_INFINITY);
  const lastDay = days.reduce((most, day) => Math.max(most, day), Number.NEGATIVE_INFINITY);
  const count = Math.max(0, lastDay - firstDay + 1);
  const fields = emptyFields(symbols.length * count);
  const place = new Map(symbols.map((symbol, index) => [symbol, index * count]));
  for (const { symbol, day, values } of entries) {
    for (const field of PANEL_FIELDS) fields[field][(place.get(symbol) ?? 0) + day - firstDay] = values[field];
  }
  return { symbols, firstDaySec: firstDay * SECONDS_PER_DAY, days: count, fields };
}

interface PanelEntry {
  readonly path: string;
  readonly symbol: string;
  readonly day: number;
  readonly values: Readonly<Record<PanelField, number>>;
}

function requireAgreement(entries: readonly PanelEntry[]): void {
  const known = new Map<string, PanelEntry>();
  for (const entry of entries) {
    const key = `${entry.symbol} ${entry.day}`;
    const first = known.get(key) ?? entry;
    const field = PANEL_FIELDS.find((name) => !Object.is(first.values[name], entry.values[name]));
    if (field !== undefined) throw conflict(first, entry, field);
    known.set(key, first);
  }
}

function conflict(first: PanelEntry, second: PanelEntry, field: PanelField): PlimsollError<"DATA_CONFLICT"> {
  const { symbol, day } = first;
  const date = new Date(day * SECONDS_PER_DAY * MS_PER_SECOND).toISOString().slice(0, "2022-01-02".length);
  const [left, right] = [first.values[field], second.values[field]];
  return new PlimsollError({
    code: "DATA_CONFLICT",
    problem: `${first.path} and ${second.path} differ on ${date} in ${COLUMNS[field]} of ${symbol}: ${left} against ${right}.`,
    remedy: "Leave one of the two lines away.",
    context: { first: first.path, second: second.path, symbol, date, column: COLUMNS[field] },
  });
}

function emptyFields(length: number): Readonly<Record<PanelField, Float64Array>> {
  const empty = (): Float64Array => new Float64Array(length).fill(Number.NaN);
  return {
    close: empty(),
    volume: empty(),
    openInterest: empty(),
    funding: empty(),
    longShare: empty(),
    longLiquidated: empty(),
    shortLiquidated: empty(),
  };
}

function readFile(path: string): readonly PanelEntry[] {
  const table = readCsvTable(path);
  requireHeader(table, HEADER);
  return table.rows.map((_, row) => {
    const value = (field: PanelField): number => readValue(table, row, field);
    return {
      path,
      symbol: cellText({ table, row, column: 1 }),
      day: readDay(table, row),
      values: {
        close: value("close"),
        volume: value("volume"),
        openInterest: value("openInterest"),
        funding: value("funding"),
        longShare: value("longShare"),
        longLiquidated: value("longLiquidated"),
        shortLiquidated: value("shortLiquidated"),
      },
    };
  });
}

function readDay(table: CsvTable, row: number): number {
  const place = { table, row, column: 0 };
  const timeMs = Date.parse(`${cellText(place)}T00:00:00Z`);
  if (Number.isNaN(timeMs)) throw cellError(place, "a date like 2022-01-02");
  return timeMs / MS_PER_SECOND / SECONDS_PER_DAY;
}

function readValue(table: CsvTable, row: number, field: PanelField): number {
  const column = table.header.indexOf(COLUMNS[field]);
  const value = numberCell({ table, row, column });
  if (!(value < 0) || SIGNED.has(field)) return value;
  const line = table.firstLine + row;
  const name = COLUMNS[field];
  throw new PlimsollError({
    code: "DATA_IMPLAUSIBLE",
    problem: `${table.path}, line ${line}, column ${name}: found ${value}; the limit is 0.`,
    remedy: "Mend the line, or leave the cell empty.",
    context: { path: table.path, line, column: name, value, limit: 0 },
  });
}
