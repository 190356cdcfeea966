/** The band of a fund: one exposure that is no question hides neither itself nor the rest. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { exposureBand } from "../../../oracle/pipeline/hedging/exposure-band.ts";
import { exposure, HALF_BAND, HEDGER } from "./mandate-fixture.ts";

describe("exposureBand", () => {
  it("error: an exposure outside the hedger's limits counts exactly, beside the others", async () => {
    const odd = { ...exposure(1), strike: 7e-12, deltaCoins: 0.25 };
    const alone = await exposureBand(HEDGER, [exposure(2)], -0.5);
    const both = await exposureBand(HEDGER, [odd, exposure(2)], -0.5);
    assert.ok(Math.abs(both.lower - (alone.lower - 0.25)) < 1e-12);
    assert.ok(Math.abs(both.upper - (alone.upper - 0.25)) < 1e-12);
    assert.deepEqual([alone.doubts, both.doubts], [[], ["band:exact"]]);
  });

  it("error: so does one for which the hedger gives no number", async () => {
    const hedger = { ...HEDGER, bands: async () => [{ lower: Number.NaN, upper: 1, fallback: null }] };
    const { lower, upper, doubts } = await exposureBand(hedger, [exposure(2)], 0);
    const { deltaCoins } = exposure(2);
    assert.deepEqual({ lower, upper, doubts }, { lower: -deltaCoins, upper: -deltaCoins, doubts: ["band:exact"] });
  });

  it("default: the sum of the exposures' bands", async () => {
    const { lower, upper } = await exposureBand(HEDGER, [exposure(2), exposure(1)], 0);
    const { deltaCoins } = exposure(3);
    assert.ok(Math.abs(lower - (-deltaCoins - 3 * HALF_BAND)) < 1e-9);
    assert.ok(Math.abs(upper - (-deltaCoins + 3 * HALF_BAND)) < 1e-9);
  });

  it("behavior: an empty book asks nothing", async () => {
    assert.deepEqual(await exposureBand(HEDGER, [], 1), { lower: 0, upper: 0, doubts: [] });
  });
});
