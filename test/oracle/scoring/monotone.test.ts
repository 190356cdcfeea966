/** The guarantees of models.md §1 as properties over seeded random pairs: exact, not within a tolerance. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS, type ScoringSettings } from "../../../oracle/scoring/scoring-settings.ts";
import {
  SAMPLE_CLASS,
  SAMPLE_TIME_SEC,
  samplePosition,
  sampleScoringInput,
} from "../../../scripts/bench/scoring-input.ts";
import { SCORE_GUARANTEES } from "../../../scripts/prove/score-guarantees.ts";

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

/** Pairs of one guarantee and seed; `npm run prove:score` checks a million. */
const PAIRS = 500;
const SEEDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

describe("scorePositions, guarantees on random books", () => {
  for (const { name, check } of SCORE_GUARANTEES) {
    it(`behavior: ${name} (${SEEDS.length * PAIRS} pairs)`, () => {
      let moved = 0;
      for (const seed of SEEDS) {
        const result = check(seed, PAIRS);
        assert.deepEqual(result.violations, []);
        assert.equal(result.pairs, PAIRS);
        moved += result.moved;
      }
      assert.ok(moved > 0, "nothing ever moved: the guarantee was not tested");
    });
  }

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

  it("behavior: another asset in the book, or the order of positions, changes nothing", () => {
    const one = samplePosition();
    const alone = scores({ ...book("a", 1), positions: [one] });
    const other = samplePosition({ id: 2n, asset: "ETH", strike: 2_500, expirySec: SAMPLE_TIME_SEC + 86_400 });
    const both = scores({ ...book("a", 1), positions: [other, one] });
    assert.deepEqual(both[1], alone[0]);
  });
});
