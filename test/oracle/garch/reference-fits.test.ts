/** Fits of all nine members against scipy on a simulated series, and filtered series; needs no data. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { filterReturns } from "../../../oracle/models/garch/filter-returns.ts";
import { fitGarch } from "../../../oracle/models/garch/fit-garch.ts";
import { forecastVariances } from "../../../oracle/models/garch/forecast-variance.ts";
import type { GarchFit } from "../../../oracle/models/garch/garch-types.ts";
import { logDensities } from "../../../oracle/models/garch/log-densities.ts";
import { standardErrors } from "../../../oracle/models/garch/standard-errors.ts";

const byName = z.record(z.string(), z.number());
const vectors = z
  .object({
    returns: z.array(z.number()),
    cases: z.array(
      z.object({
        variance: z.enum(["garch", "gjr", "egarch"]),
        distribution: z.enum(["normal", "t", "skewed-t"]),
        parameters: byName,
        logLikelihood: z.number(),
        hessian: byName,
        robust: byName,
        forecast: z.array(z.number()).nullable(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/garch/fits.json", import.meta.url), "utf8")));
const returns = Float64Array.from(vectors.returns);

function fitted(reference: (typeof vectors.cases)[number]): GarchFit {
  const outcome = fitGarch(returns, { spec: reference });
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.reason);
  return outcome.value;
}

/** Relative to the size, absolute near zero. */
function assertNear(
  actual: number | undefined,
  expected: number,
  [relative, absolute]: readonly [number, number],
): void {
  const distance = Math.abs((actual ?? Number.NaN) - expected);
  assert.ok(distance <= relative * Math.abs(expected) + absolute, `${actual} against ${expected}`);
}

describe("fitGarch against scipy", () => {
  for (const reference of vectors.cases) {
    it(`default: ${reference.variance} ${reference.distribution}: likelihood 1e-4, coefficients 1e-3, errors 1 %`, () => {
      const fit = fitted(reference);
      assertNear(fit.logLikelihood, reference.logLikelihood, [0, 1e-4]);
      const errors = standardErrors(returns, fit);
      assert.ok(errors.ok);
      for (const name of fit.names) {
        assertNear(fit.parameters[name], reference.parameters[name] ?? Number.NaN, [1e-3, 1e-4]);
        assertNear(errors.value.hessian[name], reference.hessian[name] ?? Number.NaN, [0.01, 0]);
        assertNear(errors.value.robust[name], reference.robust[name] ?? Number.NaN, [0.01, 0]);
      }
    });
  }

  it("default: multi-step variances of GARCH and GJR agree with a numeric integral over the error law", () => {
    for (const reference of vectors.cases) {
      if (reference.forecast === null) continue;
      const fit = fitted(reference);
      const { nextVariance, residuals } = filterReturns(returns, fit);
      const found = forecastVariances({ ...fit, nextVariance, residuals, steps: reference.forecast.length });
      reference.forecast.forEach((expected, step) => {
        assertNear(found[step], expected, [1e-3, 0]);
      });
    }
  });
});

describe("filterReturns", () => {
  it("behavior: the densities of the fit sum to its likelihood, for all nine members", () => {
    for (const reference of vectors.cases) {
      const fit = fitted(reference);
      const sum = logDensities(returns, fit).reduce((a, b) => a + b);
      assertNear(sum, fit.logLikelihood, [1e-10, 0]);
    }
  });

  it("behavior: a newer series goes on where the fitted one ends, and no later return changes an earlier residual", () => {
    const [reference] = vectors.cases;
    if (!reference) throw new Error("no cases");
    const fit = fitted(reference);
    const longer = Float64Array.from([...returns, 2, -3]);
    const { residuals, variances } = filterReturns(longer, { ...fit, startRule: "backcast" });
    const shorter = filterReturns(returns, { ...fit, startRule: "backcast" });
    // The start moves with the longer sample's mean; a year later nothing is left of it.
    shorter.residuals.subarray(365).forEach((value, index) => {
      assertNear(residuals[365 + index], value, [1e-9, 0]);
    });
    assertNear(variances[returns.length], shorter.nextVariance, [1e-9, 0]);
  });
});
