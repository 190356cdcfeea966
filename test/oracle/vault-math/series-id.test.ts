/** Series ids: refusals, round trip, opening rules at their bounds. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import {
  type ChainSeries,
  decodeSeriesId,
  encodeSeriesId,
  MAX_TENOR_SEC,
  MIN_TENOR_SEC,
  seriesDefect,
} from "../../../oracle/rules/series-id.ts";

const EXPIRY_SEC = 1_768_204_800;
const SERIES: ChainSeries = { marketId: 1, strikeE8: 6_000_000_000_000n, expirySec: EXPIRY_SEC, isPut: true };

describe("encodeSeriesId", () => {
  for (const [field, value] of [
    ["marketId", 2 ** 24],
    ["marketId", -1],
    ["expirySec", 2 ** 40],
    ["strikeE8", 2n ** 64n],
    ["strikeE8", -1n],
  ] as const) {
    it(`error: SERIES_FIELD_RANGE for ${field} = ${value}`, () => {
      assert.throws(
        () => encodeSeriesId({ ...SERIES, [field]: value }),
        (error) => hasCode(error, "SERIES_FIELD_RANGE"),
      );
    });
  }

  it("default: market, strike, expiry, type from the top", () => {
    const id = (1n << 105n) | (6_000_000_000_000n << 41n) | (BigInt(EXPIRY_SEC) << 1n) | 1n;
    assert.equal(encodeSeriesId(SERIES), id);
  });
});

describe("decodeSeriesId", () => {
  for (const id of [1n << 129n, 2n ** 256n - 1n, -1n]) {
    it(`error: SERIES_ID_UNKNOWN_BITS for ${id}`, () => {
      assert.throws(
        () => decodeSeriesId(id),
        (error) => hasCode(error, "SERIES_ID_UNKNOWN_BITS"),
      );
    });
  }

  it("behavior: inverts the encoding", () => {
    const anySeries = fc.record({
      marketId: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
      strikeE8: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      expirySec: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
      isPut: fc.boolean(),
    });
    fc.assert(
      fc.property(anySeries, (series) => assert.deepEqual(decodeSeriesId(encodeSeriesId(series)), { ...series })),
      { seed: 1 },
    );
  });
});

describe("seriesDefect", () => {
  it("behavior: names the first defect", () => {
    assert.equal(seriesDefect({ ...SERIES, strikeE8: 0n }, EXPIRY_SEC), "strike-zero");
    assert.equal(seriesDefect({ ...SERIES, expirySec: EXPIRY_SEC + 1 }, EXPIRY_SEC), "expiry-off-grid");
    assert.equal(seriesDefect(SERIES, EXPIRY_SEC - MIN_TENOR_SEC + 1), "tenor-out-of-range");
    assert.equal(seriesDefect(SERIES, EXPIRY_SEC - MAX_TENOR_SEC - 1), "tenor-out-of-range");
  });

  it("default: both tenor bounds are inside", () => {
    assert.equal(seriesDefect(SERIES, EXPIRY_SEC - MIN_TENOR_SEC), null);
    assert.equal(seriesDefect(SERIES, EXPIRY_SEC - MAX_TENOR_SEC), null);
  });
});
