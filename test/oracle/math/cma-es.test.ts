/** CMA-ES on standard functions, its box, and that a seed repeats it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type CmaEs, createCmaEs } from "../../../oracle/math/cma-es.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { symmetricEigen } from "../../../oracle/math/symmetric-eigen.ts";

type Objective = (point: Float64Array) => number;

const scaled =
  (low: number, high: number, inner: Objective): Objective =>
  (point) =>
    inner(point.map((value) => low + (high - low) * value));
const sphere: Objective = scaled(-5, 5, (x) => x.reduce((sum, value) => sum + (value - 1) ** 2, 0));
const ellipsoid: Objective = scaled(-5, 5, (x) =>
  x.reduce((sum, value, axis) => sum + 10 ** ((6 * axis) / (x.length - 1)) * (value + 1) ** 2, 0),
);
const rosenbrock: Objective = scaled(-3, 3, (x) => {
  let sum = 0;
  for (let axis = 0; axis + 1 < x.length; axis += 1) {
    const [here = 0, next = 0] = [x[axis], x[axis + 1]];
    sum += 100 * (next - here * here) ** 2 + (1 - here) ** 2;
  }
  return sum;
});

function minimise(objective: Objective, size: number, generations: number): { best: number; search: CmaEs } {
  const search = createCmaEs({ start: new Float64Array(size).fill(0.3), sigma: 0.2, rng: createRng("cma-1") });
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < generations; turn += 1) {
    const values = search.ask().map(objective);
    best = Math.min(best, ...values.filter(Number.isFinite));
    search.tell(values);
  }
  return { best, search };
}

describe("createCmaEs", () => {
  it("behavior: values that are not finite count as the worst", () => {
    const { best } = minimise((point) => ((point[0] ?? 0) < 0.2 ? Number.NaN : sphere(point)), 4, 200);
    assert.ok(best < 1e-8);
  });

  it("behavior: finds the minimum of sphere, ellipsoid of condition 1e6 and Rosenbrock", () => {
    assert.ok(minimise(sphere, 8, 200).best < 1e-12);
    assert.ok(minimise(ellipsoid, 6, 500).best < 1e-9);
    assert.ok(minimise(rosenbrock, 5, 600).best < 1e-9);
  });

  it("behavior: never asks outside of the cube, and finds a minimum in its corner", () => {
    const corner: Objective = (point) => {
      assert.ok(point.every((value) => value >= 0 && value <= 1));
      return point.reduce((sum, value) => sum + value, 0);
    };
    const { best, search } = minimise(corner, 6, 200);
    assert.ok(best < 1e-6);
    assert.ok(search.mean().every((value) => value < 0.05));
  });

  it("behavior: the same seed asks for the same points", () => {
    const run = () => [...minimise(sphere, 5, 10).search.mean()];
    assert.deepEqual(run(), run());
  });
});

describe("symmetricEigen", () => {
  it("behavior: puts a symmetric matrix together again from orthonormal vectors", () => {
    const size = 6;
    const rng = createRng("eigen");
    const half = Float64Array.from({ length: size * size }, () => rng.normal());
    const at = (matrix: Float64Array, row: number, column: number): number => matrix[row * size + column] ?? Number.NaN;
    const matrix = half.map((_, place) => {
      const [row, column] = [Math.floor(place / size), place % size];
      return at(half, row, column) + at(half, column, row);
    });
    const { values, vectors } = symmetricEigen(matrix);
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        let [again, product] = [0, 0];
        for (let axis = 0; axis < size; axis += 1) {
          again += at(vectors, row, axis) * (values[axis] ?? 0) * at(vectors, column, axis);
          product += at(vectors, axis, row) * at(vectors, axis, column);
        }
        assert.ok(Math.abs(again - at(matrix, row, column)) < 1e-10);
        assert.ok(Math.abs(product - (row === column ? 1 : 0)) < 1e-12);
      }
    }
  });
});
