/** The GARCH quantile baseline: order, closed-form extremes of Brownian motion, tails, speed of its work. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { QUANTILE_LEVELS, type VolForecast } from "../../../oracle/domain/prediction.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { normalInverse } from "../../../oracle/math/special-functions.ts";
import { adverseMoveQuantiles } from "../../../oracle/models/volatility/adverse-move-quantiles.ts";
import { heavyTailedSample } from "../../../oracle/models/volatility/ewma-variance.ts";

const SIGMA = 0.006;
const NORMAL_RESIDUALS = Float64Array.from({ length: 2_000 }, (_, cell) => normalInverse((cell + 0.5) / 2_000));

function forecastWith(overrides: Partial<VolForecast>): VolForecast {
  return {
    asset: "BTC",
    atSec: 1_700_000_000,
    modelId: "garch-t",
    stepSec: 3_600,
    sigmaPerStep: new Float64Array(72).fill(SIGMA),
    residuals: NORMAL_RESIDUALS,
    fallbacks: [],
    ...overrides,
  };
}

/** Quantile of the running maximum of Brownian motion by the reflection principle. */
function reflected(level: number, hours: number): number {
  return SIGMA * Math.sqrt(hours) * normalInverse((1 + level) / 2);
}

describe("adverseMoveQuantiles", () => {
  it("default: normal shocks give the reflection principle's extremes at every horizon", () => {
    const { fall, rise, modelId } = adverseMoveQuantiles(forecastWith({}), createRng(1));
    assert.equal(modelId, "garch-quantile");
    [1, 4, 24, 72].forEach((hours, horizon) => {
      [0, 2, 3].forEach((index) => {
        const expected = reflected(QUANTILE_LEVELS[index] ?? 0, hours);
        const logFall = -Math.log(1 - (fall[horizon]?.[index] ?? 0));
        const logRise = Math.log(1 + (rise[horizon]?.[index] ?? 0));
        assert.ok(Math.abs(logFall / expected - 1) < 0.08, `fall ${hours} h: ${logFall} against ${expected}`);
        assert.ok(Math.abs(logRise / expected - 1) < 0.08, `rise ${hours} h: ${logRise} against ${expected}`);
      });
    });
  });

  it("behavior: non-decreasing in level and horizon, non-negative, falls below 1", () => {
    const { fall, rise } = adverseMoveQuantiles(forecastWith({ residuals: heavyTailedSample() }), createRng(2));
    for (const table of [fall, rise]) {
      table.forEach((row, horizon) => {
        row.forEach((value, index) => {
          assert.ok(value >= (row[index - 1] ?? 0));
          assert.ok(value >= (table[horizon - 1]?.[index] ?? 0));
        });
      });
    }
    assert.ok((fall[3]?.at(-1) ?? 1) < 1);
  });

  it("behavior: the same stream gives the same quantiles, flags are kept", () => {
    const forecast = forecastWith({ fallbacks: ["short-history"] });
    const first = adverseMoveQuantiles(forecast, createRng(3));
    assert.deepEqual(first, adverseMoveQuantiles(forecast, createRng(3)));
    assert.deepEqual(first.fallbacks, ["short-history"]);
  });

  it("behavior: more volatility raises every quantile, heavy tails raise the highest at short horizons", () => {
    const calm = adverseMoveQuantiles(forecastWith({}), createRng(4));
    const wild = adverseMoveQuantiles(
      forecastWith({ sigmaPerStep: new Float64Array(72).fill(2 * SIGMA) }),
      createRng(4),
    );
    calm.fall.forEach((row, horizon) => {
      row.forEach((value, index) => {
        assert.ok((wild.fall[horizon]?.[index] ?? 0) > value);
      });
    });
    const heavy = adverseMoveQuantiles(forecastWith({ residuals: heavyTailedSample() }), createRng(4));
    assert.ok((heavy.fall[0]?.at(-1) ?? 0) > (calm.fall[0]?.at(-1) ?? 0));
  });

  it("behavior: steps longer than a horizon are split", () => {
    const daily = forecastWith({ stepSec: 86_400, sigmaPerStep: new Float64Array(3).fill(SIGMA * Math.sqrt(24)) });
    const { fall } = adverseMoveQuantiles(daily, createRng(5));
    const expected = reflected(0.9, 1);
    assert.ok(Math.abs((fall[0]?.[2] ?? 0) / expected - 1) < 0.08);
  });

  it("behavior: residuals of one sign still leave both extremes defined", () => {
    const { fall, rise } = adverseMoveQuantiles(forecastWith({ residuals: Float64Array.of(1) }), createRng(6));
    assert.ok((rise[3]?.[0] ?? 0) > (fall[3]?.[0] ?? 0));
    assert.ok(fall.every((row) => row.every((value) => value >= 0 && Number.isFinite(value))));
  });
});
