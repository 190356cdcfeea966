/** Reads a CSV file (plain or gzip) into text cells with line numbers, and cells into numbers. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { PlimsollError } from "../../domain/errors.ts";

/** First bytes of every gzip file (RFC 1952, 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

const CELLS = z.array(z.array(z.string()));

/** Text cells of one file. */
export interface CsvTable {
  readonly path: string;
  /** Column names, from the first line or given. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line number of the first row, counted from 1. */
  readonly firstLine: number;
}

/** Place of one cell. */
export interface CellPlace {
  readonly table: CsvTable;
  readonly row: number;
  readonly column: number;
}

/**
 * Reads a file.
 *
 * @param headerIfNone names of the columns of files that may come without a header line: when the first cell of the
 *   first line is a number, the line is data.
 * @throws PlimsollError `DATA_UNREADABLE` when it cannot be opened or unpacked, `DATA_MALFORMED` when it is empty or its
 *   lines differ in their number of columns.
 */
export function readCsvTable(path: string, headerIfNone?: readonly string[]): CsvTable {
  const lines = parseCells(path, readText(path));
  const first = lines[0];
  if (first === undefined) throw malformed(path, { line: 1, column: "header", value: "", expected: "a header line" });
  const isData = headerIfNone !== undefined && Number.isFinite(Number(first[0]));
  return isData
    ? { path, header: headerIfNone, rows: lines, firstLine: 1 }
    : { path, header: first, rows: lines.slice(1), firstLine: 2 };
}

/**
 * Checks that the header begins with the given names, in order; further columns are allowed only with `open`.
 *
 * @throws PlimsollError `DATA_MALFORMED` naming the first column that differs.
 */
export function requireHeader(table: CsvTable, names: readonly string[], options?: { readonly open: boolean }): void {
  names.forEach((name, index) => {
    const result = z.literal(name).safeParse(table.header[index]);
    if (result.success) return;
    const value = table.header[index] ?? "";
    throw malformed(table.path, { line: 1, column: index + 1, value, expected: `column name "${name}"` });
  });
  if (options?.open === true || table.header.length === names.length) return;
  const value = table.header[names.length] ?? "";
  throw malformed(table.path, { line: 1, column: names.length + 1, value, expected: "no further column" });
}

/**
 * Number in a cell. An empty cell or `NaN` is delivered as NaN, for the guard to reject; other text is malformed.
 *
 * @throws PlimsollError `DATA_MALFORMED`.
 */
export function numberCell(place: CellPlace): number {
  const text = cellText(place);
  if (text === "" || text.toLowerCase() === "nan") return Number.NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw cellError(place, "a number");
  return value;
}

/**
 * Whole number in a cell: times and counts.
 *
 * @throws PlimsollError `DATA_MALFORMED`, also for an empty cell.
 */
export function integerCell(place: CellPlace): number {
  const text = cellText(place);
  const value = Number(text);
  if (text === "" || !Number.isSafeInteger(value)) throw cellError(place, "a whole number");
  return value;
}

/** Text of a cell, trimmed. */
export function cellText({ table, row, column }: CellPlace): string {
  return (table.rows[row]?.[column] ?? "").trim();
}

/** Error for a cell that holds something else than expected. */
export function cellError(place: CellPlace, expected: string): PlimsollError<"DATA_MALFORMED"> {
  const { table, row, column } = place;
  return malformed(table.path, {
    line: table.firstLine + row,
    column: table.header[column] ?? column + 1,
    value: cellText(place),
    expected,
  });
}

interface Fault {
  readonly line: number;
  readonly column: string | number;
  readonly value: string;
  readonly expected: string;
}

function malformed(path: string, fault: Fault, cause?: unknown): PlimsollError<"DATA_MALFORMED"> {
  return new PlimsollError({
    code: "DATA_MALFORMED",
    problem: `${path}, line ${fault.line}, column ${fault.column}: found "${fault.value}", expected ${fault.expected}.`,
    remedy: "Download the file again or mend the line; the accepted formats are in docs/operators.md.",
    context: { path, line: fault.line, column: fault.column, value: fault.value },
    cause,
  });
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const isGzip = GZIP_MAGIC.every((byte, index) => bytes[index] === byte);
    return (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (cause) {
    throw new PlimsollError({
      code: "DATA_UNREADABLE",
      problem: `Cannot read the data file ${path}.`,
      remedy: "Check that the file exists, may be read by this user, and is a complete CSV or gzip file.",
      context: { path },
      cause,
    });
  }
}

function parseCells(path: string, text: string): string[][] {
  try {
    return CELLS.parse(parse(text, { bom: true, relax_column_count: false }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === "number" ? cause.lines : 0;
    throw malformed(path, { line, column: "all", value: cause.message, expected: "equally long lines" }, cause);
  }
}
