/** Time of one operator's own work in a round: features, volatility forecast, quantile network, scores of 1 000 positions. */
import { join } from "node:path";
import type { MarketSnapshot } from "../../oracle/domain/market.ts";
import type { Position } from "../../oracle/domain/positions.ts";
import { FEATURE_SCHEMA } from "../../oracle/features/feature-schema.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { createQuantilePredictor } from "../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolPredictor } from "../../oracle/models/vol-lstm/vol-predictor.ts";
import { createVolatilityForecaster } from "../../oracle/models/volatility/volatility-forecaster.ts";
import { type PredictionDependencies, predictAssets } from "../../oracle/pipeline/operator/predict.ts";
import { scorePositions } from "../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../oracle/scoring/scoring-settings.ts";
import { ARTIFACTS_DIR, marketAtStart } from "./bench-ground.ts";
import { BENCH_MONEYNESS, BENCH_TENOR_DAYS, planBenchPositions } from "./position-plan.ts";
import { type BenchResult, judge, percentile, rounded } from "./result.ts";
import { SAMPLE_CLASS, samplePosition } from "./scoring-input.ts";

const POSITIONS = 1_000;
const LIMIT_MS = 100;
const WARM_UP = 8;
const REPEATS = 25;
const MEDIAN = 0.5;
const MICROSECONDS_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;
const CLASS_ID = 1;
const BASE_DECIMALS_E8 = 1e8;

/** Runs the benchmark; time is the processor time of the whole process, so that busy neighbours do not count. */
export async function benchScoredRound(): Promise<BenchResult> {
  const snapshot = await marketAtStart();
  const positions = openPositions(snapshot);
  const predictor = await createQuantilePredictor({
    artifactDir: join(ARTIFACTS_DIR, "quantile-net"),
    schema: FEATURE_SCHEMA,
    rng: createRng("bench-quantiles"),
  });
  const volPredictor = await createVolPredictor(join(ARTIFACTS_DIR, "vol-lstm"));
  const logger = { warn: () => {} };
  const deps: PredictionDependencies = { forecaster: createVolatilityForecaster(), volPredictor, predictor, logger };
  const cpuMs: number[] = [];
  const wallMs: number[] = [];
  for (let round = 0; round < WARM_UP + REPEATS; round += 1) {
    const startedMs = performance.now();
    const before = process.cpuUsage();
    await scoreRound(snapshot, positions, deps);
    const used = process.cpuUsage(before);
    if (round < WARM_UP) continue;
    cpuMs.push((used.user + used.system) / MICROSECONDS_PER_MS);
    wallMs.push(performance.now() - startedMs);
  }
  await predictor.close();
  await volPredictor.close();
  const median = percentile(cpuMs, MEDIAN);
  return judge(
    median,
    { limit: LIMIT_MS, unit: "ms CPU", passes: "at-most" },
    {
      bestMs: rounded(Math.min(...cpuMs)),
      wallMs: rounded(percentile(wallMs, MEDIAN)),
      positionsPerSec: Math.round((POSITIONS * MS_PER_SECOND) / median),
      positions: POSITIONS,
      series: new Set(positions.map(({ seriesId }) => seriesId)).size,
      assets: snapshot.assets.size,
      paths: DEFAULT_SCORING_SETTINGS.paths,
      serving: predictor.status.serving,
    },
  );
}

async function scoreRound(
  snapshot: MarketSnapshot,
  positions: readonly Position[],
  deps: PredictionDependencies,
): Promise<void> {
  const predictions = await predictAssets(snapshot, deps);
  const classes = new Map([[CLASS_ID, SAMPLE_CLASS]]);
  const input = { positions, snapshot, predictions, classes, lastGood: new Map(), atSec: snapshot.atSec };
  const { scores } = scorePositions(input, DEFAULT_SCORING_SETTINGS);
  if (scores.length !== positions.length) throw new RangeError("A position was left without a score.");
}

function openPositions(snapshot: MarketSnapshot): readonly Position[] {
  const spot = new Map([...snapshot.assets].map(([asset, market]) => [asset, market.spot]));
  const plan = planBenchPositions({
    spot,
    startSec: snapshot.atSec,
    positions: POSITIONS,
    writers: 6,
    moneyness: BENCH_MONEYNESS,
    tenorDays: BENCH_TENOR_DAYS,
  });
  const seriesIds = new Map<string, bigint>();
  return plan.map(({ asset, kind, strike, expirySec, size, writer, collateralMultiple }, index) => {
    const series = `${asset}:${kind}:${strike}:${expirySec}`;
    const seriesId = seriesIds.get(series) ?? BigInt(seriesIds.size + 1);
    seriesIds.set(series, seriesId);
    return samplePosition({
      ...{ asset, kind, strike, expirySec, size, seriesId, classId: CLASS_ID },
      id: BigInt(index + 1),
      owner: `0x${(writer + 1).toString(16).padStart(40, "0")}`,
      sizeE8: BigInt(Math.round(size * BASE_DECIMALS_E8)),
      collateralPerContract: 0.3 * collateralMultiple * (kind === "call" ? 1 : strike),
    });
  });
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchScoredRound())}\n`);
