/** What a file of `deribit-options` looks like, for every reader of it. */
import type { OptionKind } from "../../domain/positions.ts";
import { EXPIRY_SECOND_OF_DAY } from "../../domain/units.ts";
import { type CellPlace, type CsvTable, cellError, cellText, readCsvTable, requireHeader } from "./csv-table.ts";

/** Name of a file: asset, then year and month. */
export const CHAIN_FILE = /^([A-Z0-9]+)_(\d{4})-(\d{2})\.csv(?:\.gz)?$/;
/** Places of the columns that are read. */
export const CHAIN_COLUMN = {
  time: 0,
  expiry: 1,
  strike: 2,
  kind: 3,
  bid: 4,
  ask: 5,
  mark: 6,
  impliedVol: 7,
  future: 8,
  index: 9,
} as const;
const HEADER = [
  "ts",
  "expiry",
  "strike",
  "cp",
  "bid",
  "ask",
  "mark",
  "iv",
  "fut",
  "idx",
  "oi",
  "vol",
  "delta",
] as const;
const EXPIRY_DATE = /^(\d{4})(\d{2})(\d{2})$/;
const MS_PER_SECOND = 1_000;

/**
 * Reads a file and checks its header.
 *
 * @throws PlimsollError `DATA_UNREADABLE`, `DATA_MALFORMED`.
 */
export function readChainTable(path: string): CsvTable {
  const table = readCsvTable(path);
  requireHeader(table, HEADER);
  return table;
}

/** Kind in a cell. @throws PlimsollError `DATA_MALFORMED` for anything but C and P. */
export function kindCell(place: CellPlace): OptionKind {
  const text = cellText(place);
  if (text === "C") return "call";
  if (text === "P") return "put";
  throw cellError(place, "C or P");
}

/** Expiry of a date YYYYMMDD, seconds: options expire at one hour of the day. @throws PlimsollError `DATA_MALFORMED`. */
export function expiryCell(place: CellPlace): number {
  const [, year, month, day] = EXPIRY_DATE.exec(cellText(place)) ?? [];
  const timeMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(timeMs)) throw cellError(place, "a date such as 20260327");
  return timeMs / MS_PER_SECOND + EXPIRY_SECOND_OF_DAY;
}
