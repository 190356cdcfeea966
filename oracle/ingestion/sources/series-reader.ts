/** Reads the time and number columns of a table, scaled as the format says. */
import { type CsvTable, integerCell, numberCell } from "./csv-table.ts";
import type { SeriesPart } from "./row-join.ts";

/** Which columns of a table make a series. */
export interface SeriesColumns {
  /** Name of the time column, whole numbers. */
  readonly time: string;
  /** Raw time → seconds; seconds by default. */
  readonly toSeconds?: (raw: number) => number;
  /** Names of the number columns, in the order of the series. */
  readonly values: readonly string[];
  /** Raw value → unit of the domain, by column; unchanged by default. */
  readonly scale?: number;
  /** Rows to read; all by default. */
  readonly rows?: readonly number[];
}

/**
 * Reads a series from a table whose header was checked.
 *
 * @throws PlimsollError `DATA_MALFORMED` for a cell that is not a number.
 */
export function readSeries(table: CsvTable, columns: SeriesColumns): SeriesPart {
  const rows = columns.rows ?? table.rows.map((_row, index) => index);
  const timeColumn = table.header.indexOf(columns.time);
  const toSeconds = columns.toSeconds ?? ((raw: number) => raw);
  const scale = columns.scale ?? 1;
  return {
    path: table.path,
    timeSec: rows.map((row) => toSeconds(integerCell({ table, row, column: timeColumn }))),
    columns: columns.values.map((name) => {
      const column = table.header.indexOf(name);
      return rows.map((row) => numberCell({ table, row, column }) * scale);
    }),
  };
}
