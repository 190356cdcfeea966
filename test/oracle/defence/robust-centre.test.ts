/** Weighted median, MAD tolerance and centre, against numpy and against the bounded influence of a minority. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { z } from "zod";
import { robustCentre, weightedMedian } from "../../../oracle/ingestion/defence/robust-centre.ts";
import { createRng } from "../../../oracle/math/rng.ts";

const VECTORS = join(import.meta.dirname, "../../vectors/defence/robust-centre.json");
const vectorsSchema = z.array(
  z.object({
    values: z.array(z.number()),
    weights: z.array(z.number()),
    floor: z.number(),
    ceiling: z.number(),
    median: z.number(),
    tolerance: z.number(),
    centre: z.number(),
  }),
);
const TOLERANCE = 1e-12;

describe("robustCentre", () => {
  it("error: no reading, no weight and NaN give NaN, never a number", () => {
    assert.ok(Number.isNaN(weightedMedian([])));
    assert.ok(Number.isNaN(weightedMedian([{ value: 1, weight: 0 }])));
    assert.ok(Number.isNaN(robustCentre([], { floor: 1, ceiling: 2 }).value));
  });

  it("default: what numpy computes", () => {
    const cases = vectorsSchema.parse(JSON.parse(readFileSync(VECTORS, "utf8")));
    assert.ok(cases.length > 0);
    for (const { values, weights, floor, ceiling, ...wanted } of cases) {
      const readings = values.map((value, index) => ({ value, weight: weights[index] ?? 0 }));
      const { median, tolerance, value } = robustCentre(readings, { floor, ceiling });
      assert.ok(Math.abs(median - wanted.median) < TOLERANCE);
      assert.ok(Math.abs(tolerance - wanted.tolerance) < TOLERANCE);
      assert.ok(Math.abs(value - wanted.centre) < TOLERANCE);
    }
  });

  it("behavior: less than half of the weight, whatever it says, moves the median no further than the right readings reach", () => {
    const rng = createRng("bounded");
    for (let trial = 0; trial < 500; trial += 1) {
      const right = Array.from({ length: 5 }, () => ({ value: rng.normal(), weight: 0.5 + rng.uniform() }));
      const share = right.reduce((sum, { weight }) => sum + weight, 0) / 4;
      const wrong = Array.from({ length: 3 }, () => ({ value: 1e6 * rng.normal(), weight: share }));
      const median = weightedMedian([...right, ...wrong]);
      const values = right.map(({ value }) => value);
      assert.ok(median >= Math.min(...values) && median <= Math.max(...values));
    }
  });
});
