/** Reader of option chains (`BTC_2026-03.csv.gz`): one snapshot of quotes at each `ts`, some six hours apart. */
import { basename } from "node:path";
import type { EventLane } from "../../domain/event-lane.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { ChainQuote, OptionChain } from "../../domain/option-chain.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { CHAIN_COLUMN, CHAIN_FILE, expiryCell, kindCell, readChainTable } from "./chain-file.ts";
import { type CsvTable, cellError, cellText, integerCell, numberCell } from "./csv-table.ts";
import type { FileFormat, ReplaySpan } from "./file-format.ts";

const ID = "deribit-options";
/** Chains before a replay say nothing of it: its first snapshot needs the last one before it. */
const HISTORY_SEC = 2 * SECONDS_PER_DAY;
const MS_PER_SECOND = 1_000;

/** Format of the folder `deribit-options`; of its monthly files only those of the replay are opened. */
export const DERIBIT_OPTIONS: FileFormat = {
  id: ID,
  role: "extra",
  matches: (fileName) => CHAIN_FILE.test(fileName),
  read: (paths, assets, span) =>
    assets.flatMap((asset) => {
      const own = paths.filter((path) => isWanted(path, asset, span));
      return own.length === 0 ? [] : [chainLane(asset, own)];
    }),
};

function isWanted(path: string, asset: AssetSymbol, span: ReplaySpan | undefined): boolean {
  const [, fileAsset, year, month] = CHAIN_FILE.exec(basename(path)) ?? [];
  if (fileAsset !== asset) return false;
  if (span === undefined) return true;
  const startSec = Date.UTC(Number(year), Number(month) - 1) / MS_PER_SECOND;
  const endSec = Date.UTC(Number(year), Number(month)) / MS_PER_SECOND;
  return startSec <= span.toSec && endSec > span.fromSec - HISTORY_SEC;
}

/** A snapshot is received when it was taken. Files that repeat a time bring an event each: the guard counts the second. */
function chainLane(asset: AssetSymbol, paths: readonly string[]): EventLane {
  const chains = paths.flatMap((path) => readChains(asset, readChainTable(path)));
  chains.sort((left, right) => left.receivedTimeSec - right.receivedTimeSec);
  return {
    asset,
    kind: "chain",
    receivedSec: Float64Array.from(chains, ({ receivedTimeSec }) => receivedTimeSec),
    at: (index) => {
      const chain = chains[index];
      if (chain === undefined) throw new RangeError(`Chain ${index} of ${chains.length}.`);
      return chain;
    },
  };
}

function readChains(asset: AssetSymbol, table: CsvTable): readonly OptionChain[] {
  const found = new Map<number, { readonly quotes: ChainQuote[]; readonly indices: number[] }>();
  let newestSec = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < table.rows.length; row += 1) {
    const time = { table, row, column: CHAIN_COLUMN.time };
    const atSec = integerCell(time);
    if (atSec < newestSec) throw cellError(time, `a time not before that of the row above, ${newestSec}`);
    newestSec = atSec;
    const rows = found.get(atSec) ?? { quotes: [], indices: [] };
    found.set(atSec, rows);
    rows.quotes.push(quoteOf(table, row));
    rows.indices.push(numberCell({ table, row, column: CHAIN_COLUMN.index }));
  }
  return [...found].map(([timeSec, { quotes, indices }]) => ({
    kind: "chain",
    asset,
    index: middleOf(indices),
    quotes,
    sourceId: ID,
    sourceTimeSec: timeSec,
    receivedTimeSec: timeSec,
  }));
}

/** Numbers are delivered as they are, faults included, for the guard to judge; an empty bid or ask is none. */
function quoteOf(table: CsvTable, row: number): ChainQuote {
  const number = (column: number): number => numberCell({ table, row, column });
  const side = (column: number): number | null =>
    cellText({ table, row, column }) === "" ? null : numberCell({ table, row, column });
  return {
    kind: kindCell({ table, row, column: CHAIN_COLUMN.kind }),
    strike: number(CHAIN_COLUMN.strike),
    expirySec: expiryCell({ table, row, column: CHAIN_COLUMN.expiry }),
    bid: side(CHAIN_COLUMN.bid),
    ask: side(CHAIN_COLUMN.ask),
    future: number(CHAIN_COLUMN.future),
  };
}

/** Rows of one snapshot are seconds apart; NaN without a number, which the guard rejects. */
function middleOf(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
