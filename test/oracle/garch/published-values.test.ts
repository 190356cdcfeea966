/** Published and independently computed estimates (research/ml-models.md §4.1). Skips without the data folder. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { fitGarch, type GarchFitOptions } from "../../../oracle/models/garch/fit-garch.ts";
import type { GarchFit } from "../../../oracle/models/garch/garch-types.ts";
import { standardErrors } from "../../../oracle/models/garch/standard-errors.ts";
import { btcReturns, dmGbpReturns, sp500Returns } from "./series.ts";

const FIT_LIMIT_MS = 500;
const SPEED_COUNT = 3_248;

function fitted(returns: Float64Array, options: GarchFitOptions): GarchFit {
  const outcome = fitGarch(returns, options);
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.reason);
  return outcome.value;
}

function assertDigits(actual: number | undefined, published: number, digits: number): void {
  assert.equal((actual ?? Number.NaN).toPrecision(digits), published.toPrecision(digits));
}

describe("fitGarch on published benchmarks", () => {
  it("default: DM/GBP GARCH(1,1) of Fiorentini, Calzolari and Panattoni, 4 digits, likelihood to 1e-3", function () {
    const returns = dmGbpReturns(this);
    const fit = fitted(returns, { spec: { variance: "garch", distribution: "normal" }, startRule: "mean-square" });
    assertDigits(fit.parameters.mu, -0.00619041, 4);
    assertDigits(fit.parameters.omega, 0.0107613, 4);
    assertDigits(fit.parameters.alpha, 0.153134, 4);
    assertDigits(fit.parameters.beta, 0.805974, 4);
    assert.ok(Math.abs(fit.logLikelihood - -1106.6079) < 1e-3, `${fit.logLikelihood}`);
    const errors = standardErrors(returns, fit);
    assert.ok(errors.ok);
    assertDigits(errors.value.hessian.mu, 0.00846212, 4);
    assertDigits(errors.value.hessian.omega, 0.00285271, 4);
    assertDigits(errors.value.hessian.alpha, 0.0265228, 4);
    assertDigits(errors.value.hessian.beta, 0.0335527, 4);
    // Bollerslev-Wooldridge errors of the same benchmark (McCullough and Renfro 1998, table 2: QML).
    assertDigits(errors.value.robust.mu, 0.00918935, 4);
    assertDigits(errors.value.robust.omega, 0.00649319, 4);
    assertDigits(errors.value.robust.alpha, 0.0535317, 4);
    assertDigits(errors.value.robust.beta, 0.0724614, 4);
  });

  it("default: S&P 500 GARCH and GJR of the arch package, likelihood to 0.01, coefficients to 1e-4", function () {
    const returns = sp500Returns(this);
    const garch = fitted(returns, { spec: { variance: "garch", distribution: "normal" }, startRule: "backcast" });
    assert.ok(Math.abs(garch.logLikelihood - -6936.72) < 0.01, `${garch.logLikelihood}`);
    assertCoefficients(garch, { mu: 0.0564, omega: 0.0175, alpha: 0.1022, beta: 0.8852 });
    const gjr = fitted(returns, { spec: { variance: "gjr", distribution: "normal" }, startRule: "backcast" });
    assert.ok(Math.abs(gjr.logLikelihood - -6822.88) < 0.01, `${gjr.logLikelihood}`);
    assertCoefficients(gjr, { mu: 0.0175, omega: 0.0196, alpha: 0, gamma: 0.1831, beta: 0.8922 });
    assert.deepEqual(gjr.atBounds, ["alpha"]);
  });

  it("default: EGARCH of an independent implementation, S&P 500 and DM/GBP, likelihood to 1e-3", function () {
    const spec = { variance: "egarch", distribution: "normal" } as const;
    const index = fitted(sp500Returns(this), { spec, startRule: "backcast" });
    assert.ok(Math.abs(index.logLikelihood - -6813.9526) < 1e-3, `${index.logLikelihood}`);
    assertCoefficients(index, { omega: 0.00053, alpha: 0.13553, gamma: -0.15201, beta: 0.97483 });
    const currency = fitted(dmGbpReturns(this), { spec, startRule: "mean-square" });
    assert.ok(Math.abs(currency.logLikelihood - -1102.2704) < 1e-3, `${currency.logLikelihood}`);
  });

  it("default: BTC daily of fGarch and of an independent EGARCH, likelihood to 1e-3; the missing variance is reported", function () {
    const returns = btcReturns(this);
    assert.equal(returns.length, SPEED_COUNT);
    const likelihood = (spec: GarchFitOptions["spec"], bounds = {}): number =>
      fitted(returns, { spec, startRule: "mean-square", bounds }).logLikelihood;
    const found = [
      likelihood({ variance: "garch", distribution: "normal" }),
      likelihood({ variance: "garch", distribution: "t" }, { maxPersistence: 1.3 }),
      likelihood({ variance: "egarch", distribution: "normal" }),
      likelihood({ variance: "egarch", distribution: "t" }),
    ];
    [-8610.7146, -8128.7768, -8592.7669, -8109.8171].forEach((published, index) => {
      assert.ok(Math.abs((found[index] ?? Number.NaN) - published) < 1e-3, `${found[index]} against ${published}`);
    });
    const spec = { variance: "garch", distribution: "t" } as const;
    const free = fitted(returns, { spec, bounds: { maxPersistence: 1.3 } });
    assertDigits(free.parameters.shape, 2.535, 4);
    assert.ok(free.parameters.alpha + free.parameters.beta > 1);
    assert.deepEqual(fitted(returns, { spec }).atBounds, ["persistence"]);
  });

  it("behavior: 3 248 values are fitted in less than half a second", function () {
    const returns = sp500Returns(this).subarray(0, SPEED_COUNT);
    const startedMs = performance.now();
    fitted(returns, { spec: { variance: "garch", distribution: "normal" } });
    const spentMs = performance.now() - startedMs;
    assert.ok(spentMs < FIT_LIMIT_MS, `${spentMs} ms`);
  });
});

function assertCoefficients(fit: GarchFit, published: Partial<GarchFit["parameters"]>): void {
  for (const name of fit.names) {
    const value = published[name];
    if (value !== undefined)
      assert.ok(Math.abs(fit.parameters[name] - value) < 1e-4, `${name}: ${fit.parameters[name]}`);
  }
}
