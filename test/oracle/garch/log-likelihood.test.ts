/** Log-likelihoods and filters against an independent Python implementation (scripts/generate/garch-reference.py). */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { z } from "zod";
import { filterVariances, startVarianceOf } from "../../../oracle/models/garch/conditional-variance.ts";
import type { GarchParameters } from "../../../oracle/models/garch/garch-types.ts";
import { createLogLikelihood } from "../../../oracle/models/garch/log-likelihood.ts";
import rawVectors from "../../vectors/garch/likelihoods.json" with { type: "json" };

const vectorSchema = z.object({
  returns: z.array(z.number()),
  cases: z.array(
    z.object({
      variance: z.enum(["garch", "gjr", "egarch"]),
      distribution: z.enum(["normal", "t", "skewed-t"]),
      startRule: z.enum(["mean-square", "backcast", "ewma"]),
      parameters: z.object({
        mu: z.number(),
        omega: z.number(),
        alpha: z.number(),
        gamma: z.number(),
        beta: z.number(),
        shape: z.number().nullable(),
        skew: z.number(),
      }),
      logLikelihood: z.number(),
      lastVariance: z.number(),
      nextVariance: z.number(),
    }),
  ),
});
const vectors = vectorSchema.parse(rawVectors);
const returns = Float64Array.from(vectors.returns);
/** Agreement demanded between the two implementations, relative. */
const TOLERANCE = 1e-9;

const PLAIN: GarchParameters = {
  mu: 0,
  omega: 0.1,
  alpha: 0.1,
  gamma: 0,
  beta: 0.8,
  shape: Number.POSITIVE_INFINITY,
  skew: 1,
};

describe("createLogLikelihood", () => {
  it("error: parameters without a positive variance give −∞", () => {
    const normal = createLogLikelihood(returns, {
      spec: { variance: "garch", distribution: "normal" },
      startRule: "backcast",
    });
    assert.equal(normal({ ...PLAIN, omega: -5 }), Number.NEGATIVE_INFINITY);
    assert.equal(normal({ ...PLAIN, omega: Number.NaN }), Number.NEGATIVE_INFINITY);
    const student = createLogLikelihood(returns, {
      spec: { variance: "garch", distribution: "t" },
      startRule: "backcast",
    });
    assert.equal(student({ ...PLAIN, shape: 2 }), Number.NEGATIVE_INFINITY);
  });

  it("default: all nine combinations and all three start rules agree with Python to 1e-9", () => {
    assert.equal(vectors.cases.length, 27);
    for (const entry of vectors.cases) {
      const { variance, distribution, startRule, logLikelihood } = entry;
      const parameters = { ...entry.parameters, shape: entry.parameters.shape ?? Number.POSITIVE_INFINITY };
      const actual = createLogLikelihood(returns, { spec: { variance, distribution }, startRule })(parameters);
      const name = `${variance} ${distribution} ${startRule}`;
      assert.ok(Math.abs(actual - logLikelihood) <= TOLERANCE * Math.abs(logLikelihood), `${name}: ${actual}`);
    }
  });

  it("behavior: work space is not shared between calls with different parameters", () => {
    const evaluate = createLogLikelihood(returns, {
      spec: { variance: "gjr", distribution: "normal" },
      startRule: "backcast",
    });
    const first = evaluate(PLAIN);
    evaluate({ ...PLAIN, beta: 0.2 });
    assert.equal(evaluate(PLAIN), first);
  });
});

describe("filterVariances", () => {
  it("default: last and next variance agree with Python to 1e-9", () => {
    for (const entry of vectors.cases) {
      const { variance, startRule } = entry;
      const parameters = { ...entry.parameters, shape: entry.parameters.shape ?? Number.POSITIVE_INFINITY };
      const startVariance = startVarianceOf(returns, parameters.mu, startRule);
      const variances = new Float64Array(returns.length);
      const next = filterVariances({ variance, parameters, returns, startVariance }, variances);
      assert.ok(Math.abs(next / entry.nextVariance - 1) < TOLERANCE);
      assert.ok(Math.abs((variances.at(-1) ?? Number.NaN) / entry.lastVariance - 1) < TOLERANCE);
    }
  });

  it("behavior: no returns leave the start", () => {
    const input = { variance: "garch", parameters: PLAIN, returns: new Float64Array(), startVariance: 2 } as const;
    assert.ok(Math.abs(filterVariances(input, new Float64Array()) - 1.9) < 1e-15);
  });
});
