/** Tests of the contagion add-on: off by default, never lowers ρ, named in the explanation, doubts count in full. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const BASE = sampleScoringInput({ positions: 12, series: 4, seed: "contagion" });
const [ASSET = ""] = BASE.positions.map(({ asset }) => asset);

function scored(contagionWeight: number, exposure?: number): readonly PositionScore[] {
  const settings = { ...DEFAULT_SCORING_SETTINGS, contagionWeight };
  const input = exposure === undefined ? BASE : { ...BASE, contagionExposures: new Map([[ASSET, exposure]]) };
  return scorePositions(input, settings).scores;
}

const rhos = (scores: readonly PositionScore[]): readonly number[] => scores.map(({ rhoBps }) => rhoBps);

describe("contagion add-on", () => {
  it("error: SCORING_SETTINGS_INVALID for a weight outside of 0 to 1", () => {
    for (const weight of [-0.1, 1.1, Number.NaN])
      assert.throws(
        () => scored(weight),
        (error) => hasCode(error, "SCORING_SETTINGS_INVALID"),
      );
  });
  it("behavior: it is off by default, and without exposures nothing changes", () => {
    assert.equal(DEFAULT_SCORING_SETTINGS.contagionWeight, 0);
    assert.deepEqual(scored(0, 1), scored(0));
    assert.deepEqual(scored(0.5), scored(0));
  });
  it("behavior: an exposure that is no number, or of an asset that is not named, counts in full", () => {
    assert.deepEqual(rhos(scored(0.2, Number.NaN)), rhos(scored(0.2, 1)));
    const unnamed = { ...BASE, contagionExposures: new Map([["OTHER", 0]]) };
    const { scores } = scorePositions(unnamed, { ...DEFAULT_SCORING_SETTINGS, contagionWeight: 0.2 });
    assert.deepEqual(rhos(scores), rhos(scored(0.2, 1)));
  });
  it("behavior: the explanation names it and still sums to ρ", () => {
    for (const { rhoBps, reasons } of scored(0.5, 0.8)) {
      assert.equal(
        reasons.reduce((sum, { contributionBps }) => sum + contributionBps, 0),
        rhoBps,
      );
    }
    assert.ok(scored(0.5, 0.8).some(({ reasons }) => reasons.some(({ factor }) => factor === "contagion")));
  });
  it("behavior: ρ never falls as weight or exposure rises; score and probability stay", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, share, (firstWeight, secondWeight, firstExposure, secondExposure) => {
        const low = scored(Math.min(firstWeight, secondWeight), Math.min(firstExposure, secondExposure));
        const high = scored(Math.max(firstWeight, secondWeight), Math.max(firstExposure, secondExposure));
        low.forEach((score, place) => {
          const other = high[place];
          assert.ok(other !== undefined && other.rhoBps >= score.rhoBps && other.piBps === score.piBps);
          assert.deepEqual([other.score, other.probabilityOfDefault], [score.score, score.probabilityOfDefault]);
        });
      }),
      { seed: 7, numRuns: 25 },
    );
  });
});
