/** What must not loosen a score: a first report in doubt, an old index, a failed model, another asset, a lost NaN. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AssetMarket, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { type Position, positionKey } from "../../../oracle/domain/positions.ts";
import type { AssetPrediction, FallbackReason } from "../../../oracle/domain/prediction.ts";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { adversePaths } from "../../../oracle/scoring/adverse-paths.ts";
import { lossDistribution } from "../../../oracle/scoring/loss-distribution.ts";
import { drawScenarios } from "../../../oracle/scoring/scenario-draws.ts";
import { simulateSpot } from "../../../oracle/scoring/scenarios.ts";
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { annualisedVol, volLevel } from "../../../oracle/scoring/vol-surface.ts";
import {
  SAMPLE_CLASS,
  SAMPLE_TIME_SEC,
  sampleMarket,
  samplePosition,
  samplePrediction,
  sampleScoringInput,
} from "../../../scripts/bench/scoring-input.ts";

const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "unit" });
const LAST_GOOD = new Map([[positionKey(samplePosition()), { rhoBps: 5_100, piBps: 700 }]]);
const DOUBTED: MarketSnapshot = { ...BASE.snapshot, doubts: [{ asset: "BTC", reason: "gap", detail: "bars" }] };

function scoreFirst(positions: readonly Position[], input: Partial<ScoringInput> = {}): PositionScore {
  const [score] = scorePositions({ ...BASE, positions, ...input }, DEFAULT_SCORING_SETTINGS).scores;
  assert.ok(score !== undefined);
  return score;
}

function withFallback(fallback: FallbackReason, part: "volatility" | "quantiles"): ScoringInput["predictions"] {
  return new Map(
    [...BASE.predictions].map(([asset, made]) => {
      const changed: AssetPrediction =
        part === "volatility"
          ? { ...made, volatility: { ...made.volatility, fallbacks: [fallback] } }
          : { ...made, quantiles: { ...made.quantiles, fallbacks: [fallback] } };
      return [asset, changed];
    }),
  );
}

describe("scorePositions, first report in doubt", () => {
  it("behavior: ρ is not below the class default, at any strike, and leaves room for π", () => {
    for (const strike of [54_000, 42_000, 36_000]) {
      const score = scoreFirst([samplePosition({ strike })], { snapshot: DOUBTED });
      assert.ok(score.rhoBps >= SAMPLE_CLASS.rhoDefaultBps, `${strike}: ${score.rhoBps}`);
      assert.ok(score.piBps + SAMPLE_CLASS.deltaBps <= score.rhoBps);
    }
  });

  it("behavior: an accepted value below the default may stand", () => {
    const lastGood = new Map([[positionKey(samplePosition()), { rhoBps: 900, piBps: 300 }]]);
    const { rhoBps } = scoreFirst([samplePosition()], { snapshot: DOUBTED, lastGood });
    assert.ok(rhoBps >= 900 && rhoBps < SAMPLE_CLASS.rhoDefaultBps);
  });
});

describe("scorePositions, fallbacks", () => {
  const failed: readonly FallbackReason[] = [
    "artefact-missing",
    "artefact-hash",
    "schema-mismatch",
    "output-invalid",
    "inputs-out-of-range",
  ];
  const thin: readonly FallbackReason[] = [
    "inputs-missing",
    "short-history",
    "synthetic-depth",
    "implied-vol-from-model",
  ];

  function assertDoubtful(predictions: ScoringInput["predictions"]): void {
    const score = scoreFirst([samplePosition()], { predictions, lastGood: LAST_GOOD });
    assert.deepEqual([score.rhoBps, score.piBps], [5_100, 700]);
    assert.ok(score.reasons.some((reason) => reason.factor === "doubtful-data"));
  }

  for (const fallback of failed) {
    it(`behavior: with ${fallback} the score may only tighten`, () => {
      assertDoubtful(withFallback(fallback, "quantiles"));
    });
  }

  it("behavior: with fit-failed of the volatility model the score may only tighten", () => {
    assertDoubtful(withFallback("fit-failed", "volatility"));
  });

  for (const fallback of thin) {
    it(`behavior: with ${fallback} the current score stands`, () => {
      const predictions = withFallback(fallback, "quantiles");
      const score = scoreFirst([samplePosition()], { predictions, lastGood: LAST_GOOD });
      assert.equal(score.rhoBps, scoreFirst([samplePosition()]).rhoBps);
    });
  }
});

describe("scorePositions, another asset's history", () => {
  it("behavior: a short history of one asset leaves the other asset's score as it is", () => {
    const btc = samplePosition();
    const eth = samplePosition({ id: 2n, asset: "ETH", strike: 2_700, collateralPerContract: 300 });
    const predictions = new Map(
      [...BASE.predictions].map(([asset, made]) => {
        const { residuals } = made.volatility;
        const calm = residuals.map((z, index) => (index < residuals.length - 60 ? z : Math.max(-1, Math.min(1, z))));
        const kept = asset === "ETH" ? residuals.subarray(0, 60) : calm;
        return [asset, { ...made, volatility: { ...made.volatility, residuals: kept } }] as const;
      }),
    );
    assert.deepEqual(scoreFirst([btc, eth], { predictions }), scoreFirst([btc], { predictions }));
  });
});

describe("volLevel", () => {
  const settings = DEFAULT_SCORING_SETTINGS;
  const { volatility } = samplePrediction("BTC", createRng("level"));
  const jumped = { ...volatility, sigmaPerStep: volatility.sigmaPerStep.map((sigma) => 4 * sigma) };
  const modelVol = annualisedVol(jumped) * settings.impliedVolPremium;

  function marketAt(ageSec: number): AssetMarket {
    const market = sampleMarket("BTC");
    assert.ok(market.volIndex !== null);
    return { ...market, volIndex: { ...market.volIndex, sourceTimeSec: SAMPLE_TIME_SEC - ageSec } };
  }

  it("default: an index up to two hours old stands", () => {
    const fresh = volLevel(marketAt(7_200), jumped, settings, SAMPLE_TIME_SEC);
    assert.deepEqual(fresh, { impliedVol: 0.6, fromModel: false });
  });

  it("behavior: an older index does not hide a jump that the model has seen", () => {
    for (const ageSec of [7_201, settings.maxVolIndexAgeSec, settings.maxVolIndexAgeSec + 1]) {
      const level = volLevel(marketAt(ageSec), jumped, settings, SAMPLE_TIME_SEC);
      assert.deepEqual(level, { impliedVol: modelVol, fromModel: true });
    }
  });

  it("behavior: an older index above the model stands", () => {
    const calm = { ...volatility, sigmaPerStep: volatility.sigmaPerStep.map((sigma) => sigma / 4) };
    const level = volLevel(marketAt(7_201), calm, settings, SAMPLE_TIME_SEC);
    assert.deepEqual(level, { impliedVol: 0.6, fromModel: false });
  });
});

describe("lossDistribution, broken numbers", () => {
  const prediction = samplePrediction("BTC", createRng("broken"));
  const draws = drawScenarios({ paths: 100, steps: 6, seed: "broken" });
  const paths = adversePaths({
    kind: "put",
    spot: 60_000,
    scenarios: simulateSpot(draws, prediction.volatility, DEFAULT_SCORING_SETTINGS),
    quantiles: prediction.quantiles,
    volShock: draws.volShock,
    settings: DEFAULT_SCORING_SETTINGS,
  });
  const PATH = 7;
  const input = {
    series: { kind: "put", strike: 57_000 },
    spot: 60_000,
    tenorYears: 14 / 365,
    impliedVol: 0.6,
    response: { perFall: 2, perRise: 0, perRootHour: 0.05 },
    steps: 6,
    mode: "path-maximum",
  } as const;

  function assertOnlyPathIsNaN(values: Float64Array): void {
    values.forEach((value, path) => {
      assert.equal(Number.isNaN(value), path === PATH);
    });
  }

  it("behavior: a NaN price in one step stays in its path to the end", () => {
    const forward = paths.forward.map((prices, step) => (step === 2 ? prices.with(PATH, Number.NaN) : prices));
    assertOnlyPathIsNaN(lossDistribution({ ...input, paths: { ...paths, forward } }).values);
  });

  it("behavior: a NaN shock of implied volatility is not taken for none", () => {
    const volShock = paths.volShock.with(PATH, Number.NaN);
    assertOnlyPathIsNaN(lossDistribution({ ...input, paths: { ...paths, volShock } }).values);
  });
});
