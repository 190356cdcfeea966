/** Where training rows come from: data files given by the user, or the project's own simulator on a fresh clone. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { hasCode, PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol, MarketSource } from "../../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { DEFAULT_GUARD_LIMITS } from "../../ingestion/guard-limits.ts";
import { createMarketIngestor, type MarketIngestor } from "../../ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../ingestion/market-window.ts";
import { BITFINEX_HOURLY } from "../../ingestion/sources/bitfinex-hourly.ts";
import { listDataFiles } from "../../ingestion/sources/data-files.ts";
import { openFileSource } from "../../ingestion/sources/file-source.ts";
import { DVOL_DAILY, FUNDING_8H } from "../../ingestion/sources/funding-and-dvol.ts";
import { SPOT_HOURLY } from "../../ingestion/sources/spot-hourly.ts";
import { sha256 } from "../../models/session.ts";
import { createMarketSimulator } from "../../simulation/market/market-simulator.ts";
import type { TimeSplit } from "../../training/quantile-net/train-quantile-net.ts";

/** A market and the assets of it that give rows; the others are peers only. */
export interface DataPool {
  readonly source: MarketSource;
  readonly assets: readonly AssetSymbol[];
}

/** Everything that a training reads. */
export interface TrainingData {
  readonly pools: readonly DataPool[];
  readonly split: TimeSplit;
  /** Time between two rows of an asset, seconds. */
  readonly everySec: number;
  readonly description: string;
  readonly files: readonly { readonly name: string; readonly sha256: `0x${string}` }[];
}

/** Bars kept behind the newest one: what the forecaster (1 500 + 720 hours) and the features (31 days) read. */
const HISTORY_SEC = 120 * SECONDS_PER_DAY;
/** Bars before the first row: the longest feature window and enough returns for a first fit. */
export const WARM_UP_SEC = 45 * SECONDS_PER_DAY;
/** Block borders of `npm run train -- --data` (design/models.md, chosen once). */
const FILE_SPLIT: TimeSplit = { trainToSec: utc("2024-01-01"), stopToSec: utc("2024-07-01") };
/** Of a retraining: rows kept for the comparison, at least and at most, and rows that stop the fit. */
const MIN_SHADOW_SEC = 30 * SECONDS_PER_DAY;
const SHADOW_SEC = 180 * SECONDS_PER_DAY;
const STOP_SEC = 180 * SECONDS_PER_DAY;
const FILE_EVERY_SEC = 3 * SECONDS_PER_HOUR;
/** Pools of the files: which bars, which assets read, which of them give rows. The first must exist. */
const FILE_POOLS = [
  { from: "2019-01-01", to: "2100-01-01", assets: ["BTC", "ETH"], rows: ["BTC", "ETH"] },
  { from: "2019-01-01", to: "2024-01-01", assets: ["BTC", "ETH", "BNB"], rows: ["BNB"] },
  // Before 2017 the venue's feed holds wild ticks (README of bitfinex-hourly-rv).
  { from: "2017-01-01", to: "2018-12-31", assets: ["BTC", "ETH"], rows: ["BTC", "ETH"] },
] as const;

/** Simulated span on a fresh clone. */
const SIMULATED_DAYS = 400;
const SIMULATED_EVERY_SEC = 6 * SECONDS_PER_HOUR;
const SIMULATED_SEED = 20_210_404;
const SIMULATED_START_SEC = utc("2024-01-01");
/** Shares of the simulated span at which fitting and stopping end. */
const SIMULATED_BORDERS = { train: 0.6, stop: 0.8 } as const;

/**
 * Opens the data.
 *
 * @param paths roots given by `--data`; none means the simulator.
 * @throws PlimsollError of the file readers (`DATA_…`).
 */
export async function openTrainingData(paths: readonly string[]): Promise<TrainingData> {
  return paths.length === 0 ? simulatedData() : fileData(paths);
}

/** A guarded view of a pool that moves forward in time: the live path's own ingestor. */
export function openFeed(source: MarketSource): MarketIngestor {
  const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  return createMarketIngestor({ source, window });
}

/**
 * The same data split for a retraining: the newest half-year is kept for the comparison, the half-year before stops the fit,
 * everything earlier is fitted. Nothing that the champion was fitted or stopped on is compared.
 *
 * @param championStopSec end of the rows that the model in use has seen, seconds.
 * @throws PlimsollError `RETRAINING_DATA_OLD` when less than a month lies behind that time.
 */
export function splitForRetraining(data: TrainingData, championStopSec: number): TrainingData {
  const newestSec = Math.max(...data.pools.map(({ source }) => source.toSec));
  if (newestSec < championStopSec + MIN_SHADOW_SEC) throw dataOld(newestSec, championStopSec);
  const stopToSec = Math.max(championStopSec, newestSec - SHADOW_SEC);
  return { ...data, split: { trainToSec: stopToSec - STOP_SEC, stopToSec } };
}

function dataOld(newestSec: number, championStopSec: number): PlimsollError<"RETRAINING_DATA_OLD"> {
  const context = { newestSec, championStopSec, limit: championStopSec + MIN_SHADOW_SEC };
  return new PlimsollError({
    code: "RETRAINING_DATA_OLD",
    problem: `The newest row is of ${newestSec}; the model in use has seen rows up to ${championStopSec}, a month must follow.`,
    remedy: "Give newer data: without rows that neither model has seen there is nothing to compare them on.",
    context,
  });
}

async function fileData(paths: readonly string[]): Promise<TrainingData> {
  const pools: DataPool[] = [];
  for (const [index, pool] of FILE_POOLS.entries()) {
    const options = { paths, fromSec: utc(pool.from), toSec: utc(pool.to), assets: pool.assets };
    const source = await openFileSource(options).catch((error: unknown) => {
      const isAbsent = hasCode(error, "DATA_NOT_FOUND") || hasCode(error, "DATA_SPAN_EMPTY");
      if (index === 0 || !isAbsent) throw error;
      return null;
    });
    const rows = pool.rows.filter((asset) => source?.assets.includes(asset) ?? false);
    if (source !== null && rows.length > 0) pools.push({ source, assets: rows });
  }
  const description = pools.map(({ source, assets }) => `${source.id} (${assets.join(", ")})`).join("; ");
  return { pools, split: FILE_SPLIT, everySec: FILE_EVERY_SEC, description, files: hashedFiles(paths) };
}

function hashedFiles(paths: readonly string[]): TrainingData["files"] {
  const formats = [SPOT_HOURLY, BITFINEX_HOURLY, FUNDING_8H, DVOL_DAILY];
  return listDataFiles(paths)
    .filter((path) => formats.some((format) => format.matches(basename(path))))
    .map((path) => ({ name: basename(path), sha256: sha256(readFileSync(path)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function simulatedData(): TrainingData {
  const historySec = SIMULATED_DAYS * SECONDS_PER_DAY;
  const source = createMarketSimulator({
    seed: SIMULATED_SEED,
    assets: ["BTC", "ETH"],
    fromSec: SIMULATED_START_SEC,
    scenario: "crash-recovery",
    historySec,
  });
  const startSec = SIMULATED_START_SEC - historySec;
  const at = (share: number): number => startSec + share * historySec;
  return {
    pools: [{ source: { ...source, fromSec: startSec }, assets: source.assets }],
    split: { trainToSec: at(SIMULATED_BORDERS.train), stopToSec: at(SIMULATED_BORDERS.stop) },
    everySec: SIMULATED_EVERY_SEC,
    description: `simulator seed ${SIMULATED_SEED}, ${SIMULATED_DAYS} days`,
    files: [],
  };
}

function utc(date: string): number {
  const msPerSecond = 1_000;
  return Date.parse(`${date}T00:00:00Z`) / msPerSecond;
}
