/** The live forecaster: fallbacks first, then determinism, no look-ahead, floors and refits. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { variance } from "../../../oracle/math/statistics.ts";
import { stepReturns } from "../../../oracle/models/volatility/step-returns.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { cutBars, makeBars, marketOf, START_SEC } from "./bars.ts";

const HOUR = 3_600;
const YEAR_HOURS = 8_760;
const hourly = makeBars({ count: 900, spanSec: HOUR });

function atHour(hours: number): number {
  return START_SEC + hours * HOUR;
}

describe("createVolatilityForecaster", () => {
  it("error: no bars at all give the prior volatility, flagged short-history", () => {
    const empty = cutBars(hourly, () => false);
    const forecast = createVolatilityForecaster().forecast(marketOf(empty), atHour(0));
    assert.deepEqual(forecast.fallbacks, ["short-history"]);
    assert.equal(forecast.modelId, "ewma");
    assert.equal(forecast.sigmaPerStep.length, 72);
    assert.ok(Math.abs((forecast.sigmaPerStep[0] ?? 0) * Math.sqrt(YEAR_HOURS) - 1.2) < 1e-12);
    assert.ok(forecast.residuals.length > 0);
  });

  it("error: fewer than 200 returns at the refit time fall back, 200 do not", () => {
    const forecastOf = (hours: number): readonly string[] =>
      createVolatilityForecaster({ refitSteps: 1 }).forecast(marketOf(hourly), atHour(hours)).fallbacks;
    assert.deepEqual(forecastOf(200), ["short-history"]);
    assert.deepEqual(forecastOf(201), []);
  });

  it("error: a constant price is flagged fit-failed and never has zero volatility", () => {
    const constant = { ...hourly, close: new Float64Array(hourly.close.length).fill(100) };
    const forecast = createVolatilityForecaster().forecast(marketOf(constant), atHour(900));
    assert.deepEqual(forecast.fallbacks, ["fit-failed"]);
    assert.ok(forecast.sigmaPerStep.every((sigma) => sigma * Math.sqrt(YEAR_HOURS) > 0.0799));
  });

  it("error: unusable closes are skipped like gaps", () => {
    const holed: BarSeries = { ...hourly, close: hourly.close.with(700, Number.NaN).with(750, 0).with(760, -5) };
    const forecast = createVolatilityForecaster().forecast(marketOf(holed), atHour(900));
    assert.deepEqual(forecast.fallbacks, []);
    assert.ok(forecast.residuals.every(Number.isFinite));
  });

  it("error: no long-run volatility below 60 days of returns, one from there on, of the last 120 days alone", () => {
    const long = makeBars({ count: 3_000, spanSec: HOUR, sigma: 0.01 });
    const { longRunSigma } = createVolatilityForecaster();
    assert.equal(longRunSigma(marketOf(hourly), atHour(900)), null);
    assert.equal(longRunSigma(marketOf(long), atHour(1_440)), null);
    assert.ok((longRunSigma(marketOf(long), atHour(1_441)) ?? 0) > 0.001);
    const returns = stepReturns(long, { untilSec: atHour(3_000), stepSec: HOUR, maxReturns: 2_880 });
    assert.equal(longRunSigma(marketOf(long), atHour(3_000)), Math.sqrt(variance(returns)));
    const wild = { ...long, close: long.close.map((value, bar) => (bar < 100 ? 10 * value : value)) };
    assert.equal(longRunSigma(marketOf(wild), atHour(3_000)), longRunSigma(marketOf(long), atHour(3_000)));
  });

  it("default: a fitted path of 72 hours near the true volatility", () => {
    const forecast = createVolatilityForecaster().forecast(marketOf(hourly), atHour(900));
    assert.match(forecast.modelId, /^(garch|gjr|egarch)-(t|skewed-t)$/);
    assert.deepEqual([forecast.stepSec, forecast.sigmaPerStep.length, forecast.atSec], [HOUR, 72, atHour(900)]);
    assert.deepEqual(forecast.fallbacks, []);
    assert.ok(forecast.sigmaPerStep.every((sigma) => sigma > 0.001 && sigma < 0.02));
    const squares = forecast.residuals.reduce((sum, value) => sum + value * value, 0) / forecast.residuals.length;
    assert.ok(Math.abs(squares - 1) < 0.15, `${squares}`);
  });

  it("behavior: nothing after the time of the forecast is read", () => {
    const noise = makeBars({ count: 900, spanSec: HOUR, seed: "future", sigma: 0.05 });
    const replaced: BarSeries = {
      ...hourly,
      close: hourly.close.map((value, index) => (index < 600 ? value : (noise.close[index] ?? 0))),
    };
    const forecasts = [hourly, replaced].map((bars) =>
      createVolatilityForecaster().forecast(marketOf(bars), atHour(600)),
    );
    assert.deepEqual(forecasts[0], forecasts[1]);
  });

  it("behavior: a restarted forecaster gives the same numbers as one that has been running", () => {
    const running = createVolatilityForecaster();
    for (let hours = 700; hours < 760; hours += 7) running.forecast(marketOf(hourly), atHour(hours));
    const restarted = createVolatilityForecaster();
    assert.deepEqual(
      running.forecast(marketOf(hourly), atHour(761)),
      restarted.forecast(marketOf(hourly), atHour(761)),
    );
  });

  it("behavior: between refits only the filter moves; a crash raises the very next forecast", () => {
    const crashed: BarSeries = {
      ...hourly,
      close: hourly.close.map((value, index) => (index < 805 ? value : 0.9 * value)),
    };
    const forecaster = createVolatilityForecaster();
    const before = forecaster.forecast(marketOf(crashed), atHour(805));
    const after = forecaster.forecast(marketOf(crashed), atHour(806));
    assert.equal(after.modelId, before.modelId);
    assert.ok((after.sigmaPerStep[0] ?? 0) > 1.5 * (before.sigmaPerStep[0] ?? 0));
  });

  it("behavior: the forecast never falls below its share of the window's volatility", () => {
    const level = Math.log(hourly.close[839] ?? Number.NaN);
    const quiet: BarSeries = {
      ...hourly,
      close: hourly.close.map((value, index) =>
        index < 840 ? value : Math.exp(level + 0.05 * (Math.log(value) - level)),
      ),
    };
    const sigmaOf = (floorShare: number): number =>
      createVolatilityForecaster({ floorShare }).forecast(marketOf(quiet), atHour(900)).sigmaPerStep[0] ?? 0;
    const returns = stepReturns(quiet, { untilSec: atHour(900), stepSec: HOUR, maxReturns: 1_500 });
    assert.ok(sigmaOf(0) < 0.8 * Math.sqrt(variance(returns)));
    assert.ok(Math.abs(sigmaOf(0.9) / Math.sqrt(variance(returns)) - 0.9) < 1e-12);
  });

  it("behavior: five-minute bars are taken to hours, four-hour bars are kept", () => {
    const fine = makeBars({ count: 300 * 12, spanSec: 300, sigma: 0.0015 });
    const hours = createVolatilityForecaster().forecast(marketOf(fine), atHour(300));
    assert.deepEqual([hours.stepSec, hours.sigmaPerStep.length, hours.fallbacks.length], [HOUR, 72, 0]);
    const coarse = makeBars({ count: 400, spanSec: 4 * HOUR });
    const blocks = createVolatilityForecaster().forecast(marketOf(coarse), atHour(1_600));
    assert.deepEqual([blocks.stepSec, blocks.sigmaPerStep.length, blocks.fallbacks.length], [4 * HOUR, 18, 0]);
  });
});
