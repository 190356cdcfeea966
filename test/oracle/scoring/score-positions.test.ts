/** The scoring stage: bad input and doubts first, then the values and edges of single positions. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { MarketSnapshot } from "../../../oracle/domain/market.ts";
import { type Position, positionKey } from "../../../oracle/domain/positions.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { classQuantiles } from "../../../oracle/scoring/class-quantiles.ts";
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import {
  SAMPLE_CLASS,
  SAMPLE_TIME_SEC,
  samplePosition,
  sampleScoringInput,
} from "../../../scripts/bench/scoring-input.ts";

const OTHER_SOURCE = "0x00000000000000000000000000000000000000bb";
const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "unit" });

function scoreOne(change: Partial<Position> = {}, input: Partial<ScoringInput> = {}): PositionScore {
  const all = { ...BASE, positions: [samplePosition(change)], ...input };
  const [score] = scorePositions(all, DEFAULT_SCORING_SETTINGS).scores;
  assert.ok(score !== undefined);
  return score;
}

function predictionsWith(change: (made: AssetPrediction) => AssetPrediction): ScoringInput["predictions"] {
  return new Map([...BASE.predictions].map(([asset, made]) => [asset, change(made)]));
}

function snapshotWith(change: Partial<MarketSnapshot>): MarketSnapshot {
  return { ...BASE.snapshot, ...change };
}

function assertSafe(score: PositionScore): void {
  for (const field of ["rhoBps", "piBps", "score", "probabilityOfDefault", "optionValue", "closeOutCost"] as const) {
    assert.ok(Number.isFinite(score[field]), `${field} is ${score[field]}`);
  }
  assert.ok(score.piBps + SAMPLE_CLASS.deltaBps <= score.rhoBps);
  assert.equal(
    score.reasons.reduce((sum, reason) => sum + reason.contributionBps, 0),
    score.rhoBps,
  );
}

describe("scorePositions", () => {
  it("error: SCORING_CLASS_UNKNOWN", () => {
    assert.throws(
      () => scoreOne({ classId: 9 }),
      (error) => hasCode(error, "SCORING_CLASS_UNKNOWN"),
    );
  });

  it("error: SCORING_CLASS_BOUNDS when the floors do not fit under the ceiling", () => {
    const classes = new Map([[1, { ...SAMPLE_CLASS, rhoCeilingBps: 40 }]]);
    assert.throws(
      () => scoreOne({}, { classes }),
      (error) => hasCode(error, "SCORING_CLASS_BOUNDS"),
    );
  });

  it("error: SCORING_SETTINGS_INVALID for each number out of range", () => {
    const changes = [
      { paths: 10 },
      { paths: 500.5 },
      { confidence: 1 },
      { confidence: Number.NaN },
      { maxHorizonSec: 3600 },
    ];
    for (const change of changes) {
      assert.throws(
        () => scorePositions(BASE, { ...DEFAULT_SCORING_SETTINGS, ...change }),
        (error) => hasCode(error, "SCORING_SETTINGS_INVALID"),
      );
    }
  });

  const broken: Readonly<Record<string, Partial<ScoringInput>>> = {
    "no market": { snapshot: snapshotWith({ assets: new Map() }) },
    "no prediction": { predictions: new Map() },
    "a NaN volatility": {
      predictions: predictionsWith((made) => ({
        ...made,
        volatility: { ...made.volatility, sigmaPerStep: Float64Array.of(0.01, Number.NaN) },
      })),
    },
    "an infinite residual": {
      predictions: predictionsWith((made) => ({
        ...made,
        volatility: { ...made.volatility, residuals: made.volatility.residuals.with(3, Number.POSITIVE_INFINITY) },
      })),
    },
    "too few residuals": {
      predictions: predictionsWith((made) => ({
        ...made,
        volatility: { ...made.volatility, residuals: made.volatility.residuals.subarray(0, 20) },
      })),
    },
    "crossing quantiles": {
      predictions: predictionsWith((made) => ({
        ...made,
        quantiles: { ...made.quantiles, fall: made.quantiles.fall.map((row) => row.toReversed()) },
      })),
    },
  };
  for (const [name, input] of Object.entries(broken)) {
    it(`behavior: with ${name} it is never looser than what is known, and says so`, () => {
      const lastGood = new Map([[positionKey(samplePosition()), { rhoBps: 5_100, piBps: 700 }]]);
      const score = scoreOne({}, { ...input, lastGood });
      assertSafe(score);
      assert.deepEqual([score.rhoBps, score.piBps, score.score], [5_100, 700, 0]);
      assert.equal(score.reasons[0]?.factor, "doubtful-data");
      const unknown = scoreOne({}, input);
      assert.ok(unknown.rhoBps > scoreOne().rhoBps);
      assertSafe(unknown);
    });
  }

  it("behavior: a doubt of the snapshot keeps the score but only lets it tighten", () => {
    const snapshot = snapshotWith({ doubts: [{ asset: "BTC", reason: "book-faulty", detail: "bands" }] });
    const trusted = scoreOne();
    const doubted = scoreOne({}, { snapshot });
    assertSafe(doubted);
    assert.ok(doubted.rhoBps > trusted.rhoBps);
    assert.ok(doubted.reasons.some((reason) => reason.factor === "doubtful-data"));
    assert.equal(doubted.probabilityOfDefault, trusted.probabilityOfDefault);
    assert.deepEqual(
      scoreOne({ asset: "ETH", strike: 2_700 }, { snapshot }),
      scoreOne({ asset: "ETH", strike: 2_700 }),
    );
  });

  it("behavior: a position whose own numbers are broken gets conservative values", () => {
    for (const change of [{ size: Number.NaN }, { strike: Number.NaN }, { collateralPerContract: Number.NaN }]) {
      const score = scoreOne(change);
      assert.equal(score.score, 0);
      assert.ok(score.rhoBps >= 1_000 && Number.isInteger(score.piBps));
    }
  });

  it("behavior: expired and closed positions are left out", () => {
    const positions = [samplePosition({ expirySec: SAMPLE_TIME_SEC }), samplePosition({ size: 0 })];
    const result = scorePositions({ ...BASE, positions }, DEFAULT_SCORING_SETTINGS);
    assert.deepEqual(result, { scores: [], classQuantiles: [] });
  });

  it("default: equal inputs give equal scores, fully collateralised is the best score", () => {
    assert.deepEqual(scoreOne(), scoreOne());
    assert.equal(scoreOne({ collateralPerContract: 54_000 }).score, 600);
    assert.equal(scoreOne({ kind: "call", strike: 66_000, collateralPerContract: 1 }).score, 600);
    assert.equal(scoreOne({ collateralPerContract: 0 }).score, 0);
  });

  it("behavior: edges of moneyness, tenor and size stay inside the class", () => {
    for (const kind of ["call", "put"] as const) {
      for (const strike of [1e-6, 6_000, 60_000, 600_000, 1e12]) {
        for (const seconds of [1, 600, 3 * 3600, 400 * 86_400]) {
          for (const size of [1e-8, 1, 1e6]) {
            assertSafe(
              scoreOne({ kind, strike, size, expirySec: SAMPLE_TIME_SEC + seconds, collateralPerContract: 1 }),
            );
          }
        }
      }
    }
  });

  it("behavior: a missing index and a missing book are flagged", () => {
    const assets = new Map(
      [...BASE.snapshot.assets].map(([asset, market]) => [asset, { ...market, volIndex: null, book: null }] as const),
    );
    const score = scoreOne({}, { snapshot: snapshotWith({ assets }) });
    assert.deepEqual(score.fallbacks, ["implied-vol-from-model", "synthetic-depth"]);
    assertSafe(score);
  });

  it("behavior: owning a whole series against thin depth costs an add-on", () => {
    const crowd = samplePosition({ id: 2n, owner: "0x0000000000000000000000000000000000000002", size: 900 });
    const alone = scoreOne({ size: 300 });
    const [shared] = scorePositions(
      { ...BASE, positions: [samplePosition({ size: 300 }), crowd] },
      DEFAULT_SCORING_SETTINGS,
    ).scores;
    const addOn = (score: PositionScore | undefined) =>
      score?.reasons.find((reason) => reason.factor === "concentration")?.contributionBps ?? 0;
    assert.ok(addOn(alone) > addOn(shared));
    assert.ok(alone.rhoBps > (shared?.rhoBps ?? 0));
  });

  it("behavior: class quantiles are those of the scores, and only of classes with positions", () => {
    const input = sampleScoringInput({ positions: 40, series: 20, seed: "classes" });
    const classes = new Map([
      [1, SAMPLE_CLASS],
      [2, SAMPLE_CLASS],
      [3, SAMPLE_CLASS],
    ]);
    const positions = input.positions.map((position, index) => ({ ...position, classId: 1 + (index % 2) }));
    const result = scorePositions({ ...input, classes, positions }, DEFAULT_SCORING_SETTINGS);
    assert.deepEqual(
      result.classQuantiles.map((each) => each.classId),
      [1, 2],
    );
    const weighed = result.scores.map((score, index) => {
      const { asset, size, strike } = positions[index] ?? samplePosition();
      return { score, weight: size * Math.min(strike, input.snapshot.assets.get(asset)?.spot ?? 0) };
    });
    assert.deepEqual(result.classQuantiles, classQuantiles(weighed, DEFAULT_SCORING_SETTINGS.classQuantile));
  });

  it("behavior: another source's position of the series changes no add-on", () => {
    const own = samplePosition({ id: 1n });
    const other = samplePosition({ id: 1n, source: OTHER_SOURCE, sourceIndex: 1, size: 500 });
    const [alone] = scorePositions({ ...BASE, positions: [own] }, DEFAULT_SCORING_SETTINGS).scores;
    const [beside] = scorePositions({ ...BASE, positions: [own, other] }, DEFAULT_SCORING_SETTINGS).scores;
    assert.deepEqual(beside, alone);
  });
});
