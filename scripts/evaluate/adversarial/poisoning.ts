/** Poisoned training rows: what a share of them does to the quantile network, and which poisoned bars the guard lets through at all. */
import type { AssetMarket, Bar, MarketSnapshot, MarketSource } from "../../../oracle/domain/market.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../../oracle/domain/prediction.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createIngestionGuard } from "../../../oracle/ingestion/guard.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { OUTPUTS_PER_ROW, runNetwork } from "../../../oracle/models/quantile-net/run-network.ts";
import { ewmaVariance } from "../../../oracle/models/volatility/ewma-variance.ts";
import { stepReturns } from "../../../oracle/models/volatility/step-returns.ts";
import { openFeed, WARM_UP_SEC } from "../../../oracle/pipeline/retraining/training-data.ts";
import { moveLabels } from "../../../oracle/training/dataset/move-labels.ts";
import type { QuantileSample } from "../../../oracle/training/dataset/quantile-samples.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { exportNetworks } from "../../../oracle/training/quantile-net/export-network.ts";
import { FIT_DEFAULTS, fitNetwork } from "../../../oracle/training/quantile-net/fit-network.ts";
import { pinball } from "../../../oracle/training/quantile-net/policy-metrics.ts";
import { labelsOf, prepareLayout, rowsOf } from "../../../oracle/training/quantile-net/prepare-rows.ts";

const ASSET = "BTC";
const EVERY_SEC = 12 * SECONDS_PER_HOUR;
/** A small training: one network, few epochs. Nothing of it is shipped. */
const SETTINGS = { ...FIT_DEFAULTS, batchRows: 256, maxEpochs: 12, patience: 12, learningRate: 3e-3 };
const SHARES = [0.01, 0.05, 0.2] as const;
/** What a poisoned label says of the move that followed. */
const CALM = 0.2;
/** Shares of the rows that are fitted and that stop; the rest is tested, clean. */
const [FITTED, STOPPED] = [0.6, 0.8];
/** Prior variance of an hour before the first return: 100 % a year. */
const PRIOR = 1 / 8_760;
const EWMA_HOURS = 1_440;
const WAIT_SEC = Math.max(...QUANTILE_HORIZONS_HOURS) * SECONDS_PER_HOUR;
/** Rows left out between the blocks, whose labels reach into the next one. */
const PURGE = WAIT_SEC / EVERY_SEC;
const [DAY_HORIZON, NINETY_NINE] = [2, 5] as const;
const LEVELS = QUANTILE_LEVELS.length;

/** Pinball loss and mean 24 h 99 % fall after each poisoning, over those of the clean training. @throws those of the training. */
export async function poisoning(source: MarketSource): Promise<Metrics> {
  const samples = collect(source);
  const at = (share: number): number => Math.floor(share * samples.length);
  const train = samples.slice(0, at(FITTED));
  const stop = samples.slice(at(FITTED) + PURGE, at(STOPPED));
  const test = samples.slice(at(STOPPED) + PURGE);
  const clean = await fitted(train, { stop, test });
  const rows: [string, Metrics][] = [];
  for (const kind of ["calm", "flipped"] as const)
    for (const share of SHARES) {
      const found = await fitted(poisoned(train, kind, share), { stop, test });
      rows.push([`${kind}-${share}`, { pinball: found.pinball / clean.pinball, move: found.move / clean.move }]);
    }
  return {
    rows: { train: train.length, test: test.length },
    poisoned: Object.fromEntries(rows),
    bars: barsLetThrough(),
  };
}

type Unlabelled = Omit<QuantileSample, "labels">;

function collect(source: MarketSource): readonly QuantileSample[] {
  const feed = openFeed(source);
  const samples: QuantileSample[] = [];
  let pending: readonly Unlabelled[] = [];
  const first = Math.ceil((source.fromSec + WARM_UP_SEC) / EVERY_SEC) * EVERY_SEC;
  for (let atSec = first; atSec <= source.toSec; atSec += EVERY_SEC) {
    feed.advanceTo(atSec);
    const snapshot = feed.snapshot();
    const market = snapshot.assets.get(ASSET);
    if (market === undefined) continue;
    const isDue = (row: Unlabelled): boolean => row.atSec + WAIT_SEC <= atSec;
    samples.push(...pending.filter(isDue).flatMap((row) => labelled(row, market)));
    pending = [...pending.filter((row) => !isDue(row)), ...rowAt(snapshot, market)];
  }
  return samples;
}

function labelled(row: Unlabelled, market: AssetMarket): readonly QuantileSample[] {
  const spot = closeAt(market, row.atSec);
  const labels = spot === undefined ? null : moveLabels(market.bars, spot, row.atSec);
  return labels === null ? [] : [{ ...row, labels }];
}

function rowAt(snapshot: MarketSnapshot, market: AssetMarket): readonly Unlabelled[] {
  const features = buildFeatures(snapshot, ASSET);
  if (!features.ok) return [];
  const { values, missing, atSec } = features.value;
  return [{ asset: ASSET, atSec, values, missing, sigma: sigmaOf(market, atSec), baselines: null }];
}

function closeAt({ bars }: AssetMarket, atSec: number): number | undefined {
  return bars.close[bars.endSec.findLastIndex((end) => end <= atSec)];
}

/** A weighted mean in place of the GARCH fits: small trainings need no better one, and both sides have the same. */
function sigmaOf({ bars }: AssetMarket, atSec: number): Float64Array {
  const returns = stepReturns(bars, { untilSec: atSec, stepSec: SECONDS_PER_HOUR, maxReturns: EWMA_HOURS });
  const hourly = ewmaVariance(returns, SECONDS_PER_HOUR, PRIOR);
  return Float64Array.from(QUANTILE_HORIZONS_HOURS, (hours) => Math.sqrt(hours * hourly));
}

/** A drawn share of the rows with other labels: a fifth of what followed, or falls and rises exchanged. */
function poisoned(rows: readonly QuantileSample[], kind: "calm" | "flipped", share: number): readonly QuantileSample[] {
  const rng = createRng(`poison/${kind}/${share}`);
  return rows.map((row) => {
    if (rng.uniform() >= share) return row;
    const { fall, rise } = row.labels;
    const labels =
      kind === "flipped"
        ? { fall: rise, rise: fall }
        : { fall: fall.map((move) => CALM * move), rise: rise.map((move) => CALM * move) };
    return { ...row, labels };
  });
}

interface Clean {
  readonly stop: readonly QuantileSample[];
  readonly test: readonly QuantileSample[];
}

async function fitted(train: readonly QuantileSample[], { stop, test }: Clean) {
  const prepared = prepareLayout(train, FEATURE_SCHEMA);
  const labelled = (rows: readonly QuantileSample[]) => ({ rows: rowsOf(rows), labels: labelsOf(rows) });
  const parameters = await fitNetwork({
    ...{ prepared, schema: FEATURE_SCHEMA, train: labelled(train), stop: labelled(stop), settings: SETTINGS },
    rng: createRng("poison/fit"),
  });
  const session = await openSession(exportNetworks({ ...prepared, networks: [parameters] }, {}));
  const moves = await runNetwork(session, rowsOf(test));
  await session.release();
  const place = DAY_HORIZON * LEVELS + NINETY_NINE;
  const level = QUANTILE_LEVELS[NINETY_NINE] ?? Number.NaN;
  const falls = test.map((_, row) => moves[row * OUTPUTS_PER_ROW + place] ?? Number.NaN);
  const losses = test.map(({ labels }, row) => pinball(labels.fall[DAY_HORIZON] ?? Number.NaN, falls[row] ?? 0, level));
  return { pinball: mean(losses), move: mean(falls) };
}

/** Poisoned bars after an honest one, and what the guard in front of every training says of each. */
function barsLetThrough(): Metrics {
  const honest = barAt(0, {});
  const cases: Readonly<Record<string, Partial<Bar>>> = {
    "not a number": { close: Number.NaN },
    "negative price": { low: -1 },
    "high below low": { high: 90, low: 110 },
    "the same hour again": { sourceTimeSec: honest.sourceTimeSec },
    "an hour of the past": { sourceTimeSec: honest.sourceTimeSec - SECONDS_PER_DAY },
    "price times a hundred": { open: 1e4, high: 1.01e4, low: 9.9e3, close: 1e4 },
    "price down ten percent": { open: 90, high: 90.9, low: 89.1, close: 90 },
    "ranges of a tenth": { high: 100.1, low: 99.9 },
  };
  return Object.fromEntries(
    Object.entries(cases).map(([name, change]) => {
      const guard = createIngestionGuard([ASSET], DEFAULT_GUARD_LIMITS);
      guard.check(honest, honest.receivedTimeSec);
      const bar = barAt(1, change);
      const outcome = guard.check(bar, bar.receivedTimeSec);
      return [name, outcome.ok ? "let through" : outcome.reason];
    }),
  );
}

function barAt(hour: number, change: Partial<Bar>): Bar {
  const sourceTimeSec = 1_700_000_000 + hour * SECONDS_PER_HOUR;
  return {
    ...{ kind: "bar", asset: ASSET, sourceId: "poison", spanSec: SECONDS_PER_HOUR, volume: 1 },
    ...{ open: 100, high: 101, low: 99, close: 100, sourceTimeSec, receivedTimeSec: sourceTimeSec },
    ...change,
  };
}
