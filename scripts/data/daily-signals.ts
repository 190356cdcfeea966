/** Reads the daily signals of BTC that the data folders hold, each with its availability lag. */
import { basename } from "node:path";
import { SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import { type CsvTable, cellText, numberCell, readCsvTable } from "../../oracle/ingestion/sources/csv-table.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import type { DailySignal } from "../../oracle/training/volatility/daily-signal.ts";

const MS_PER_SECOND = 1_000;

interface ColumnSignal {
  readonly family: string;
  readonly file: RegExp;
  readonly column: string;
  /** See `DailySignal.lagDays`: exchange data of a day are known at its end, on-chain and macro data a day later. */
  readonly lagDays: number;
  /** Levels of money and counts are compared in logs. */
  readonly isLog: boolean;
  /** Only rows whose column has this text. */
  readonly where?: readonly [string, string];
}

const DAILY = /^daily\.csv(?:\.gz)?$/;
const MACRO = /^btc_daily_macro\.csv(?:\.gz)?$/;
const PANEL = /^perp_daily\.csv(?:\.gz)?$/;
const STABLE = /^stablecoins_defi_daily\.csv(?:\.gz)?$/;

const SIGNALS: readonly ColumnSignal[] = [
  { family: "implied-vol", file: DAILY, column: "dvol", lagDays: 1, isLog: true },
  { family: "funding", file: MACRO, column: "funding_mean", lagDays: 1, isLog: false },
  { family: "funding", file: MACRO, column: "funding_abs", lagDays: 1, isLog: false },
  { family: "funding-recent", file: DAILY, column: "funding_daily_pct", lagDays: 1, isLog: false },
  { family: "stablecoin-velocity", file: DAILY, column: "usdt_avg_tx_usd", lagDays: 2, isLog: true },
  { family: "stablecoin-velocity", file: DAILY, column: "usdt_transfers_per_s", lagDays: 2, isLog: true },
  { family: "stablecoin-supply", file: STABLE, column: "usdt_volume_usd", lagDays: 1, isLog: true },
  { family: "stablecoin-supply", file: STABLE, column: "all_stablecoin_supply_usd", lagDays: 2, isLog: true },
  { family: "social", file: DAILY, column: "social_posts_created", lagDays: 1, isLog: true },
  { family: "social", file: DAILY, column: "social_contributors_active", lagDays: 1, isLog: true },
  { family: "social", file: DAILY, column: "social_dominance_pct", lagDays: 1, isLog: false },
  { family: "fear-and-greed", file: MACRO, column: "fng", lagDays: 1, isLog: false },
  { family: "onchain-flows", file: DAILY, column: "btc_large_tx_count", lagDays: 2, isLog: true },
  { family: "onchain-flows", file: DAILY, column: "btc_tx_count", lagDays: 2, isLog: true },
  { family: "onchain-flows", file: DAILY, column: "btc_new_addresses", lagDays: 2, isLog: true },
  { family: "macro", file: MACRO, column: "vix", lagDays: 2, isLog: true },
  { family: "macro", file: MACRO, column: "dxy", lagDays: 2, isLog: true },
  { family: "positions", file: PANEL, column: "oi", lagDays: 1, isLog: true, where: ["sym", "BTC"] },
  { family: "positions", file: PANEL, column: "ls_ratio", lagDays: 1, isLog: false, where: ["sym", "BTC"] },
  { family: "positions", file: PANEL, column: "long_liq", lagDays: 1, isLog: true, where: ["sym", "BTC"] },
  { family: "positions", file: PANEL, column: "short_liq", lagDays: 1, isLog: true, where: ["sym", "BTC"] },
];

/**
 * Signals whose files lie below the paths; files of one name are joined, later ones win a shared day.
 *
 * @throws PlimsollError `DATA_MALFORMED` for a cell that is no number, and those of the reader.
 */
export function readDailySignals(paths: readonly string[]): readonly DailySignal[] {
  const files = listDataFiles(paths);
  const tables = new Map<string, CsvTable>();
  const tableOf = (path: string): CsvTable => {
    const table = tables.get(path) ?? readCsvTable(path);
    tables.set(path, table);
    return table;
  };
  return SIGNALS.flatMap((signal) => {
    const own = files.filter((path) => signal.file.test(basename(path))).map(tableOf);
    const values = new Map(own.flatMap((table) => columnValues(table, signal)));
    const { column, family, lagDays } = signal;
    return values.size === 0 ? [] : [{ name: `${family}: ${column}`, family, lagDays, values }];
  });
}

function columnValues(table: CsvTable, { column, isLog, where }: ColumnSignal): readonly (readonly [number, number])[] {
  const [place, date] = [table.header.indexOf(column), table.header.indexOf("date")];
  if (place < 0 || date < 0) return [];
  const filter = where === undefined ? -1 : table.header.indexOf(where[0]);
  return [...table.rows.keys()].flatMap((row): (readonly [number, number])[] => {
    if (where !== undefined && cellText({ table, row, column: filter }) !== where[1]) return [];
    const value = numberCell({ table, row, column: place });
    const day = Date.parse(`${cellText({ table, row, column: date })}T00:00:00Z`) / MS_PER_SECOND / SECONDS_PER_DAY;
    const used = isLog ? Math.log(value) : value;
    return Number.isFinite(used) && Number.isInteger(day) ? [[day, used]] : [];
  });
}
