/** Forecasts drawn up towards the long run: never down, never at once. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { withEndedCalm } from "../../../oracle/models/volatility/ended-calm.ts";

const HOUR = 3_600;
const CALM = {
  ...{ asset: "BTC", atSec: 0, modelId: "garch-t", stepSec: HOUR, fallbacks: [] },
  sigmaPerStep: new Float64Array(72).fill(0.004),
  residuals: Float64Array.of(-1, 1),
};

describe("withEndedCalm", () => {
  it("error: without a long run, or with one at or below the forecast, the forecast stands as it is", () => {
    for (const longRun of [null, 0, 0.003, 0.004]) {
      const { sigmaPerStep } = withEndedCalm(CALM, longRun);
      assert.ok(sigmaPerStep.every((sigma) => Math.abs(sigma - 0.004) < 1e-15));
    }
  });

  it("error: a long run that is no number leaves no number, so that scoring refuses the forecast", () => {
    assert.ok(withEndedCalm(CALM, Number.NaN).sigmaPerStep.every(Number.isNaN));
  });

  it("default: the next step stays, after 12 h a quarter of the long-run variance is in, after days half", () => {
    const { sigmaPerStep } = withEndedCalm(CALM, 0.008);
    assert.equal(sigmaPerStep[0], 0.004);
    assert.ok(Math.abs((sigmaPerStep[12] ?? 0) - 0.004 * Math.sqrt(0.75 + 0.25 * 4)) < 1e-15);
    assert.ok(Math.abs((sigmaPerStep[71] ?? 0) / (0.004 * Math.sqrt(0.5 + 0.5 * 4)) - 1) < 0.01);
  });

  it("behavior: long steps fade as fast as short ones, and no step is ever lowered", () => {
    const days = withEndedCalm({ ...CALM, stepSec: 12 * HOUR }, 0.008).sigmaPerStep;
    assert.ok(Math.abs((days[1] ?? 0) - 0.004 * Math.sqrt(0.75 + 0.25 * 4)) < 1e-15);
    const falling = { ...CALM, sigmaPerStep: CALM.sigmaPerStep.map((sigma, step) => (sigma * 72) / (step + 1)) };
    withEndedCalm(falling, 0.01).sigmaPerStep.forEach((sigma, step) => {
      assert.ok(sigma >= (falling.sigmaPerStep[step] ?? Number.NaN));
    });
  });
});
