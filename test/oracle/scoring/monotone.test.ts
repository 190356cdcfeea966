/** The guarantees of models.md §1 as properties over seeded random pairs: exact, not within a tolerance. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Position } from "../../../oracle/domain/positions.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS, type ScoringSettings } from "../../../oracle/scoring/scoring-settings.ts";
import {
  SAMPLE_CLASS,
  SAMPLE_TIME_SEC,
  samplePosition,
  sampleScoringInput,
} from "../../../scripts/bench/scoring-input.ts";

/** Wide bounds, so that clamps do not hide a wrong order. */
const WIDE = { ...SAMPLE_CLASS, rhoFloorBps: 1, piFloorBps: 0, deltaBps: 0, rhoCeilingBps: 10_000, piCapBps: 10_000 };
const FAST: ScoringSettings = { ...DEFAULT_SCORING_SETTINGS, paths: 200 };

function book(seed: string, positions = 500): ScoringInput {
  const input = sampleScoringInput({ positions, series: 100, seed });
  return { ...input, classes: new Map([[1, WIDE]]) };
}

function scores(input: ScoringInput, change: Partial<ScoringSettings> = {}): readonly PositionScore[] {
  return scorePositions(input, { ...FAST, ...change }).scores;
}

function assertOrder(low: readonly PositionScore[], high: readonly PositionScore[], field: "rhoBps" | "score"): number {
  low.forEach((score, index) => {
    const other = high[index];
    assert.ok(other !== undefined && other.id === score.id);
    assert.ok(other[field] >= score[field], `position ${score.id}: ${field} ${score[field]} then ${other[field]}`);
  });
  return low.length;
}

function rescaled(prediction: AssetPrediction, factor: number): AssetPrediction {
  const { volatility } = prediction;
  return { ...prediction, volatility: { ...volatility, sigmaPerStep: volatility.sigmaPerStep.map((s) => s * factor) } };
}

function withVol(input: ScoringInput, sigma: number, implied: number): ScoringInput {
  const assets = new Map(
    [...input.snapshot.assets].map(([asset, market]) => {
      const volIndex = market.volIndex === null ? null : { ...market.volIndex, impliedVol: 0.6 * implied };
      return [asset, { ...market, volIndex }] as const;
    }),
  );
  const predictions = new Map([...input.predictions].map(([asset, made]) => [asset, rescaled(made, sigma)] as const));
  return { ...input, snapshot: { ...input.snapshot, assets }, predictions };
}

/** Each position alone, so that a change of one does not change another's concentration. */
function mapPositions(
  input: ScoringInput,
  change: (position: Position, index: number) => Partial<Position>,
): ScoringInput {
  return {
    ...input,
    positions: input.positions.map((position, index) => ({ ...position, ...change(position, index) })),
  };
}

const SEEDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

describe("scorePositions, guarantees on random books", () => {
  it("behavior: ρ never falls with size, from dust to far beyond the book (5 000 pairs)", () => {
    for (const seed of SEEDS) {
      const input = mapPositions(book(seed), (_, index) => ({
        owner: `0x${index.toString(16).padStart(40, "0")}` as const,
        strike: 30_000 + index * 97,
        asset: "BTC",
      }));
      const factor = 1 + SEEDS.indexOf(seed) ** 3;
      assertOrder(scores(input), scores(mapPositions(input, ({ size }) => ({ size: size * factor }))), "rhoBps");
    }
  });

  it("behavior: ρ never falls with volatility, of the model, of options, or of both (9 000 pairs)", () => {
    for (const seed of SEEDS.slice(0, 6)) {
      const input = book(seed);
      const base = scores(input);
      for (const [sigma, implied] of [
        [1.07, 1],
        [1, 1.09],
        [2.4, 1.6],
      ] as const) {
        assertOrder(base, scores(withVol(input, sigma, implied)), "rhoBps");
      }
    }
  });

  it("behavior: ρ never falls with the confidence or the horizon (6 000 pairs)", () => {
    for (const seed of SEEDS.slice(0, 4)) {
      const input = book(seed);
      assertOrder(scores(input, { confidence: 0.95 }), scores(input, { confidence: 0.983 }), "rhoBps");
      assertOrder(scores(input, { confidence: 0.983 }), scores(input, { confidence: 0.9951 }), "rhoBps");
      assertOrder(scores(input), scores(input, { horizonSec: 9 * 3600 + 1 }), "rhoBps");
    }
  });

  it("behavior: the score never falls with collateral, from nothing to full (5 000 pairs)", () => {
    for (const seed of SEEDS) {
      const input = book(seed);
      const more = mapPositions(input, ({ collateralPerContract }, index) => ({
        collateralPerContract: collateralPerContract * (1 + (index % 50) / 100),
      }));
      assertOrder(scores(input), scores(more), "score");
    }
  });

  it("behavior: floor ≤ ρ ≤ ceiling, π + δ ≤ ρ, and the reasons sum to ρ", () => {
    for (const seed of SEEDS) {
      const input = {
        ...book(seed),
        classes: new Map([[1, { ...SAMPLE_CLASS, rhoFloorBps: 450, rhoCeilingBps: 1_300 }]]),
      };
      for (const score of scores(input)) {
        assert.ok(score.rhoBps >= 450 && score.rhoBps <= 1_300);
        assert.ok(score.piBps >= SAMPLE_CLASS.piFloorBps && score.piBps + SAMPLE_CLASS.deltaBps <= score.rhoBps);
        assert.equal(
          score.reasons.reduce((sum, reason) => sum + reason.contributionBps, 0),
          score.rhoBps,
        );
        const sizes = score.reasons.map((reason) => Math.abs(reason.contributionBps));
        assert.deepEqual(
          sizes,
          sizes.toSorted((a, b) => b - a),
        );
        assert.ok(score.score >= 0 && score.score <= 600 && Number.isInteger(score.score));
      }
    }
  });

  it("behavior: ρ never falls with the learned quantiles", () => {
    const input = book("tail");
    const heavier = new Map(
      [...input.predictions].map(([asset, made]) => {
        const grown = (table: readonly Float64Array[]) =>
          table.map((row) => row.map((move) => Math.min(move * 1.2, 0.9)));
        const quantiles = { ...made.quantiles, fall: grown(made.quantiles.fall), rise: grown(made.quantiles.rise) };
        return [asset, { ...made, quantiles }] as const;
      }),
    );
    const low = scores(input);
    const high = scores({ ...input, predictions: heavier });
    assertOrder(low, high, "rhoBps");
    assert.ok(low.some((score, index) => (high[index]?.rhoBps ?? 0) > score.rhoBps));
  });

  it("behavior: another asset in the book, or the order of positions, changes nothing", () => {
    const one = samplePosition();
    const alone = scores({ ...book("a", 1), positions: [one] });
    const other = samplePosition({ id: 2n, asset: "ETH", strike: 2_500, expirySec: SAMPLE_TIME_SEC + 86_400 });
    const both = scores({ ...book("a", 1), positions: [other, one] });
    assert.deepEqual(both[1], alone[0]);
  });
});
