/** `npm run train -- --model vol-lstm`: trains the volatility model and writes its artefact. */
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createRng } from "../../oracle/math/rng.ts";
import { sha256 } from "../../oracle/models/session.ts";
import { hourlyFiles, readHourlySeries } from "../../oracle/pipeline/retraining/hourly-series.ts";
import { scoreMeans } from "../../oracle/training/vol-lstm/score-means.ts";
import { SIGNAL_SERIES, trainVolLstm } from "../../oracle/training/vol-lstm/train-vol-lstm.ts";
import type { VolSeries } from "../../oracle/training/vol-lstm/vol-rows.ts";
import { writeVolArtefact } from "../../oracle/training/vol-lstm/write-vol-artefact.ts";
import { correlationSignal } from "../../oracle/training/volatility/correlation-signal.ts";
import type { DailySignal } from "../../oracle/training/volatility/daily-signal.ts";
import { readDailySignals } from "../data/daily-signals.ts";

/** Ends of training of the walk-forward's folds; the last is the report block, read once (docs/models/volatility.md). */
const FOLDS = ["2022-07-01", "2023-07-01", "2024-07-01"].map((day) => Date.parse(`${day}T00:00:00Z`) / 1_000);
const MS_PER_SECOND = 1_000;

/** Series that one fit leaves out: another venue's both, and the only altcoin. */
const LEFT_OUT = ["spot-BNB", "bitfinex-BTC", "bitfinex-ETH"];

/** What the command hands over. */
export interface VolatilityTrainingOptions {
  readonly data: readonly string[];
  readonly out: string;
  readonly seed: string;
  readonly environment: { readonly node: string; readonly onnxruntime: string; readonly platform: string };
  readonly onProgress: (share: number) => void;
}

/** Trains, writes, and returns what the command prints. */
export async function trainVolatilityModel(
  options: VolatilityTrainingOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { data, seed, environment, onProgress } = options;
  const series = readHourlySeries(data);
  const startedMs = performance.now();
  const signals = [...readDailySignals(data), ...correlationOf(series)];
  const training = await trainVolLstm({ series, foldsSec: FOLDS, seed, leftOut: LEFT_OUT, signals, onProgress });
  const directory = join(resolve(options.out), "vol-lstm");
  const files = hourlyFiles(data).map((path) => ({ name: basename(path), sha256: sha256(readFileSync(path)) }));
  const facts = {
    seed,
    trainedAtSec: Math.floor(Date.now() / MS_PER_SECOND),
    files: files.sort((left, right) => (left.name < right.name ? -1 : 1)),
    environment,
  };
  const manifest = await writeVolArtefact(training, facts, { directory, rng: createRng(`${seed}/vectors`) });
  return {
    model: manifest.id,
    directory,
    sha256: manifest.sha256,
    rows: manifest.training.rows,
    ratios: scoreMeans(manifest.metrics.scores),
    ratiosOfUnseen: scoreMeans(manifest.metrics.unseenScores),
    exportParity: manifest.metrics.exportParity,
    bytes: training.model.length,
    seconds: Math.round((performance.now() - startedMs) / MS_PER_SECOND),
  };
}

/** Correlation of BTC and ETH, where both are there. */
function correlationOf(series: readonly VolSeries[]): readonly DailySignal[] {
  const [btc, eth] = [SIGNAL_SERIES, "spot-ETH"].map((id) => series.find((entry) => entry.id === id));
  return btc === undefined || eth === undefined ? [] : [correlationSignal(btc.windows, eth.windows)];
}
