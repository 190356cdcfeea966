/** The index of a chain against the prices of its time: far ones, the bar that follows, a crash that is not yet known. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isIndexNearPrice } from "../../../oracle/models/surface/surface-trust.ts";
import { sampleMarket } from "../../../scripts/bench/scoring-input.ts";

const HOUR = 3_600;

function market(...hours: readonly (readonly [low: number, high: number])[]) {
  const endSec = Float64Array.from(hours, (_, place) => (place + 1) * HOUR);
  const [low, high] = [0, 1].map((side) => Float64Array.from(hours, (hour) => hour[side] ?? Number.NaN));
  assert.ok(low !== undefined && high !== undefined);
  return { spot: 100, bars: { ...sampleMarket("BTC").bars, endSec, low, high } };
}

describe("isIndexNearPrice", () => {
  const near = (index: number, quotedAtSec: number, of: ReturnType<typeof market>) =>
    isIndexNearPrice({ index, quotedAtSec }, of);

  it("error: an index more than 3 % outside the bars around the quotes is not believed", () => {
    const calm = market([99, 101], [99, 101], [50, 200]);
    assert.deepEqual([near(104.1, 1.5 * HOUR, calm), near(96, 1.5 * HOUR, calm)], [false, false]);
    assert.deepEqual([near(103.9, 1.5 * HOUR, calm), near(96.2, 1.5 * HOUR, calm)], [true, true]);
    assert.equal(near(103.1, HOUR, market()), false);
    assert.ok(!near(Number.NaN, HOUR, market()));
  });

  it("behavior: before the bar that follows is known, the move of the last one counts again", () => {
    const moved = market([99, 101], [95, 100]);
    assert.ok(near(87.8, 2.5 * HOUR, moved) && !near(87.5, 2.5 * HOUR, moved));
    assert.ok(!near(87.8, 2.5 * HOUR, market([99, 101], [95, 100], [95, 96])));
    assert.ok(near(80, 2.5 * HOUR, market([99, 101], [95, 100], [79, 96])));
  });
});
