/** Fits: bad input, recovery of simulated parameters, invariance to units, bounds. Needs no data. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRng } from "../../../oracle/math/rng.ts";
import { fitGarch, MIN_RETURNS } from "../../../oracle/models/garch/fit-garch.ts";
import type { GarchFit, GarchParameters, GarchSpec, ParameterName } from "../../../oracle/models/garch/garch-types.ts";
import { standardErrors } from "../../../oracle/models/garch/standard-errors.ts";
import { simulateReturns } from "./series.ts";

const NORMAL: GarchSpec = { variance: "garch", distribution: "normal" };
const TRUTHS: Readonly<Record<"garch" | "gjr" | "egarch", GarchParameters>> = {
  garch: { mu: 0.05, omega: 0.05, alpha: 0.1, gamma: 0, beta: 0.85, shape: 6, skew: 1 },
  gjr: { mu: 0.05, omega: 0.05, alpha: 0.05, gamma: 0.12, beta: 0.84, shape: 6, skew: 1 },
  egarch: { mu: 0.05, omega: 0.01, alpha: 0.18, gamma: -0.1, beta: 0.95, shape: 6, skew: 1 },
};
/** Estimates of a right model lie within this many standard errors; the seeds are fixed. */
const SIGMAS = 3.5;

function simulated(variance: "garch" | "gjr" | "egarch", count: number): Float64Array {
  const rng = createRng(`garch-test-${variance}`);
  return simulateReturns({ variance, parameters: TRUTHS[variance], startVariance: 1, count, rng });
}

function fitted(returns: Float64Array, spec: GarchSpec): GarchFit {
  const outcome = fitGarch(returns, { spec });
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.reason);
  return outcome.value;
}

describe("fitGarch", () => {
  it("error: GARCH_TOO_FEW_RETURNS", () => {
    for (const count of [0, 1, MIN_RETURNS - 1]) {
      const outcome = fitGarch(simulated("garch", count), { spec: NORMAL });
      assert.equal(!outcome.ok && outcome.reason, "GARCH_TOO_FEW_RETURNS");
    }
    assert.equal(fitGarch(simulated("garch", MIN_RETURNS), { spec: NORMAL }).ok, true);
  });

  it("error: GARCH_NOT_FINITE", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const outcome = fitGarch(simulated("garch", 300).with(150, bad), { spec: NORMAL });
      assert.equal(!outcome.ok && outcome.reason, "GARCH_NOT_FINITE");
    }
  });

  it("error: GARCH_CONSTANT_SERIES", () => {
    for (const value of [0, -0, 0.1, 1e-9]) {
      const outcome = fitGarch(new Float64Array(300).fill(value), { spec: NORMAL });
      assert.equal(!outcome.ok && outcome.reason, "GARCH_CONSTANT_SERIES");
    }
  });

  it("error: GARCH_NO_CONVERGENCE when the bounds admit nothing", () => {
    const bounds = { minShape: Number.NaN };
    const outcome = fitGarch(simulated("garch", 300), { spec: { variance: "garch", distribution: "t" }, bounds });
    assert.equal(!outcome.ok && outcome.reason, "GARCH_NO_CONVERGENCE");
  });

  for (const variance of ["garch", "gjr", "egarch"] as const) {
    it(`default: recovers simulated ${variance} parameters with t errors`, () => {
      const returns = simulated(variance, 4_000);
      const fit = fitted(returns, { variance, distribution: "t" });
      const errors = standardErrors(returns, fit);
      assert.ok(errors.ok);
      for (const name of fit.names)
        assertWithin(fit, name, { truth: TRUTHS[variance], error: errors.value.hessian[name] });
      assert.deepEqual(fit.atBounds, []);
    });
  }

  it("behavior: larger models never fit worse, and a symmetric series shows no skew", () => {
    const returns = simulated("garch", 1_500);
    const normal = fitted(returns, NORMAL);
    const student = fitted(returns, { variance: "garch", distribution: "t" });
    const skewed = fitted(returns, { variance: "garch", distribution: "skewed-t" });
    assert.ok(student.logLikelihood > normal.logLikelihood + 10);
    assert.ok(skewed.logLikelihood >= student.logLikelihood - 1e-6);
    assert.ok(Math.abs(skewed.parameters.skew - 1) < 0.1);
    assert.ok(fitted(returns, { variance: "gjr", distribution: "t" }).logLikelihood >= student.logLikelihood - 1e-6);
  });

  it("behavior: the unit of the returns only shifts the likelihood", () => {
    const returns = simulated("egarch", 1_000);
    for (const variance of ["garch", "gjr", "egarch"] as const) {
      const spec = { variance, distribution: "t" } as const;
      const percent = fitted(returns, spec);
      const decimal = fitted(
        returns.map((value) => value / 100),
        spec,
      );
      assert.ok(Math.abs(decimal.logLikelihood - percent.logLikelihood - 1_000 * Math.log(100)) < 1e-4);
      assert.ok(Math.abs(decimal.parameters.beta - percent.parameters.beta) < 1e-4);
      assert.ok(Math.abs((decimal.variances[500] ?? 0) * 1e4 - (percent.variances[500] ?? 0)) < 1e-3);
    }
  });

  it("behavior: a bound that binds is reported", () => {
    const returns = simulated("garch", 1_500);
    const bounds = { maxPersistence: 0.8, minShape: 12 };
    const outcome = fitGarch(returns, { spec: { variance: "garch", distribution: "t" }, bounds });
    assert.ok(outcome.ok);
    assert.deepEqual(outcome.value.atBounds, ["shape", "persistence"]);
    assert.deepEqual(
      outcome.value.boundReports.map(({ name, side, bound }) => ({ name, side, bound })),
      [
        { name: "shape", side: "lower", bound: 12 },
        { name: "persistence", side: "upper", bound: 0.8 },
      ],
    );
    const { alpha, beta, shape } = outcome.value.parameters;
    assert.ok(alpha + beta <= 0.8 && shape >= 12);
  });

  it("behavior: residuals have unit variance and the fit is reproducible to the bit", () => {
    const returns = simulated("gjr", 1_000);
    const first = fitted(returns, { variance: "gjr", distribution: "normal" });
    const second = fitted(Float64Array.from(returns), { variance: "gjr", distribution: "normal" });
    assert.deepEqual(first, second);
    const squares = first.residuals.reduce((sum, value) => sum + value * value, 0) / first.residuals.length;
    assert.ok(Math.abs(squares - 1) < 0.02);
  });
});

describe("standardErrors", () => {
  it("error: GARCH_HESSIAN_SINGULAR where the likelihood has no maximum", () => {
    const returns = simulated("garch", 300);
    const fit = fitted(returns, NORMAL);
    const broken = { ...fit, parameters: { ...fit.parameters, omega: -1 } };
    const outcome = standardErrors(returns, broken);
    assert.equal(!outcome.ok && outcome.reason, "GARCH_HESSIAN_SINGULAR");
  });

  it("behavior: robust errors are those of the Hessian for a right error law and larger for a wrong one", () => {
    const returns = simulated("garch", 4_000);
    const right = standardErrors(returns, fitted(returns, { variance: "garch", distribution: "t" }));
    const wrong = standardErrors(returns, fitted(returns, NORMAL));
    assert.ok(right.ok && wrong.ok);
    for (const name of ["alpha", "beta"] as const) {
      const ratio = (errors: typeof right.value): number => (errors.robust[name] ?? 0) / (errors.hessian[name] ?? 0);
      assert.ok(Math.abs(ratio(right.value) - 1) < 0.25, `${name}: ${ratio(right.value)}`);
      assert.ok(ratio(wrong.value) > 1.25, `${name}: ${ratio(wrong.value)}`);
    }
  });

  it("behavior: errors of EGARCH's constant follow the unit of the returns", () => {
    const returns = simulated("egarch", 1_500);
    const spec = { variance: "egarch", distribution: "normal" } as const;
    const percent = standardErrors(returns, fitted(returns, spec));
    assert.ok(percent.ok);
    // The process in decimals has constant ω' = ω − 2(1 − β) ln 100, whose error is dominated by that of β.
    const small = returns.map((value) => value / 100);
    const decimal = standardErrors(small, fitted(small, spec));
    assert.ok(decimal.ok);
    assert.ok((decimal.value.hessian.omega ?? 0) > 3 * (percent.value.hessian.omega ?? 0));
    assert.ok(Math.abs((decimal.value.hessian.mu ?? 0) * 100 - (percent.value.hessian.mu ?? 0)) < 1e-4);
  });
});

function assertWithin(
  fit: GarchFit,
  name: ParameterName,
  reference: { readonly truth: GarchParameters; readonly error: number | undefined },
): void {
  const distance = Math.abs(fit.parameters[name] - reference.truth[name]) / (reference.error ?? Number.NaN);
  assert.ok(distance < SIGMAS, `${name}: ${fit.parameters[name]} is ${distance} standard errors off`);
}
