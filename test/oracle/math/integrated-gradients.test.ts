/** Integrated gradients on functions whose attributions are known, and the gap that a finite path leaves. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { integratedGradients } from "../../../oracle/math/integrated-gradients.ts";

const of = (f: (x: Float64Array) => number) => async (points: readonly Float64Array[]) => points.map(f);
const BASELINE = Float64Array.of(0, 1, -1);
const POINT = Float64Array.of(2, 1, 3);

describe("integratedGradients", () => {
  it("error: a function that is no number has no shares and no gap that is small", async () => {
    const { shares, gap } = await integratedGradients({
      ...{ valuesOf: of(() => Number.NaN), baseline: BASELINE, point: POINT, steps: 4 },
    });
    assert.ok(Number.isNaN(shares[0]) && Number.isNaN(gap));
  });

  it("error: a coordinate that is missing on either side has no share, and stays as it is in the point", async () => {
    const seen = new Set<number | undefined>();
    const { shares } = await integratedGradients({
      valuesOf: async (points) =>
        points.map(([x = 0, y]) => {
          seen.add(y);
          return x;
        }),
      ...{ baseline: Float64Array.of(0, 5), point: Float64Array.of(1, Number.NaN), steps: 2 },
    });
    assert.equal(shares[1], 0);
    assert.ok([...seen].every((value) => Number.isNaN(value)));
  });

  it("default: a product on the straight path: ∫ (b₀ + α Δb) Δa dα each", async () => {
    const { shares, difference, gap } = await integratedGradients({
      ...{ valuesOf: of(([a = 0, , c = 0]) => a * c), baseline: BASELINE, point: POINT, steps: 16 },
    });
    // a goes from 0 to 2 and c from −1 to 3: shares 2 · 1 and 4 · 1.
    assert.ok(Math.abs((shares[0] ?? 0) - 2) < 1e-9 && Math.abs((shares[2] ?? 0) - 4) < 1e-9);
    assert.equal(shares[1], 0);
    assert.ok(Math.abs(difference - 6) < 1e-12 && gap < 1e-9);
  });

  it("behavior: the gap falls with the square of the steps for a smooth function", async () => {
    const f = of(([a = 0, , c = 0]) => Math.exp(0.5 * a) * Math.sin(c));
    const gapAt = async (steps: number) =>
      (await integratedGradients({ valuesOf: f, baseline: BASELINE, point: POINT, steps })).gap;
    const [coarse, fine] = [await gapAt(8), await gapAt(16)];
    assert.ok(fine < coarse / 3 && fine > 0);
  });

  it("behavior: the same point has no shares", async () => {
    const { shares, difference, gap } = await integratedGradients({
      ...{ valuesOf: of(([a = 0]) => a), baseline: POINT, point: POINT, steps: 4 },
    });
    assert.deepEqual([[...shares], difference, gap], [[0, 0, 0], 0, 0]);
  });
});
