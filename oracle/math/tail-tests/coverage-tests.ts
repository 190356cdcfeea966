/** Do violations come as often as stated, and independently of each other? Kupiec 1995, Christoffersen 1998. */
import { chiSquareTail } from "../chi-square.ts";
import { type QuantileForecast, requireForecast, violationsOf } from "./tail-forecast.ts";

/** A statistic with its asymptotic p-value. */
export interface TestResult {
  readonly statistic: number;
  readonly pValue: number;
}

/** Tests of one series of violations. */
export interface CoverageTests {
  readonly violations: number;
  /** Level times steps. */
  readonly expected: number;
  /** Kupiec: right share of violations; χ²(1). */
  readonly unconditional: TestResult;
  /** Christoffersen: a violation says nothing about the next step; χ²(1). */
  readonly independence: TestResult;
  /** Both; χ²(2). */
  readonly conditional: TestResult;
}

/**
 * Likelihood-ratio tests of coverage and independence.
 *
 * The conditional test is the sum of the two others, as published; the independence test counts the n − 1 transitions.
 *
 * @throws RangeError for a forecast that can not be tested, see `forecastFault`.
 */
export function coverageTests(forecast: QuantileForecast): CoverageTests {
  requireForecast(forecast);
  const hits = violationsOf(forecast);
  const violations = hits.reduce((sum, hit) => sum + hit, 0);
  const steps = hits.length;
  const stated = logLikelihood(steps - violations, violations, forecast.level);
  const found = logLikelihood(steps - violations, violations, violations / steps);
  const unconditional = 2 * (found - stated);
  const independence = independenceStatistic(hits);
  return {
    violations,
    expected: forecast.level * steps,
    unconditional: result(unconditional, 1),
    independence: result(independence, 1),
    conditional: result(unconditional + independence, 2),
  };
}

function independenceStatistic(hits: Uint8Array): number {
  // Transitions by (before, after).
  const counts = [0, 0, 0, 0];
  for (let step = 1; step < hits.length; step += 1) {
    const kind = (hits[step - 1] ?? 0) * 2 + (hits[step] ?? 0);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const [calm = 0, into = 0, out = 0, stay = 0] = counts;
  const pooled = (into + stay) / Math.max(1, calm + into + out + stay);
  const afterCalm = into / Math.max(1, calm + into);
  const afterHit = stay / Math.max(1, out + stay);
  const free = logLikelihood(calm, into, afterCalm) + logLikelihood(out, stay, afterHit);
  return 2 * (free - logLikelihood(calm + out, into + stay, pooled));
}

/** Of a Bernoulli sample, with 0·ln 0 = 0. */
function logLikelihood(misses: number, hits: number, share: number): number {
  return weightedLog(misses, 1 - share) + weightedLog(hits, share);
}

function weightedLog(count: number, share: number): number {
  return count === 0 ? 0 : count * Math.log(share);
}

function result(statistic: number, degrees: number): TestResult {
  // Rounding may leave a statistic of zero slightly negative.
  const clean = Math.max(0, statistic);
  return { statistic: clean, pValue: chiSquareTail(clean, degrees) };
}
