/** The stressed window: unknown assets and empty rooms first, then its order, its floor under ρ, and the grid made of it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { PositionScore } from "../../../oracle/domain/score.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { FILTERED_MOVES } from "../../../oracle/scoring/filtered-moves-data.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { staticGridRho } from "../../../oracle/scoring/static-grid.ts";
import { filteredMoves, type StressedCase, stressedRequirement } from "../../../oracle/scoring/stressed-requirement.ts";
import {
  SAMPLE_CLASS,
  SAMPLE_TIME_SEC,
  samplePosition,
  sampleScoringInput,
} from "../../../scripts/bench/scoring-input.ts";

const HOUR_SEC = 3_600;
const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "stress" });

function drawnCase(seed: string): StressedCase {
  const rng = createRng(seed);
  const kind = rng.uniform() < 0.5 ? ("put" as const) : ("call" as const);
  const strike = 100 * Math.exp(0.8 * (rng.uniform() - 0.5));
  return { asset: "BTC", series: { kind, strike }, spot: 100, tenorYears: 0.003 + rng.uniform() };
}

describe("stressedRequirement", () => {
  it("behavior: where no loss beyond intrinsic value is possible it is 0", () => {
    assert.equal(stressedRequirement({ asset: "BTC", series: { kind: "put", strike: 0 }, spot: 1, tenorYears: 1 }), 0);
  });

  it("behavior: an unknown asset gets the worst numbers of all", () => {
    const unknown = filteredMoves("DOGE");
    for (const moves of Object.values(FILTERED_MOVES)) {
      assert.ok(unknown.fallDeviations >= moves.fallDeviations && unknown.riseDeviations >= moves.riseDeviations);
      assert.ok(unknown.stressVol >= moves.stressVol);
    }
  });

  it("behavior: NaN in, NaN out: it is never taken for no requirement", () => {
    const put = { kind: "put", strike: 90 } as const;
    assert.ok(Number.isNaN(stressedRequirement({ asset: "BTC", series: put, spot: Number.NaN, tenorYears: 0.1 })));
    assert.ok(Number.isNaN(stressedRequirement({ asset: "BTC", series: put, spot: 100, tenorYears: Number.NaN })));
  });

  it("behavior: never falls with volatility or horizon (2 000 random series)", () => {
    for (let index = 0; index < 2_000; index += 1) {
      const drawn = drawnCase(`order-${index}`);
      const calm = stressedRequirement({ ...drawn, vol: 0.5 });
      assert.ok(stressedRequirement({ ...drawn, vol: 0.9 }) >= calm && calm >= 0);
      assert.ok(stressedRequirement({ ...drawn, vol: 0.5, horizonSec: 9 * HOUR_SEC }) >= calm);
    }
  });

  it("default: a put at the money at the end of its life, against the fall worked out by hand", () => {
    const { fallDeviations, stressVol } = filteredMoves("BTC");
    const fall = 1 - Math.exp(-fallDeviations * stressVol * Math.sqrt(6 / 8_760));
    const found = stressedRequirement({ asset: "BTC", series: { kind: "put", strike: 1 }, spot: 1, tenorYears: 1e-9 });
    // At the end of its life a put is worth the fall, and 1 % with the liquidator's price risk comes on top.
    const cost = 0.01 + 1.645 * stressVol * Math.sqrt(0.25 / 8_760);
    assert.ok(Math.abs(found - fall - cost) < 1e-3, `${found}, not ${fall + cost}`);
  });
});

describe("scorePositions, stressed floor", () => {
  function scoreWith(stressWeight: number, change = {}): PositionScore {
    const input = { ...BASE, positions: [samplePosition(change)], classes: new Map([[1, SAMPLE_CLASS]]) };
    const [score] = scorePositions(input, { ...DEFAULT_SCORING_SETTINGS, stressWeight }).scores;
    assert.ok(score !== undefined);
    return score;
  }

  it("error: SCORING_SETTINGS_INVALID outside of 0…1", () => {
    for (const weight of [-0.01, 1.01, Number.NaN]) {
      assert.throws(
        () => scoreWith(weight),
        (error) => hasCode(error, "SCORING_SETTINGS_INVALID"),
      );
    }
  });

  it("behavior: where it binds it is a reason of its own, and the probability of default stays", () => {
    const [none, full] = [scoreWith(0), scoreWith(1)];
    assert.ok(full.rhoBps > none.rhoBps);
    assert.equal(
      none.reasons.find(({ factor }) => factor === "stress-floor"),
      undefined,
    );
    const floor = full.reasons.find(({ factor }) => factor === "stress-floor")?.contributionBps ?? 0;
    assert.ok(Math.abs(floor - (full.rhoBps - none.rhoBps)) <= 1);
    assert.equal(full.probabilityOfDefault, none.probabilityOfDefault);
  });

  it("default: ρ is the weight times the closed form, rounded up", () => {
    const { rhoBps } = scoreWith(1);
    const series = samplePosition();
    const tenorYears = (series.expirySec - SAMPLE_TIME_SEC) / (365 * 86_400);
    assert.equal(rhoBps, Math.ceil(1e4 * stressedRequirement({ asset: "BTC", series, spot: 60_000, tenorYears })));
  });
});

describe("staticGridRho against the closed form and the current requirement", () => {
  it("behavior: the cell is at least the closed form of every series inside of it (2 000 random series)", () => {
    const below = Array.from({ length: 2_000 }, (_, index) => drawnCase(`grid-${index}`)).filter((drawn) => {
      return staticGridRho({ ...drawn, vol: null }) < 1e4 * stressedRequirement({ ...drawn, vol: 1 });
    });
    assert.ok(below.length <= 20, `${below.length} of 2000 above their cell`);
  });

  it("behavior: an unknown asset gets the highest cell", () => {
    const query = { series: { kind: "put", strike: 95 }, spot: 100, tenorYears: 0.1, vol: 1 } as const;
    const known = Object.keys(FILTERED_MOVES).map((asset) => staticGridRho({ ...query, asset }));
    assert.equal(staticGridRho({ ...query, asset: "DOGE" }), Math.max(...known));
  });

  it("behavior: at least the current requirement on 99 % of random books", () => {
    const input = sampleScoringInput({ positions: 2_000, series: 500, seed: "grid" });
    const wide = { ...SAMPLE_CLASS, rhoFloorBps: 1, piFloorBps: 0, deltaBps: 0, rhoCeilingBps: 10_000 };
    const { scores } = scorePositions({ ...input, classes: new Map([[1, wide]]) }, DEFAULT_SCORING_SETTINGS);
    const below = scores.filter(({ rhoBps }, index) => {
      const position = input.positions[index];
      if (position === undefined) return true;
      const { asset, expirySec, size } = position;
      const spot = input.snapshot.assets.get(asset)?.spot ?? Number.NaN;
      const tenorYears = (expirySec - SAMPLE_TIME_SEC) / (365 * 86_400);
      // The grid stands for an ordinary size; the largest pay for their own depth.
      return size * spot < 1e6 && staticGridRho({ asset, series: position, spot, tenorYears, vol: 0.6 }) < rhoBps;
    });
    assert.ok(below.length <= 20, `${below.length} of 2000 above the grid`);
  });
});
