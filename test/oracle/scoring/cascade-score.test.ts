/** What a state of forced selling does to scores: it may raise them, by name, and never lowers anything. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { CascadeState } from "../../../oracle/domain/cascade.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type ScoringInput, scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { SAMPLE_CLASS, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const WIDE = { ...SAMPLE_CLASS, rhoFloorBps: 1, piFloorBps: 0, deltaBps: 0, rhoCeilingBps: 10_000, piCapBps: 10_000 };
const BOTH = { cascadeWeight: 1, cascadeHorizonWeight: 0.5 };

function stateOf(probability24h: number, extra: number): CascadeState {
  const shock = Float64Array.of(0, 0.05, 0.2);
  const further = (factor: number) => Float64Array.of(0, 0.3 * extra * factor, extra * factor);
  return {
    ...{ asset: "X", atSec: 0, probability6h: probability24h, probability24h, baseRate6h: 0.1, baseRate24h: 0.15 },
    isAssumed: false,
    curve: {
      shock,
      extra: further(1),
      extraLow: further(0.5),
      extraHigh: further(2),
      positions: 1,
      notionalUsd: 1,
      protocolUsd: { x: 1 },
    },
  };
}

function book(seed: string, cascade: CascadeState | null): ScoringInput {
  const input = sampleScoringInput({ positions: 120, series: 60, seed });
  const predictions = new Map([...input.predictions].map(([asset, prediction]) => [asset, { ...prediction, cascade }]));
  return { ...input, predictions, classes: new Map([[1, WIDE]]) };
}

function scores(input: ScoringInput, weights: Partial<typeof BOTH> = BOTH): readonly PositionScore[] {
  return scorePositions(input, { ...DEFAULT_SCORING_SETTINGS, paths: 200, ...weights }).scores;
}

describe("scorePositions under a cascade", () => {
  it("error: SCORING_SETTINGS_INVALID for weights outside of 0…1", () => {
    const isInvalid = (error: unknown) => hasCode(error, "SCORING_SETTINGS_INVALID");
    assert.throws(() => scores(book("a", null), { cascadeWeight: 1.1 }), isInvalid);
    assert.throws(() => scores(book("a", null), { cascadeHorizonWeight: Number.NaN }), isInvalid);
  });

  it("behavior: a state that is no state makes its asset doubtful, never cheaper", () => {
    const plain = scores(book("a", null));
    const broken = stateOf(Number.NaN, 0.1);
    const falling = {
      ...stateOf(0.5, 0.1),
      curve: { ...stateOf(0.5, 0.1).curve, extra: Float64Array.of(0, 0.2, 0.1) },
    };
    for (const state of [broken, falling]) {
      const found = scores(book("a", state));
      assert.ok(found.every(({ probabilityOfDefault }) => probabilityOfDefault === 1));
      assert.equal(found.length, plain.length);
    }
  });

  it("default: with the settings of a live node no state changes a score", () => {
    for (const state of [stateOf(0.9, 0.3), stateOf(Number.NaN, 0.3)])
      assert.deepEqual(scores(book("a", state), {}), scores(book("a", null), {}));
  });

  it("behavior: at or below the base rate it changes nothing", () => {
    assert.deepEqual(scores(book("a", stateOf(0.15, 0.3))), scores(book("a", null)));
    assert.deepEqual(scores(book("a", stateOf(0.01, 0.3))), scores(book("a", null)));
  });

  it("behavior: nothing is ever lowered; ρ and π rise with hazard, further fall and weight, 6 random books", () => {
    const rng = createRng("cascade-score");
    let raised = 0;
    for (let draw = 0; draw < 6; draw += 1) {
      const [probability, extra] = [0.15 + 0.6 * rng.uniform(), 0.2 * rng.uniform()];
      const chain = [
        scores(book(`b${draw}`, null)),
        scores(book(`b${draw}`, stateOf(probability, extra)), { cascadeWeight: 0.5, cascadeHorizonWeight: 0.2 }),
        scores(book(`b${draw}`, stateOf(probability, extra))),
        scores(book(`b${draw}`, stateOf(probability, 1.5 * extra))),
        scores(book(`b${draw}`, stateOf(Math.min(1, probability + 0.1), 1.5 * extra))),
      ];
      chain.slice(1).forEach((later, step) => {
        later.forEach((score, place) => {
          const before = chain[step]?.[place];
          assert.ok(before !== undefined);
          assert.ok(score.rhoBps >= before.rhoBps && score.piBps >= before.piBps);
          // The tail fitted beyond the largest losses is no monotone function of them: probability is held against no state alone.
          assert.ok(score.probabilityOfDefault >= (chain[0]?.[place]?.probabilityOfDefault ?? Number.NaN));
          raised += Number(score.rhoBps > before.rhoBps);
        });
      });
    }
    assert.ok(raised > 200, `only ${raised} raised`);
  });

  it("behavior: what it adds is named, and the reasons sum to ρ", () => {
    const [plain, found] = [null, stateOf(0.8, 0.15)].map((state) => scores(book("c", state)));
    assert.ok(plain && found);
    let named = 0;
    found.forEach((score, place) => {
      const added = score.rhoBps - (plain[place]?.rhoBps ?? 0);
      const reason = score.reasons.find(({ factor }) => factor === "cascade")?.contributionBps ?? 0;
      assert.ok(Math.abs(reason - added) <= 1, `${reason}, not ${added}`);
      assert.equal(
        score.reasons.reduce((sum, { contributionBps }) => sum + contributionBps, 0),
        score.rhoBps,
      );
      named += Number(reason > 0);
    });
    assert.ok(named > 20, `only ${named} named`);
  });
});
