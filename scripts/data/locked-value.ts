/** Reads the daily value locked in lending protocols (`defi-systemic-daily/lending_protocols.csv`). */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import {
  cellError,
  cellText,
  numberCell,
  readCsvTable,
  requireHeader,
} from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";

const FILE_NAME = /^lending_protocols\.csv(?:\.gz)?$/;
const HEADER = ["date", "protocol", "tvl_usd_bn", "pool_count"] as const;
const MS_PER_SECOND = 1_000;

/** Value locked by protocol and day number since 1970, billion USD. */
export type LockedValue = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * All such files below the paths joined; empty where none is.
 *
 * @throws PlimsollError `DATA_MALFORMED` for a date that is none, a value that is not above 0, or a protocol without name;
 * `DATA_CONFLICT` where two lines disagree about one day.
 */
export function readLockedValue(paths: readonly string[]): LockedValue {
  const found = new Map<string, Map<number, number>>();
  for (const path of listDataFiles(paths).filter((name) => FILE_NAME.test(basename(name)))) {
    for (const line of readLines(path)) {
      const days = found.get(line.protocol) ?? new Map<number, number>();
      const known = days.get(line.day) ?? line.value;
      if (known !== line.value) throw conflict(line, known);
      found.set(line.protocol, days.set(line.day, line.value));
    }
  }
  return found;
}

interface LockedLine {
  readonly path: string;
  readonly protocol: string;
  readonly day: number;
  readonly value: number;
}

function readLines(path: string): readonly LockedLine[] {
  const table = readCsvTable(path);
  requireHeader(table, HEADER);
  return [...table.rows.keys()].map((row) => {
    const cell = (name: (typeof HEADER)[number]) => ({ table, row, column: HEADER.indexOf(name) });
    const day = Date.parse(`${cellText(cell("date"))}T00:00:00Z`) / MS_PER_SECOND / SECONDS_PER_DAY;
    if (!Number.isInteger(day)) throw cellError(cell("date"), "a date such as 2026-02-27");
    const protocol = cellText(cell("protocol"));
    if (protocol === "") throw cellError(cell("protocol"), "a protocol");
    const value = numberCell(cell("tvl_usd_bn"));
    if (!(value > 0)) throw cellError(cell("tvl_usd_bn"), "a value above 0");
    return { path, protocol, day, value };
  });
}

function conflict({ path, protocol, day, value }: LockedLine, known: number): PlimsollError<"DATA_CONFLICT"> {
  const date = new Date(day * SECONDS_PER_DAY * MS_PER_SECOND).toISOString().slice(0, "2026-02-27".length);
  return new PlimsollError({
    code: "DATA_CONFLICT",
    problem: `${path} gives ${value} for ${protocol} on ${date}; an earlier line gives ${known}.`,
    remedy: "Leave one of the two lines away.",
    context: { path, protocol, date, known, value },
  });
}
