/** Gas of the deployed system against the committed figures: all rows of `npm run bench:gas` but the longest reports. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { flattenGas, gasRegressions } from "../../scripts/bench/gas/limits.ts";
import { measureAll } from "../../scripts/bench/gas/measure.ts";
import { readGasSnapshot } from "../../scripts/bench/gas/snapshot.ts";

const SIZES = [1, 10] as const;
const TIMEOUT_MS = 180_000;

describe("gas of the deployed system", () => {
  it("default: no row grew by more than 2 %, and every row is measured", async () => {
    const { push, ...rest } = readGasSnapshot();
    assert.ok(push !== null && typeof push === "object");
    const short = Object.fromEntries(SIZES.map((size) => [size, push[size] ?? null]));
    const snapshot = { push: short, ...rest };
    const figures = await measureAll(SIZES);
    assert.deepEqual([...flattenGas(figures).keys()], [...flattenGas(snapshot).keys()]);
    assert.deepEqual(gasRegressions(snapshot, figures), []);
  }).timeout(TIMEOUT_MS);
});
