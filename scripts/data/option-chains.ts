/** Reads snapshots of option chains (`deribit-options`), several data folders joined in time order. */
import { basename } from "node:path";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../oracle/domain/market.ts";
import type { ChainQuote } from "../../oracle/domain/option-chain.ts";
import {
  CHAIN_COLUMN,
  CHAIN_FILE,
  expiryCell,
  kindCell,
  readChainTable,
} from "../../oracle/ingestion/sources/chain-file.ts";
import {
  type CellPlace,
  cellError,
  cellText,
  integerCell,
  numberCell,
} from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { quantile } from "../../oracle/math/statistics.ts";

/** One option as quoted. */
export interface OptionQuote extends ChainQuote {
  /** Mark price, coins per contract, ≥ 0. */
  readonly mark: number;
  /** Mark implied volatility, decimal a year, > 0. */
  readonly impliedVol: number;
  /** Index price in the row, USD. */
  readonly index: number;
}

/** All options of one asset at one time. */
export interface ChainSnapshot {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  /** Median of the rows' index prices, USD: rows of one snapshot are up to seconds apart. */
  readonly index: number;
  /** In the order of {@link compareQuotes}, each option once. */
  readonly quotes: readonly OptionQuote[];
}

/** Rows hold strikes of 0.5 to 2 times the future: a mark in coins stays below 2, a mark in USD does not. */
const GREATEST_MARK = 2;
/** The most violent chains seen had 2.7: beyond 10 a volatility is in percent. */
const GREATEST_VOL = 10;
/** Futures of two years stood within 5 % of the index; a wrong unit is off by more than half. */
const GREATEST_BASIS = 1.5;
/** In half a day neither BTC nor ETH ever moved by a factor of two: beyond, a price has another unit. */
const GREATEST_MOVE = 2;
const SHORTEST_CONSTANT = 10;

/**
 * Snapshots by asset, ascending in time. Rows that several files have in common must be identical and count once.
 *
 * @throws PlimsollError `DATA_NOT_FOUND` without a file, `DATA_MALFORMED` for a column that is missing and for a cell that is
 * no number, out of range or out of order, `DATA_CONFLICT` where an option is quoted twice at one time, and
 * `DATA_IMPLAUSIBLE` for an index that never moves or moves by a factor of two; each names file, row or time, value, limit.
 */
export function readOptionChains(paths: readonly string[]): ReadonlyMap<AssetSymbol, readonly ChainSnapshot[]> {
  const files = listDataFiles(paths).filter((path) => CHAIN_FILE.test(basename(path)));
  if (files.length === 0) throw notFound(paths);
  const assets = [...new Set(files.map(assetOf))].sort();
  return new Map(
    assets.map((asset) => {
      const own = files.filter((path) => assetOf(path) === asset);
      const snapshots = joinSnapshots(asset, own);
      requirePlausible(snapshots);
      return [asset, snapshots];
    }),
  );
}

/** Order of options in a snapshot: expiry, strike, calls before puts. */
export function compareQuotes(left: OptionQuote, right: OptionQuote): number {
  if (left.expirySec !== right.expirySec) return left.expirySec - right.expirySec;
  if (left.strike !== right.strike) return left.strike - right.strike;
  return Number(left.kind === "put") - Number(right.kind === "put");
}

function assetOf(path: string): string {
  return CHAIN_FILE.exec(basename(path))?.[1] ?? "";
}

interface QuotedRow {
  readonly path: string;
  readonly quote: OptionQuote;
}

function joinSnapshots(asset: string, files: readonly string[]): readonly ChainSnapshot[] {
  const byTime = new Map<number, QuotedRow[]>();
  for (const path of files) {
    for (const [atSec, quotes] of readFile(path)) {
      const rows = quotes.map((quote) => ({ path, quote }));
      byTime.set(atSec, [...(byTime.get(atSec) ?? []), ...rows]);
    }
  }
  return [...byTime.keys()]
    .sort((left, right) => left - right)
    .map((atSec) => {
      const quotes = uniqueQuotes(atSec, byTime.get(atSec) ?? []);
      return {
        asset,
        atSec,
        index: quantile(
          Float64Array.from(quotes, ({ index }) => index),
          0.5,
        ),
        quotes,
      };
    });
}

function uniqueQuotes(atSec: number, rows: readonly QuotedRow[]): readonly OptionQuote[] {
  const sorted = [...rows].sort((left, right) => compareQuotes(left.quote, right.quote));
  return sorted.flatMap((row, place) => {
    const before = sorted[place - 1];
    if (before === undefined || compareQuotes(before.quote, row.quote) !== 0) return [row.quote];
    if (before.path !== row.path && isSameQuote(before.quote, row.quote)) return [];
    throw conflict(atSec, before, row);
  });
}

function isSameQuote(left: OptionQuote, right: OptionQuote): boolean {
  return (["bid", "ask", "mark", "impliedVol", "future", "index"] as const).every(
    (field) => left[field] === right[field],
  );
}

function readFile(path: string): ReadonlyMap<number, readonly OptionQuote[]> {
  const table = readChainTable(path);
  const found = new Map<number, OptionQuote[]>();
  let newestSec = 0;
  for (let row = 0; row < table.rows.length; row += 1) {
    const time = { table, row, column: CHAIN_COLUMN.time };
    const atSec = integerCell(time);
    if (atSec < newestSec) throw cellError(time, `a time not before that of the row above, ${newestSec}`);
    newestSec = atSec;
    const quotes = found.get(atSec);
    const quote = quoteOf((column) => ({ table, row, column: CHAIN_COLUMN[column] }));
    if (quotes === undefined) found.set(atSec, [quote]);
    else quotes.push(quote);
  }
  if (found.size === 0) throw cellError({ table, row: 0, column: CHAIN_COLUMN.time }, "at least one row");
  return found;
}

function quoteOf(place: (column: keyof typeof CHAIN_COLUMN) => CellPlace): OptionQuote {
  const strike = inRange(place("strike"), Number.MIN_VALUE, Number.MAX_VALUE);
  const index = inRange(place("index"), Number.MIN_VALUE, Number.MAX_VALUE);
  return {
    kind: kindCell(place("kind")),
    strike,
    expirySec: expiryCell(place("expiry")),
    bid: sideOf(place("bid"), GREATEST_MARK),
    ask: sideOf(place("ask"), Number.MAX_VALUE),
    mark: inRange(place("mark"), 0, GREATEST_MARK),
    impliedVol: inRange(place("impliedVol"), Number.MIN_VALUE, GREATEST_VOL),
    future: inRange(place("future"), index / GREATEST_BASIS, index * GREATEST_BASIS),
    index,
  };
}

/** Placeholder asks of many coins stand in real chains: only a bid has a limit. */
function sideOf(place: CellPlace, greatest: number): number | null {
  return cellText(place) === "" ? null : inRange(place, 0, greatest);
}

function inRange(place: CellPlace, least: number, greatest: number): number {
  const value = numberCell(place);
  if (value >= least && value <= greatest) return value;
  const low = least === Number.MIN_VALUE ? "above 0" : `at least ${least}`;
  throw cellError(place, greatest === Number.MAX_VALUE ? `a number ${low}` : `a number ${low} and at most ${greatest}`);
}

function requirePlausible(snapshots: readonly ChainSnapshot[]): void {
  snapshots.forEach(({ asset, atSec, index }, place) => {
    const before = snapshots[place - 1]?.index ?? index;
    const move = Math.max(index / before, before / index);
    if (move > GREATEST_MOVE) throw implausible(asset, atSec, `moves by a factor of ${move}, limit ${GREATEST_MOVE}`);
  });
  const first = snapshots[0];
  if (first === undefined || snapshots.length < SHORTEST_CONSTANT) return;
  if (snapshots.every(({ index }) => index === first.index)) {
    throw implausible(first.asset, first.atSec, `stays at ${first.index} in all ${snapshots.length} snapshots`);
  }
}

function implausible(asset: string, atSec: number, found: string): PlimsollError<"DATA_IMPLAUSIBLE"> {
  return new PlimsollError({
    code: "DATA_IMPLAUSIBLE",
    problem: `The index (idx) of ${asset} at ts ${atSec} ${found}.`,
    remedy: "Mend or download the files of that month again: idx is a price in USD.",
    context: { asset, atSec, found },
  });
}

function conflict(atSec: number, first: QuotedRow, second: QuotedRow): PlimsollError<"DATA_CONFLICT"> {
  const { kind, strike, expirySec } = first.quote;
  return new PlimsollError({
    code: "DATA_CONFLICT",
    problem: `${first.path} and ${second.path} quote the ${kind} ${strike} of ${expirySec} twice at ts ${atSec}.`,
    remedy: "Keep one row for each option and time; files that overlap must agree.",
    context: { first: first.path, second: second.path, atSec, strike, expirySec, kind },
  });
}

function notFound(paths: readonly string[]): PlimsollError<"DATA_NOT_FOUND"> {
  return new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `No option chains (such as BTC_2026-03.csv.gz) lie below ${paths.join(", ")}.`,
    remedy: "Give --data the folder that holds deribit-options.",
    context: { paths: paths.join(",") },
  });
}
