/** The network's share in the volatility forecast: limits and missing networks first, then sums worked out by hand. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import type { BarSeries } from "../../../oracle/domain/market.ts";
import type { FallbackReason, VolForecast } from "../../../oracle/domain/prediction.ts";
import { VOL_HORIZONS_HOURS } from "../../../oracle/models/vol-lstm/vol-inputs.ts";
import {
  createVolPredictor,
  type VolPredictor,
  type VolTermForecast,
} from "../../../oracle/models/vol-lstm/vol-predictor.ts";
import { termFactors, withFactors } from "../../../oracle/models/volatility/term-volatility.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { forecastVolatility } from "../../../oracle/pipeline/operator/forecast-volatility.ts";
import { HOUR_SEC, marketOf, START_SEC, simulatedBars } from "../vol-lstm/simulated-bars.ts";

const SHIPPED = fileURLToPath(new URL("../../../oracle/models/artifacts/vol-lstm", import.meta.url));
const HOURS = 2_300;
const BARS = simulatedBars(HOURS, { seed: "term" });
const END_SEC = START_SEC + HOURS * HOUR_SEC;

/** A flat forecast of 1 % an hour. */
const FLAT = { sigmaPerStep: new Float64Array(72).fill(0.01), stepSec: HOUR_SEC };

function term(sigma: readonly number[], horizonsHours: readonly number[] = VOL_HORIZONS_HOURS) {
  return { horizonsHours, sigma: Float64Array.from(sigma) };
}

/** Standard deviations of a constant volatility an hour. */
function constantTerm(hourly: number) {
  return term(VOL_HORIZONS_HOURS.map((hours) => hourly * Math.sqrt(hours)));
}

describe("termFactors", () => {
  it("behavior: no share or an equal network changes nothing", () => {
    assert.ok(termFactors(FLAT, constantTerm(0.03), 0).every((factor) => Math.abs(factor - 1) < 1e-12));
    assert.ok(termFactors(FLAT, constantTerm(0.01), 0.5).every((factor) => Math.abs(factor - 1) < 1e-9));
  });

  it("behavior: factors stay within a quarter and four, even for a term structure that falls", () => {
    assert.ok(termFactors(FLAT, constantTerm(9), 1).every((factor) => factor === 4));
    assert.ok(termFactors(FLAT, constantTerm(1e-6), 1).every((factor) => factor === 0.25));
    const falling = termFactors(FLAT, term([0.02, 0.01, 0.03, 0.3, 0.7]), 1);
    assert.deepEqual([falling[0], falling[1]], [4, 0.25]);
  });

  it("default: sums up to each horizon are geometric means of both", () => {
    const wanted = term([0.02, 0.03, 0.06, 0.1, 0.3]);
    const factors = termFactors(FLAT, wanted, 0.5);
    const moved = withFactors({ ...FLAT, ...EMPTY }, factors, 0);
    for (const [place, hours] of [1, 4, 24].entries()) {
      const sum = moved.sigmaPerStep.subarray(0, hours).reduce((total, sigma) => total + sigma * sigma, 0);
      const mean = Math.sqrt(hours * 1e-4 * (wanted.sigma[place] ?? 0) ** 2);
      assert.ok(Math.abs(sum / mean - 1) < 1e-12, `${hours} h: ${sum}, not ${mean}`);
    }
  });

  it("default: steps longer than an hour skip the horizons inside of them", () => {
    const coarse = { sigmaPerStep: new Float64Array(18).fill(0.02), stepSec: 4 * HOUR_SEC };
    const factors = termFactors(coarse, term([9, 0.04, 0.02 * Math.sqrt(6), 0.02 * Math.sqrt(42), 0.4]), 1);
    assert.ok(Math.abs((factors[0] ?? 0) - 4) < 1e-12);
    // 16e-4 in the first step leave 8e-4 of 24e-4 to the five others, which have 20e-4.
    assert.ok(Math.abs((factors[1] ?? 0) - 0.4) < 1e-12);
  });
});

const EMPTY: Pick<VolForecast, "asset" | "atSec" | "modelId" | "residuals" | "fallbacks"> = {
  asset: "BTC",
  atSec: 0,
  modelId: "garch-t",
  residuals: Float64Array.of(0),
  fallbacks: [],
};

describe("forecastVolatility", () => {
  let network: VolPredictor;
  before(async () => {
    network = await createVolPredictor(SHIPPED);
  });
  after(() => network.close());

  const stub = (answer: VolTermForecast | null) => ({ predict: async () => [answer] });
  const forecaster = createVolatilityForecaster();

  async function forecast(bars: BarSeries, atSec: number, volPredictor: Pick<VolPredictor, "predict"> = network) {
    const [found] = await forecastVolatility([marketOf(bars)], atSec, { forecaster, volPredictor });
    assert.ok(found !== undefined);
    return found;
  }

  it("error: without a network's forecast the GARCH family stands, flagged", async () => {
    const plain = forecaster.forecast(marketOf(BARS), END_SEC);
    const cases: readonly (readonly [VolTermForecast | null, FallbackReason])[] = [
      [null, "short-history"],
      [answerWith(["artefact-hash"]), "artefact-hash"],
      [answerWith(["inputs-missing"]), "inputs-missing"],
    ];
    for (const [answer, reason] of cases) {
      assert.deepEqual(await forecast(BARS, END_SEC, stub(answer)), { ...plain, fallbacks: [reason] });
    }
  });

  it("behavior: no step ends below the forecaster's floor", async () => {
    const { sigmaPerStep } = await forecast(
      BARS,
      END_SEC,
      stub({ ...answerWith([]), sigma: new Float64Array(5).fill(1e-9) }),
    );
    const floor = forecaster.floorSigma(marketOf(BARS), END_SEC);
    assert.ok(sigmaPerStep.every((sigma) => sigma >= floor));
  });

  it("behavior: a jump inside of the current hour keeps its whole effect", async () => {
    const close = BARS.close.at(-1) ?? 0;
    const add = (column: Float64Array, value: number): Float64Array => Float64Array.from([...column, value]);
    const jumped = {
      spanSec: BARS.spanSec,
      endSec: add(BARS.endSec, END_SEC + HOUR_SEC / 2),
      open: add(BARS.open, close),
      high: add(BARS.high, close),
      low: add(BARS.low, 0.9 * close),
      close: add(BARS.close, 0.9 * close),
      volume: add(BARS.volume, 1),
    };
    const atSec = END_SEC + HOUR_SEC / 2;
    const [plain, moved] = [forecaster.forecast(marketOf(jumped), atSec), await forecast(jumped, atSec)];
    const [before, after] = [forecaster.forecast(marketOf(BARS), END_SEC), await forecast(BARS, END_SEC)];
    const ratio = (top: VolForecast, bottom: VolForecast): number =>
      (top.sigmaPerStep[0] ?? 0) / (bottom.sigmaPerStep[0] ?? 1);
    assert.ok(ratio(plain, before) > 1.5);
    assert.ok(Math.abs(ratio(moved, plain) - ratio(after, before)) < 1e-9);
  });

  it("behavior: whatever comes after the time changes nothing", async () => {
    const atSec = END_SEC - 48 * HOUR_SEC;
    const early = await forecast(BARS, atSec);
    const isLater = (index: number): boolean => (BARS.endSec[index] ?? 0) > atSec;
    const noise = (column: Float64Array): Float64Array =>
      column.map((value, index) => (isLater(index) ? value * (1 + ((index * 7_919) % 101) / 100) : value));
    const { spanSec, endSec, volume } = BARS;
    const [open, low] = [noise(BARS.open), noise(BARS.low)];
    const other = { spanSec, endSec, volume, open, low, high: low.map((value) => 1.5 * value), close: low };
    const known = (column: Float64Array, own: Float64Array): Float64Array =>
      column.map((value, index) => (isLater(index) ? value : (own[index] ?? 0)));
    const changed = { ...other, high: known(other.high, BARS.high), close: known(other.close, BARS.close) };
    assert.deepEqual(await forecast(changed, atSec), early);
    assert.match(early.modelId, /\+vol-lstm$/);
    assert.deepEqual(early.fallbacks, []);
  });
});

function answerWith(fallbacks: readonly FallbackReason[]): VolTermForecast {
  const sigma = Float64Array.from(VOL_HORIZONS_HOURS, (hours) => 0.006 * Math.sqrt(hours));
  return { asset: "BTC", atSec: END_SEC, sigma, weights: [], modelId: "vol-lstm", fallbacks };
}
