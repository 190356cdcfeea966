/** `npm run train -- --model hedger`: trains the hedger on drawn worlds and real hours, and writes its artefact. */
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { hasCode } from "../../oracle/domain/errors.ts";
import type { AssetSymbol, BarSeries } from "../../oracle/domain/market.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import type { HedgerManifest } from "../../oracle/models/hedger/hedger-manifest.ts";
import { sha256 } from "../../oracle/models/session.ts";
import { type HourlyMarket, hourlyMarket } from "../../oracle/training/hedger/real-world.ts";
import { HEDGER_SETTINGS, trainHedger } from "../../oracle/training/hedger/train-hedger.ts";
import { writeHedger } from "../../oracle/training/hedger/write-hedger.ts";
import { readSpotBars } from "../data/spot-bars.ts";

/** Bars that end later judge the hedger; training does not read them. */
export const HEDGER_UNTIL_SEC = Date.parse("2024-05-01T00:00:00Z") / 1_000;

/** What the command hands over. */
export interface HedgerTrainingOptions extends Pick<HedgerManifest, "environment"> {
  readonly data: readonly string[];
  readonly out: string;
  readonly seed: string;
  readonly onProgress: (share: number) => void;
}

const MS_PER_SECOND = 1_000;
const MICROSECONDS = 1e6;
const REPORT_PATHS = 20_000;
const SPOT_FILE = /^([A-Z0-9]+)USDT_1h(?:_[0-9_]+)?\.csv(?:\.gz)?$/;

/**
 * The assets' hours before the end of training; those that are too short are left out and named.
 *
 * @throws PlimsollError `HEDGER_TOO_SHORT` where none is long enough.
 */
export function hedgerMarkets(
  bars: ReadonlyMap<AssetSymbol, Pick<BarSeries, "endSec" | "close">>,
  untilSec: number = HEDGER_UNTIL_SEC,
): {
  readonly markets: readonly HourlyMarket[];
  readonly leftOut: readonly AssetSymbol[];
} {
  const leftOut: AssetSymbol[] = [];
  let fault: unknown = null;
  const markets = [...bars].flatMap(([asset, { endSec, close }]) => {
    const later = endSec.findIndex((end) => end > untilSec);
    try {
      return [hourlyMarket(later < 0 ? close : close.slice(0, later), asset)];
    } catch (error) {
      if (!hasCode(error, "HEDGER_TOO_SHORT")) throw error;
      leftOut.push(asset);
      fault ??= error;
      return [];
    }
  });
  if (markets.length === 0 && fault !== null) throw fault;
  return { markets, leftOut };
}

/**
 * Trains, writes, and returns what the command prints.
 *
 * @throws PlimsollError `HEDGER_TOO_SHORT` where no asset is long enough, and those of the readers and of the trainer.
 */
export async function trainHedgerModel(options: HedgerTrainingOptions): Promise<Readonly<Record<string, unknown>>> {
  const { data, seed, environment, onProgress } = options;
  const { markets, leftOut } = hedgerMarkets(readSpotBars(data));
  const before = process.cpuUsage();
  const fit = await trainHedger(markets, { seed, settings: HEDGER_SETTINGS, onProgress });
  const { user, system } = process.cpuUsage(before);
  const files = listDataFiles(data).filter((path) => {
    const asset = SPOT_FILE.exec(basename(path))?.[1];
    return asset !== undefined && !leftOut.includes(asset);
  });
  const facts = {
    seed,
    environment,
    settings: HEDGER_SETTINGS,
    trainedAtSec: Math.floor(Date.now() / MS_PER_SECOND),
    untilSec: HEDGER_UNTIL_SEC,
    files: files
      .map((path) => ({ name: basename(path), sha256: sha256(readFileSync(path)) }))
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
    reportPaths: REPORT_PATHS,
  };
  const directory = join(resolve(options.out), "hedger");
  const manifest = await writeHedger(fit, facts, directory);
  return {
    model: manifest.id,
    directory,
    sha256: manifest.sha256,
    ...manifest.metrics,
    leftOut,
    processorSeconds: Math.round((user + system) / MICROSECONDS),
  };
}
