/** The index of a chain against the prices of its time: far ones, the bar that follows, a crash that is not yet known. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isIndexNearPrice, mayIndexLoosen } from "../../../oracle/models/surface/surface-trust.ts";
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

describe("mayIndexLoosen", () => {
  const CALM = market([99.9, 100.1], [99.9, 100.1], [99.9, 100.1]);
  const closing = (...closes: readonly number[]) => ({
    ...CALM,
    bars: { ...CALM.bars, close: Float64Array.from(closes) },
  });
  const may = (index: number, of: ReturnType<typeof market>) => mayIndexLoosen({ index, quotedAtSec: 2.5 * HOUR }, of);

  it("error: an index that is no number loosens nothing, nor does one without bars and volatility beyond a quarter percent", () => {
    assert.equal(may(Number.NaN, closing(100, 100, 100)), false);
    assert.deepEqual([may(100.24, market()), may(100.26, market())], [true, false]);
  });

  it("behavior: a quarter of a percent in calm, half the hour's volatility where that is more, never beyond three percent", () => {
    const calm = closing(100, 100, 100);
    assert.deepEqual(
      [may(100.34, calm), may(100.36, calm), may(99.66, calm), may(99.64, calm)],
      [true, false, true, false],
    );
    // Two moves of 2 %: half of it is 1 %.
    const moving = closing(100, 102.0201, 100);
    assert.deepEqual([may(101.1, moving), may(101.2, moving)], [true, false]);
    const wild = closing(100, 150, 100);
    assert.deepEqual([may(103, wild), may(103.2, wild)], [true, false]);
  });

  it("behavior: whatever may loosen is also believed", () => {
    for (let index = 95; index < 105; index += 0.05)
      if (may(index, closing(100, 103, 99)))
        assert.ok(isIndexNearPrice({ index, quotedAtSec: 2.5 * HOUR }, closing(100, 103, 99)));
  });
});
