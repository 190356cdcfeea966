/** Joins the rows of several files of one series in time order. */
import { PlimsollError } from "../../domain/errors.ts";

/** Numeric rows of one file; every column has one entry a row, and `timeSec` identifies the row. */
export interface SeriesPart {
  readonly path: string;
  readonly timeSec: readonly number[];
  /** Other columns by position. `[column][row]` */
  readonly columns: readonly (readonly number[])[];
}

/** A joined series. All columns have length `n`. */
export interface JoinedSeries {
  /** Ascending. Equal times occur only where one file itself repeats a time. */
  readonly timeSec: Float64Array;
  readonly columns: readonly Float64Array[];
}

interface RowRef {
  readonly part: SeriesPart;
  readonly row: number;
}

/**
 * Joins parts: rows of different files with one time must be identical and count once.
 *
 * @param parts files of one series, in any order.
 * @throws PlimsollError `DATA_CONFLICT` when two files disagree about one time.
 */
export function joinSeries(parts: readonly SeriesPart[]): JoinedSeries {
  const rows: RowRef[] = parts.flatMap((part) => part.timeSec.map((_time, row) => ({ part, row })));
  // Stable: rows of one time stay in the order of the files and of their lines.
  rows.sort((left, right) => timeOf(left) - timeOf(right));
  const kept: RowRef[] = [];
  for (const row of rows) {
    const before = kept.at(-1);
    const isOverlap = before !== undefined && timeOf(before) === timeOf(row) && before.part !== row.part;
    if (!isOverlap) kept.push(row);
    else requireEqual(before, row);
  }
  const width = parts[0]?.columns.length ?? 0;
  return {
    timeSec: Float64Array.from(kept, timeOf),
    columns: Array.from({ length: width }, (_unused, column) => Float64Array.from(kept, (row) => cellOf(row, column))),
  };
}

function timeOf({ part, row }: RowRef): number {
  return part.timeSec[row] ?? Number.NaN;
}

function cellOf({ part, row }: RowRef, column: number): number {
  return part.columns[column]?.[row] ?? Number.NaN;
}

function requireEqual(left: RowRef, right: RowRef): void {
  left.part.columns.forEach((_values, column) => {
    const [first, second] = [cellOf(left, column), cellOf(right, column)];
    if (Object.is(first, second)) return;
    throw new PlimsollError({
      code: "DATA_CONFLICT",
      problem: `${left.part.path} and ${right.part.path} differ at time ${timeOf(left)}: ${first} against ${second}.`,
      remedy: "Give only one of the two files, or cut their spans so that they do not overlap.",
      context: { first: left.part.path, second: right.part.path, timeSec: timeOf(left), column },
    });
  });
}
