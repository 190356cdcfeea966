/** Reads on-chain liquidation calls: Aave v2 with amounts, Aave v3 with times alone, Compound v3 with values. */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import {
  type CsvTable,
  cellError,
  integerCell,
  numberCell,
  readCsvTable,
  requireHeader,
} from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import type { LiquidationFlow } from "../../oracle/training/cascade/hazard-rows.ts";

/** Protocols whose calls can be read. */
export type LiquidationSource = "aave-v2" | "aave-v3" | "compound-v3";

interface Format {
  readonly file: RegExp;
  readonly header: readonly string[];
  readonly amount: (cells: (name: string) => number) => number;
}

/** Median of collateral over debt in the Aave v2 file: what prices a debt whose own value is missing. */
const COLLATERAL_RATIO = 1.075;
/** Beyond it a call has another unit than USD: the greatest of two years repaid some 20 million. */
const GREATEST_CALL_USD = 1e9;

const FORMATS: Readonly<Record<LiquidationSource, Format>> = {
  "aave-v2": {
    file: /^aave_v2_liquidations\.csv(?:\.gz)?$/,
    header: ["ts", "user_id", "coll_sym", "coll_amt", "coll_usd", "debt_sym", "debt_amt", "debt_usd"],
    amount: (cell) => firstNumber([cell("debt_usd"), cell("coll_usd") / COLLATERAL_RATIO, 0]),
  },
  "aave-v3": {
    file: /^aave_v3_liquidation_times\.csv(?:\.gz)?$/,
    header: ["blockNumber", "ts", "logIndex"],
    amount: () => 1,
  },
  "compound-v3": {
    file: /^compound_v3_liquidations\.csv(?:\.gz)?$/,
    header: ["ts", "chain", "comet", "user_id", "value_liquidated_usd", "available_incentive_usd"],
    amount: (cell) => firstNumber([cell("value_liquidated_usd"), 0]),
  },
};

/**
 * Calls of a protocol below the paths, in time order; a line that several files share counts once. A call without any value
 * counts as an arrival of 0 USD.
 *
 * @returns `null` where no such file lies there.
 * @throws PlimsollError `DATA_MALFORMED` of the reader; `DATA_IMPLAUSIBLE` for a negative value or one above 1e9 USD, naming
 * file, line, column and limit.
 */
export function readLiquidations(paths: readonly string[], source: LiquidationSource): LiquidationFlow | null {
  const format = FORMATS[source];
  const files = listDataFiles(paths).filter((path) => format.file.test(basename(path)));
  if (files.length === 0) return null;
  const seen = new Set<string>();
  const calls = files.flatMap((path) => {
    const table = readCsvTable(path);
    requireHeader(table, format.header);
    const own = table.rows.map((cells) => cells.join(","));
    const fresh = own.flatMap((line, row) => (seen.has(line) ? [] : [readCall(table, row, format)]));
    // Equal lines inside of one file are calls of one block; those of another file are the same calls again.
    for (const line of own) seen.add(line);
    return fresh;
  });
  calls.sort((left, right) => left.timeSec - right.timeSec);
  const timeSec = Float64Array.from(calls, (call) => call.timeSec);
  return {
    timeSec,
    amount: Float64Array.from(calls, (call) => call.amount),
    fromSec: timeSec[0] ?? 0,
    toSec: timeSec.at(-1) ?? 0,
  };
}

function readCall(
  table: CsvTable,
  row: number,
  { amount }: Format,
): { readonly timeSec: number; readonly amount: number } {
  const cell = (name: string): number => {
    const place = { table, row, column: table.header.indexOf(name) };
    const value = numberCell(place);
    if (value < 0 || value > GREATEST_CALL_USD) throw implausible(table, row, { name, value });
    return value;
  };
  const timePlace = { table, row, column: table.header.indexOf("ts") };
  const timeSec = integerCell(timePlace);
  if (timeSec <= 0) throw cellError(timePlace, "seconds since 1970");
  return { timeSec, amount: amount(cell) };
}

function firstNumber(values: readonly number[]): number {
  return values.find(Number.isFinite) ?? 0;
}

function implausible(
  { path, firstLine }: CsvTable,
  row: number,
  { name, value }: { readonly name: string; readonly value: number },
): PlimsollError<"DATA_IMPLAUSIBLE"> {
  const line = firstLine + row;
  return new PlimsollError({
    code: "DATA_IMPLAUSIBLE",
    problem: `${path}, line ${line}, column ${name}: found ${value}; the limit is 0 to ${GREATEST_CALL_USD} USD.`,
    remedy: "Mend the line: amounts are in USD, not in token units.",
    context: { path, line, column: name, value, limit: GREATEST_CALL_USD },
  });
}
