/** Optimisers, derivatives and linear algebra on functions with known answers. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { choleskyFactor, choleskySolve, invertPositiveDefinite } from "../../../oracle/math/linear-algebra.ts";
import { numericGradient, numericHessian } from "../../../oracle/math/numeric-derivatives.ts";
import { minimiseBfgs, nelderMead } from "../../../oracle/math/optimise.ts";

function rosenbrock(point: Float64Array): number {
  const [x = 0, y = 0] = point;
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
}

function assertNear(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, index) => {
    assert.ok(
      Math.abs((actual[index] ?? Number.NaN) - value) <= tolerance,
      `${Array.from(actual)} against ${expected}`,
    );
  });
}

describe("minimiseBfgs", () => {
  const options = { maxIterations: 200, gradientTolerance: 1e-8 };
  it("error: a function without finite values is not reported as converged", () => {
    const result = minimiseBfgs(() => Number.NaN, Float64Array.of(1, 1), options);
    assert.equal(result.converged, false);
  });
  it("default: finds the bottom of Rosenbrock's valley", () => {
    const result = minimiseBfgs(rosenbrock, Float64Array.of(-1.2, 1), options);
    assert.equal(result.converged, true);
    assertNear(result.point, [1, 1], 1e-6);
  });
  it("behavior: walls of infinity are not crossed", () => {
    const walled = (point: Float64Array): number =>
      (point[0] ?? 0) <= 0 ? Number.NaN : (point[0] ?? 0) - Math.log(point[0] ?? 0);
    assertNear(minimiseBfgs(walled, Float64Array.of(8), options).point, [1], 1e-6);
  });
  it("behavior: the limit of iterations is reported", () => {
    const result = minimiseBfgs(rosenbrock, Float64Array.of(-1.2, 1), { ...options, maxIterations: 2 });
    assert.deepEqual([result.converged, result.iterations], [false, 2]);
  });
});

describe("nelderMead", () => {
  const options = { maxIterations: 400, tolerance: 1e-14, edge: 0.5 };
  it("error: a function without finite values ends unconverged", () => {
    assert.equal(nelderMead(() => Number.NaN, Float64Array.of(1), { ...options, maxIterations: 20 }).converged, false);
  });
  it("default: finds the bottom of Rosenbrock's valley and leaves the start alone", () => {
    const start = Float64Array.of(-1.2, 1);
    const result = nelderMead(rosenbrock, start, options);
    assert.equal(result.converged, true);
    assertNear(result.point, [1, 1], 1e-5);
    assertNear(start, [-1.2, 1], 0);
  });
});

describe("numericGradient, numericHessian", () => {
  it("default: Rosenbrock at (−1.2, 1)", () => {
    assertNear(numericGradient(rosenbrock, Float64Array.of(-1.2, 1)), [-215.6, -88], 1e-6);
    assertNear(numericHessian(rosenbrock, Float64Array.of(-1.2, 1)), [1330, 480, 480, 200], 1e-3);
  });
});

describe("linear algebra", () => {
  it("error: matrices without a factor give null", () => {
    assert.equal(choleskyFactor(Float64Array.of(1, 2, 3)), null);
    assert.equal(choleskyFactor(Float64Array.of(1, 2, 2, 1)), null);
    assert.equal(choleskyFactor(Float64Array.of(0)), null);
    assert.equal(invertPositiveDefinite(Float64Array.of(Number.NaN)), null);
    assert.equal(invertPositiveDefinite(Float64Array.of(Number.POSITIVE_INFINITY)), null);
  });
  it("default: factor, solution and inverse of a 3 × 3 matrix", () => {
    const matrix = Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98);
    const factor = choleskyFactor(matrix);
    assert.ok(factor !== null);
    assertNear(factor, [2, 0, 0, 6, 1, 0, -8, 5, 3], 1e-12);
    assertNear(choleskySolve(factor, Float64Array.of(0, 6, 39)), [1, 1, 1], 1e-9);
    const inverse = invertPositiveDefinite(matrix);
    assert.ok(inverse !== null);
    assertNear(inverse.subarray(0, 3), [1777 / 36, -122 / 9, 19 / 9], 1e-9);
  });
  it("behavior: an empty matrix has an empty inverse", () => {
    assert.equal(invertPositiveDefinite(new Float64Array())?.length, 0);
  });
});
