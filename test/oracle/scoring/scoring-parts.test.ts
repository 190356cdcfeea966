/** The parts of scoring, each against its definition. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { QUANTILE_LEVELS } from "../../../oracle/domain/prediction.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { adversePaths } from "../../../oracle/scoring/adverse-paths.ts";
import { defaultProbability, scoreOf } from "../../../oracle/scoring/default-probability.ts";
import { averageSlippage, depthCurve, depthLeft, unitDepth } from "../../../oracle/scoring/depth-curve.ts";
import { explain } from "../../../oracle/scoring/explain.ts";
import { lossDistribution } from "../../../oracle/scoring/loss-distribution.ts";
import { drawScenarios } from "../../../oracle/scoring/scenario-draws.ts";
import { simulateSpot } from "../../../oracle/scoring/scenarios.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { staticGridRho } from "../../../oracle/scoring/static-grid.ts";
import { learnedAt, logFalls } from "../../../oracle/scoring/tail-recalibration.ts";
import { largestValues, tailRanks, tailStatistics } from "../../../oracle/scoring/tail-statistics.ts";
import { sampleMarket, samplePrediction } from "../../../scripts/bench/scoring-input.ts";
import { staticGridSource } from "../../../scripts/generate/static-grid.ts";

const PREDICTION = samplePrediction("BTC", createRng("parts"));
const DRAWS = drawScenarios({ paths: 2000, steps: 24, seed: "parts" });
const PLAIN = { volUncertainty: 0 };
const SCENARIOS = simulateSpot(DRAWS, PREDICTION.volatility, DEFAULT_SCORING_SETTINGS);
const PATHS = adversePaths({
  kind: "put",
  spot: 60_000,
  scenarios: SCENARIOS,
  quantiles: PREDICTION.quantiles,
  volShock: DRAWS.volShock,
  settings: DEFAULT_SCORING_SETTINGS,
});

function moments(values: Float64Array): { readonly variance: number; readonly kurtosis: number } {
  const variance = mean(values.map((value) => value ** 2));
  return { variance, kurtosis: mean(values.map((value) => value ** 4)) / variance ** 2 };
}

describe("drawScenarios", () => {
  it("default: more steps leave the earlier ones as they are", () => {
    // Other options in between: what is kept of the last draws must not show.
    const other = drawScenarios({ paths: 2000, steps: 3, seed: "other" });
    const fewer = drawScenarios({ paths: 2000, steps: 3, seed: "parts" });
    assert.deepEqual(fewer.steps, DRAWS.steps.slice(0, 3));
    assert.deepEqual([fewer.volShock, fewer.volError], [DRAWS.volShock, DRAWS.volError]);
    assert.ok(Math.abs(mean(DRAWS.volError)) < 0.01 && Math.abs(mean(DRAWS.volError.map((n) => n * n)) - 1) < 0.02);
    const crossed = mean(DRAWS.volError.map((n, path) => n * (DRAWS.volShock[path] ?? Number.NaN)));
    assert.ok(Math.abs(crossed) < 0.1, `errors and shocks go together: ${crossed}`);
    assert.notDeepEqual(other.steps, fewer.steps);
    assert.deepEqual(drawScenarios({ paths: 2000, steps: 24, seed: "parts" }), DRAWS);
    assert.equal(drawScenarios({ paths: 100, steps: 1, seed: "parts" }).volShock.length, 100);
  });
});

describe("simulateSpot", () => {
  it("default: the variance of a day is that of its steps, extremes lie beyond the ends", () => {
    const scenarios = simulateSpot(DRAWS, PREDICTION.volatility, PLAIN);
    const end = scenarios.logReturn[23] ?? new Float64Array(0);
    const { residuals, sigmaPerStep } = PREDICTION.volatility;
    const secondMoment = residuals.reduce((sum, z) => sum + z * z, 0) / residuals.length;
    const variance = end.reduce((sum, value) => sum + value * value, 0) / end.length;
    assert.ok(Math.abs(variance / (24 * secondMoment * (sigmaPerStep[0] ?? 0) ** 2) - 1) < 0.1);
    end.forEach((value, path) => {
      assert.ok((scenarios.fall[23]?.[path] ?? 0) >= Math.max(0, -value) - 1e-15);
      assert.ok((scenarios.rise[23]?.[path] ?? 0) >= Math.max(0, value) - 1e-15);
    });
  });

  it("behavior: the forecast's own error leaves the variance, fattens the tail of a day and hardly that of an hour", () => {
    const uncertain = simulateSpot(DRAWS, PREDICTION.volatility, { ...PLAIN, volUncertainty: 0.6 });
    const plain = simulateSpot(DRAWS, PREDICTION.volatility, PLAIN);
    const [before, after] = [plain, uncertain].map(({ logReturn }) => moments(logReturn[23] ?? new Float64Array(0)));
    assert.ok(Math.abs((after?.variance ?? 0) / (before?.variance ?? 0) - 1) < 0.1);
    assert.ok((after?.kurtosis ?? 0) > (before?.kurtosis ?? 0) + 0.5, `${before?.kurtosis} → ${after?.kurtosis}`);
    const hour = [plain, uncertain].map(({ logReturn }) => moments(logReturn[0] ?? new Float64Array(0)).kurtosis);
    assert.ok(Math.abs((hour[1] ?? 0) / (hour[0] ?? 0) - 1) < 0.1);
  });
});

describe("adversePaths", () => {
  it("default: quantiles of the stretched falls are the learned ones", () => {
    for (const hours of [1, 4, 24]) {
      const learned = learnedAt(logFalls(PREDICTION.quantiles.fall), hours);
      const sorted = (PATHS.move[hours - 1] ?? new Float64Array(0)).toSorted();
      QUANTILE_LEVELS.forEach((level, index) => {
        const found = sorted[Math.ceil(level * sorted.length) - 1] ?? 0;
        // The running maximum over time lies a little above the learned median, never below, and meets the tail.
        const ratio = found / (learned[index] ?? 0);
        assert.ok(ratio > 0.999 && ratio < (level < 0.95 ? 1.07 : 1.02), `${hours} h, ${level}: ${ratio}`);
      });
    }
  });

  it("behavior: a path never takes a worst move back", () => {
    PATHS.move.slice(1).forEach((moves, step) => {
      assert.ok(moves.every((move, path) => move >= (PATHS.move[step]?.[path] ?? 0)));
    });
  });

  it("behavior: the stretch stays in its range", () => {
    const huge = PREDICTION.quantiles.fall.map((row) => row.map((_, level) => 0.5 + 0.05 * level));
    const paths = adversePaths({
      kind: "put",
      spot: 1,
      scenarios: SCENARIOS,
      quantiles: { fall: huge, rise: huge },
      volShock: DRAWS.volShock,
      settings: DEFAULT_SCORING_SETTINGS,
    });
    paths.move[5]?.forEach((move, path) => {
      assert.ok(Math.abs(move / (SCENARIOS.fall[5]?.[path] ?? 0) - DEFAULT_SCORING_SETTINGS.maxStretch) < 1e-9);
    });
  });
});

describe("lossDistribution", () => {
  const input = {
    series: { kind: "put", strike: 57_000 },
    spot: 60_000,
    tenorYears: 14 / 365,
    impliedVol: 0.6,
    response: { perFall: 0, perRise: 0, perRootHour: 0 },
    paths: PATHS,
    steps: 6,
  } as const;

  it("default: path maxima are at least the value now and the value at the end", () => {
    const worst = lossDistribution({ ...input, mode: "path-maximum" });
    const end = lossDistribution({ ...input, mode: "endpoint" });
    worst.values.forEach((value, path) => {
      assert.ok(value >= worst.optionValue && value >= (end.values[path] ?? 0) - 1e-9);
    });
  });

  it("behavior: shocks of implied volatility may raise a path maximum and never lower it", () => {
    const still = lossDistribution({ ...input, mode: "path-maximum" });
    const shaken = lossDistribution({
      ...input,
      mode: "path-maximum",
      response: { ...input.response, perRootHour: 0.05 },
    });
    assert.ok(shaken.values.every((value, path) => value >= (still.values[path] ?? 0)));
    assert.ok(shaken.hedge.every((hedge, path) => hedge >= (still.hedge[path] ?? 0)));
    assert.ok(shaken.values.some((value, path) => value > (still.values[path] ?? 0)));
  });

  it("behavior: without drift the mean end value is about the value now", () => {
    const end = lossDistribution({ ...input, mode: "endpoint" });
    const mean = end.values.reduce((sum, value) => sum + value, 0) / end.values.length;
    assert.ok(Math.abs(mean / end.optionValue - 1) < 0.15, `${mean} against ${end.optionValue}`);
  });
});

describe("tailStatistics", () => {
  it("default: the 99 % quantile of 1…1000 is 990, its shortfall over 2.5 % is the mean of the 25 largest", () => {
    const losses = Float64Array.from({ length: 1000 }, (_, index) => ((index * 7) % 1000) + 1);
    const ranks = tailRanks(1000, 0.99, 2.5);
    const descending = largestValues(losses, ranks.needed);
    assert.deepEqual([...descending.slice(0, 3)], [1000, 999, 998]);
    const { quantile, shortfall } = tailStatistics(descending, ranks);
    assert.equal(quantile, 990);
    assert.ok(Math.abs(shortfall - 988) < 1e-9);
  });

  it("behavior: a NaN is never lost", () => {
    assert.ok(Number.isNaN(largestValues(Float64Array.of(3, Number.NaN, 9), 2)[0]));
  });
});

describe("defaultProbability", () => {
  const losses = Float64Array.from({ length: 1000 }, (_, index) => index / 1000);
  const tail = { losses, weights: null, descending: largestValues(losses, 25), maxLoss: 10, optionValue: 100 };

  it("default: counts inside the sample, falls monotonically beyond, is least from full collateral on", () => {
    assert.equal(defaultProbability(tail, 0.9), 99 / 1000);
    let last = 1;
    for (let collateral = 0; collateral < 12; collateral += 0.001) {
      const p = defaultProbability(tail, collateral);
      assert.ok(p <= last);
      last = p;
    }
    assert.equal(defaultProbability(tail, 10), 1e-6);
  });

  it("behavior: the tail cap raises the probability of a rare but huge hole", () => {
    const rare = Float64Array.from({ length: 1000 }, (_, index) => (index < 990 ? 0 : 5));
    const hole = { losses: rare, weights: null, descending: largestValues(rare, 25), maxLoss: 10, optionValue: 1 };
    assert.ok(defaultProbability(hole, 1) > 0.5);
  });

  it("behavior: one in a hundred scores 200, certainty 0, one in a million 600", () => {
    assert.deepEqual([1, 0.01, 1e-6].map(scoreOf), [0, 200, 600]);
  });
});

describe("depthCurve", () => {
  const market = sampleMarket("BTC");

  it("default: walks the bands and never gets cheaper with size", () => {
    const curve = depthCurve(market, "put", DEFAULT_SCORING_SETTINGS);
    assert.ok(!curve.synthetic && Math.abs(unitDepth(curve) - 2e7) < 1e-3);
    assert.ok(Math.abs(averageSlippage(curve, 2e7) - 0.005) < 1e-12);
    let last = 0;
    for (let usd = 1; usd < 1e13; usd *= 1.3) {
      const slippage = averageSlippage(curve, usd);
      assert.ok(slippage >= last && slippage <= 0.5);
      last = slippage;
    }
  });

  it("behavior: a book without a usable band is replaced and flagged", () => {
    const bad = { distance: 0.01, notionalUsd: Number.NaN, averagePrice: null };
    for (const bids of [[], [bad]]) {
      const book = market.book === null ? null : { ...market.book, bids };
      assert.ok(depthCurve({ ...market, book }, "put", DEFAULT_SCORING_SETTINGS).synthetic);
    }
  });

  it("behavior: depth thins with the move", () => {
    assert.deepEqual([0, 0.03, 0.08, 0.15, 2].map(depthLeft), [1, 0.63, 0.35, 0.2, 0.2]);
  });
});

describe("explain", () => {
  it("default: whole basis points, largest first, exact sum", () => {
    const reasons = explain({ "scenario-loss": 0.01234, "implied-vol": 0.05678, "class-ceiling": -0.00011 }, 691);
    assert.deepEqual(
      reasons.map((reason) => reason.factor),
      ["implied-vol", "scenario-loss", "class-ceiling"],
    );
    assert.equal(
      reasons.reduce((sum, reason) => sum + reason.contributionBps, 0),
      691,
    );
  });
});

describe("staticGridRho", () => {
  const series = { kind: "put", strike: 54_000 } as const;

  it("default: the committed data are those of the generator", () => {
    const text = readFileSync(new URL("../../../oracle/scoring/static-grid-data.ts", import.meta.url), "utf8");
    assert.equal(text, staticGridSource());
  });

  it("behavior: non-decreasing in tenor and volatility at the money, full collateral beyond its edges", () => {
    const at = (tenorYears: number, vol: number | null) =>
      staticGridRho({ asset: "BTC", series: { ...series, strike: 60_000 }, spot: 60_000, tenorYears, vol });
    const tenors = [1, 6, 29, 80, 300, 1000].map((days) => at(days / 365, 1));
    assert.deepEqual(
      tenors,
      tenors.toSorted((a, b) => a - b),
    );
    assert.ok(at(0.1, 2) >= at(0.1, null));
    assert.deepEqual([at(5, 1), at(0.1, 9)], [10_000, 10_000]);
  });
});
