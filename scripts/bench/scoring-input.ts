/** A seeded scoring input of any size, for the benchmark and the tests: two assets, calls and puts, all moneyness. */
import type { AssetMarket } from "../../oracle/domain/market.ts";
import type { Position } from "../../oracle/domain/positions.ts";
import { type AssetPrediction, QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../oracle/domain/prediction.ts";
import type { RiskClass } from "../../oracle/domain/risk-class.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../oracle/domain/units.ts";
import { createRng, type Rng } from "../../oracle/math/rng.ts";
import { normalInverse } from "../../oracle/math/special-functions.ts";
import type { ScoringInput } from "../../oracle/scoring/score-positions.ts";

/** Observation time of the input, seconds. */
export const SAMPLE_TIME_SEC = 1_750_000_000;
const SPOTS = { BTC: 60_000, ETH: 3_000 } as const;
const HOURLY_SIGMA = 0.006;
const RESIDUALS = 1000;
/** Deviation of a jump residual and how often it comes: fat tails of about the kurtosis of hourly returns. */
const JUMP = { chance: 0.02, deviation: 4 } as const;
const PROVENANCE = { sourceId: "bench", sourceTimeSec: SAMPLE_TIME_SEC, receivedTimeSec: SAMPLE_TIME_SEC };

/** A class whose bounds bind only for extreme positions. */
export const SAMPLE_CLASS: RiskClass = {
  rhoFloorBps: 50,
  rhoCeilingBps: 9_000,
  rhoDefaultBps: 4_000,
  rhoInitialBps: 1_500,
  piFloorBps: 10,
  piCapBps: 8_000,
  piDefaultBps: 300,
  deltaBps: 20,
  tighten: { stepBps: 2_000, driftBps: 5_000, delaySec: 60 },
  loosen: { stepBps: 200, driftBps: 1_000, delaySec: 600 },
  windowSec: SECONDS_PER_DAY,
  validitySec: SECONDS_PER_HOUR,
  graceMinutes: 10,
  rampMinutes: 60,
  fallbackRampMinutes: 60,
  betaBps: 1_000,
  maxAboveOpenBps: 4_000,
  piStepBps: 1_000,
  active: true,
};

/** Market of one asset with a book, an index and a day of bars. */
export function sampleMarket(asset: keyof typeof SPOTS): AssetMarket {
  const spot = SPOTS[asset];
  const bar = Float64Array.of(spot);
  const band = (distance: number, notionalUsd: number) => ({ distance, notionalUsd, averagePrice: null });
  const side = [band(0.01, 2e7), band(0.02, 4.5e7), band(0.05, 8e7)];
  return {
    asset,
    spot,
    provenance: PROVENANCE,
    bars: {
      spanSec: SECONDS_PER_HOUR,
      endSec: Float64Array.of(SAMPLE_TIME_SEC),
      open: bar,
      high: bar,
      low: bar,
      close: bar,
      volume: Float64Array.of(3e8 / spot),
    },
    book: {
      ...PROVENANCE,
      kind: "book",
      asset,
      bids: side,
      asks: side,
      bestBid: spot * 0.9999,
      bestAsk: spot * 1.0001,
    },
    funding: [],
    volIndex: { ...PROVENANCE, kind: "vol-index", asset, impliedVol: 0.6 },
  };
}

/** Prediction of one asset: flat volatility, fat-tailed residuals, learned quantiles of a slightly heavier tail. */
export function samplePrediction(asset: string, rng: Rng): AssetPrediction {
  const residual = (): number => rng.normal() * (rng.uniform() < JUMP.chance ? JUMP.deviation : 1);
  // Reflection principle: P(worst move > m) = 2 Φ(−m); the factor grows with the level for the heavier tail.
  const move = (hours: number, level: number): number =>
    1 - Math.exp(-HOURLY_SIGMA * Math.sqrt(hours) * -normalInverse((1 - level) / 2) * (1 + level * level * 0.2));
  const table = QUANTILE_HORIZONS_HOURS.map((hours) =>
    Float64Array.from(QUANTILE_LEVELS.map((level) => move(hours, level))),
  );
  const common = { asset, atSec: SAMPLE_TIME_SEC, fallbacks: [] };
  return {
    volatility: {
      ...common,
      modelId: "bench",
      stepSec: SECONDS_PER_HOUR,
      sigmaPerStep: new Float64Array(72).fill(HOURLY_SIGMA),
      residuals: Float64Array.from({ length: RESIDUALS }, residual),
    },
    quantiles: { ...common, modelId: "bench", fall: table, rise: table },
  };
}

/** One open position with everything ordinary; fields may be replaced. */
export function samplePosition(change: Partial<Position> = {}): Position {
  return {
    source: "0x00000000000000000000000000000000000000aa",
    sourceIndex: 0,
    id: 1n,
    epoch: 1,
    owner: "0x0000000000000000000000000000000000000001",
    classId: 1,
    seriesId: 1n,
    asset: "BTC",
    kind: "put",
    strike: 54_000,
    expirySec: SAMPLE_TIME_SEC + 14 * SECONDS_PER_DAY,
    size: 2,
    sizeE8: 200_000_000n,
    collateralPerContract: 6_000,
    collateralUnits: 12_000_000_000n,
    flaggedAtSec: null,
    ...change,
  };
}

/** A whole input: positions spread evenly over the series, two assets, sizes and collateral drawn at random. */
export function sampleScoringInput(options: { positions: number; series: number; seed: string }): ScoringInput {
  const rng = createRng(options.seed);
  const series = Array.from({ length: options.series }, (_, index) => {
    const asset = index % 2 === 0 ? ("BTC" as const) : ("ETH" as const);
    const days = [1, 7, 14, 30, 90, 180][rng.integer(6)] ?? 7;
    return {
      asset,
      kind: rng.uniform() < 0.5 ? ("call" as const) : ("put" as const),
      strike: Math.round(SPOTS[asset] * (0.7 + 0.7 * rng.uniform())),
      expirySec: SAMPLE_TIME_SEC + days * SECONDS_PER_DAY,
    };
  });
  const positions = Array.from({ length: options.positions }, (_, index) => {
    const chosen = series[index % series.length];
    const unit = chosen?.kind === "call" ? 1 : (chosen?.strike ?? 1);
    const collateralPerContract = unit * (0.05 + 0.5 * rng.uniform());
    const owner = `0x${(index % 17).toString(16).padStart(40, "0")}` as const;
    return samplePosition({
      ...chosen,
      id: BigInt(index + 1),
      size: rng.exponential() * 5,
      collateralPerContract,
      owner,
    });
  });
  const assets = ["BTC", "ETH"] as const;
  return {
    positions,
    snapshot: {
      atSec: SAMPLE_TIME_SEC,
      assets: new Map(assets.map((asset) => [asset, sampleMarket(asset)])),
      doubts: [],
    },
    predictions: new Map(assets.map((asset) => [asset, samplePrediction(asset, rng.fork(asset))])),
    classes: new Map([[1, SAMPLE_CLASS]]),
    lastGood: new Map(),
    atSec: SAMPLE_TIME_SEC,
  };
}
