/** Reads the daily value locked in lending protocols (`defi-systemic-daily/lending_protocols.csv`). */
import { basename } from "node:path";
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

/** Value locked by protocol and day number since 1970, billion USD; of a day that several lines have, the last counts. */
export type LockedValue = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * All such files below the paths joined; empty where none is.
 *
 * @throws PlimsollError `DATA_MALFORMED` for a date that is none, a value that is not above 0, or a protocol without name.
 */
export function readLockedValue(paths: readonly string[]): LockedValue {
  const found = new Map<string, Map<number, number>>();
  for (const path of listDataFiles(paths).filter((name) => FILE_NAME.test(basename(name)))) {
    const table = readCsvTable(path);
    requireHeader(table, HEADER);
    for (const row of table.rows.keys()) {
      const cell = (name: (typeof HEADER)[number]) => ({ table, row, column: HEADER.indexOf(name) });
      const day = Date.parse(`${cellText(cell("date"))}T00:00:00Z`) / MS_PER_SECOND / SECONDS_PER_DAY;
      if (!Number.isInteger(day)) throw cellError(cell("date"), "a date such as 2026-02-27");
      const protocol = cellText(cell("protocol"));
      if (protocol === "") throw cellError(cell("protocol"), "a protocol");
      const value = numberCell(cell("tvl_usd_bn"));
      if (!(value > 0)) throw cellError(cell("tvl_usd_bn"), "a value above 0");
      const days = found.get(protocol) ?? new Map<number, number>();
      found.set(protocol, days.set(day, value));
    }
  }
  return found;
}
