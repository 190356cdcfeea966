/** Forecasts that explode are not believed: another fit serves, or a fallback that is not below what would be believed. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { VolForecast } from "../../../oracle/domain/prediction.ts";
import { variance } from "../../../oracle/math/statistics.ts";
import type { GarchFit, GarchParameters, GarchSpec } from "../../../oracle/models/garch/garch-types.ts";
import { ewmaVariance } from "../../../oracle/models/volatility/ewma-variance.ts";
import { MAX_VARIANCE_MULTIPLE, plausiblePath } from "../../../oracle/models/volatility/plausible-path.ts";
import { rankGarch } from "../../../oracle/models/volatility/rank-garch.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { marketOf, START_SEC } from "./bars.ts";
import { jumpingBars, jumpingReturns, STRONG_EGARCH } from "./exploding.ts";

const HOUR = 3_600;
/** Six hours after a refit, which comes every 24 hours: the fits know nothing of a jump in the last hour. */
const HOURS = 966;
const STEPS = 72;
const CALM = 0.003;
/** EGARCH explodes, GARCH stays in range. */
const JUMP = 0.05;
/** All six fits leave the range. */
const GREAT_JUMP = 0.1;

const EGARCH = fitOf({ variance: "egarch", distribution: "t" }, STRONG_EGARCH);
const GARCH = fitOf(
  { variance: "garch", distribution: "t" },
  { mu: 0, omega: 2e-6, alpha: 0.15, gamma: 0, beta: 0.8, shape: 4, skew: 1 },
);

function fitOf(spec: GarchSpec, parameters: GarchParameters): GarchFit {
  const none = {
    names: [],
    atBounds: [],
    boundReports: [],
    variances: new Float64Array(),
    residuals: new Float64Array(),
  };
  return { spec, startRule: "backcast", parameters, logLikelihood: 0, bic: 0, startVariance: 1, ...none };
}

/** The window after a jump, and the greatest variance that is believed of it. */
function afterJump(jump: number): { readonly returns: Float64Array; readonly maxVariance: number } {
  const returns = jumpingReturns(HOURS, jump);
  const reference = Math.max(variance(returns), ewmaVariance(returns, HOUR, variance(returns)));
  return { returns, maxVariance: MAX_VARIANCE_MULTIPLE * reference };
}

function forecastAfter(jump: number): VolForecast {
  return createVolatilityForecaster().forecast(marketOf(jumpingBars(HOURS, jump)), START_SEC + HOURS * HOUR);
}

describe("plausiblePath", () => {
  const { returns, maxVariance } = afterJump(0.06);
  const input = { returns, steps: STEPS, maxVariance };

  it("error: no fit, no returns or no believable fit give null", () => {
    assert.equal(plausiblePath([], input), null);
    assert.equal(plausiblePath([GARCH], { ...input, returns: new Float64Array() }), null);
    assert.equal(plausiblePath([EGARCH], input), null);
  });

  it("error: variances of zero, NaN or infinity are not believed, whatever the limit", () => {
    for (const omega of [-1e5, Number.NaN, 1e5]) {
      const broken = fitOf(EGARCH.spec, { ...STRONG_EGARCH, omega });
      assert.equal(plausiblePath([broken], { ...input, maxVariance: Number.MAX_VALUE }), null, `${omega}`);
    }
  });

  it("default: the first fit serves where it is believable", () => {
    const calm = { ...input, ...afterJump(CALM) };
    assert.deepEqual(plausiblePath([EGARCH, GARCH], calm)?.spec, EGARCH.spec);
    assert.deepEqual(plausiblePath([GARCH, EGARCH], calm)?.spec, GARCH.spec);
  });

  it("behavior: a shock later than the fit explodes EGARCH, and the next fit serves", () => {
    const unguarded = plausiblePath([EGARCH, GARCH], { ...input, maxVariance: Number.POSITIVE_INFINITY });
    assert.deepEqual(unguarded?.spec, EGARCH.spec);
    assert.ok(Math.max(...(unguarded?.variances ?? [])) > 10 * maxVariance);
    const guarded = plausiblePath([EGARCH, GARCH], input);
    assert.deepEqual(guarded?.spec, GARCH.spec);
    assert.ok(guarded?.variances.every((value) => value <= maxVariance));
    assert.equal(guarded?.residuals.length, returns.length);
  });
});

describe("createVolatilityForecaster after a jump", () => {
  it("default: without a jump EGARCH has the lowest BIC and serves", () => {
    const forecast = forecastAfter(CALM);
    assert.equal(forecast.modelId, "egarch-t");
    assert.deepEqual(forecast.fallbacks, []);
  });

  it("behavior: where EGARCH explodes another fit serves, without a flag, within the bound", () => {
    const forecast = forecastAfter(JUMP);
    assert.match(forecast.modelId, /^(garch|gjr)-/);
    assert.deepEqual(forecast.fallbacks, []);
    const limit = Math.sqrt(afterJump(JUMP).maxVariance);
    assert.ok(forecast.sigmaPerStep.every((sigma) => sigma <= limit));
  });

  it("error: where all fits explode EWMA serves, flagged fit-failed, within the bound", () => {
    const { returns, maxVariance } = afterJump(GREAT_JUMP);
    const fits = rankGarch(returns.subarray(0, HOURS - 6));
    assert.equal(fits.length, 6);
    assert.equal(plausiblePath(fits, { returns, steps: STEPS, maxVariance }), null);
    const forecast = forecastAfter(GREAT_JUMP);
    assert.equal(forecast.modelId, "ewma");
    assert.deepEqual(forecast.fallbacks, ["fit-failed"]);
    assert.ok(forecast.sigmaPerStep.every((sigma) => sigma <= Math.sqrt(maxVariance) * 1.01));
  });

  it("behavior: the fallback is never below the EWMA, nor below a believed forecast of a smaller jump", () => {
    const forecast = forecastAfter(GREAT_JUMP);
    const { returns } = afterJump(GREAT_JUMP);
    const ewma = Math.sqrt(ewmaVariance(returns, HOUR, 0));
    const believed = forecastAfter(JUMP);
    forecast.sigmaPerStep.forEach((sigma, step) => {
      assert.ok(sigma >= ewma);
      assert.ok(sigma >= (believed.sigmaPerStep[step] ?? Number.NaN));
    });
  });
});
