/** Every reason of the ingestion guard, and the probation after faulty books. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { MarketEvent, RejectReason } from "../../../oracle/domain/market.ts";
import { createIngestionGuard } from "../../../oracle/ingestion/guard.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { impliedMidRange } from "../../../oracle/ingestion/implied-mid.ts";
import {
  makeBands,
  makeBar,
  makeBook,
  makeFaultyBook,
  makeFlow,
  makeFunding,
  makeLiquidation,
  makeReference,
  makeVolIndex,
  NOW_SEC,
} from "./event-fixtures.ts";

const HOUR = 3_600;

function newGuard() {
  return createIngestionGuard(["BTC"], DEFAULT_GUARD_LIMITS);
}

/** Reason for an event after sound events of the hour before, or null. */
function reasonFor(event: MarketEvent, nowSec = NOW_SEC): RejectReason | null {
  const guard = newGuard();
  for (const before of [makeBar({}, NOW_SEC - HOUR), makeBook({}, NOW_SEC - HOUR)]) {
    assert.ok(guard.check(before, NOW_SEC - HOUR).ok);
  }
  const outcome = guard.check(event, nowSec);
  const rejected = guard.counts().rejected;
  if (outcome.ok) return null;
  assert.deepEqual(rejected, { [outcome.reason]: 1 });
  return outcome.reason;
}

const REJECTED: readonly (readonly [string, MarketEvent, RejectReason])[] = [
  ["NaN close", makeBar({ close: Number.NaN }), "not-a-number"],
  ["infinite high", makeBar({ high: Number.POSITIVE_INFINITY }), "not-a-number"],
  ["NaN volume", makeBar({ volume: Number.NaN }), "not-a-number"],
  ["NaN time", makeBar({ sourceTimeSec: Number.NaN }), "not-a-number"],
  [
    "NaN notional",
    makeBook({ bids: [{ distance: 0.01, notionalUsd: Number.NaN, averagePrice: 100 }] }),
    "not-a-number",
  ],
  ["NaN funding", makeFunding({ ratePer8h: Number.NaN }), "not-a-number"],
  ["NaN flow", makeFlow({ buyCoins: Number.NaN }), "not-a-number"],
  ["negative flow", makeFlow({ sellCoins: -1 }), "not-positive"],
  ["liquidation of nothing", makeLiquidation({ coins: 0 }), "not-positive"],
  ["reference that is not a number", makeReference({ price: Number.POSITIVE_INFINITY }), "not-a-number"],
  ["reference of ten minutes ago", makeReference({}, NOW_SEC - 600), "stale"],
  ["zero close", makeBar({ close: 0 }), "not-positive"],
  ["minus zero close", makeBar({ close: -0 }), "not-positive"],
  ["negative low", makeBar({ low: -1 }), "not-positive"],
  ["negative volume", makeBar({ volume: -1 }), "not-positive"],
  ["zero index", makeVolIndex({ impliedVol: 0 }), "not-positive"],
  ["negative notional", makeBook({ asks: [{ distance: 0.01, notionalUsd: -1, averagePrice: 102 }] }), "not-positive"],
  ["bar before the last", makeBar({}, NOW_SEC - HOUR - 60), "out-of-order"],
  ["second bar of a time", makeBar({}, NOW_SEC - HOUR), "duplicate"],
  ["high below close", makeBar({ high: 100.5 }), "inconsistent-bar"],
  ["low above open", makeBar({ low: 100.5 }), "inconsistent-bar"],
  ["best bid at best ask", makeBook({ bestBid: 101, bestAsk: 101 }), "crossed-book"],
  ["bids priced above asks", makeFaultyBook(), "crossed-book"],
  ["sides of different mids", makeBook({ asks: makeBands(1, 103.5) }), "inconsistent-book"],
  ["bands that shrink", makeBook({ bids: [...makeBands(-1, 101)].reverse() }), "inconsistent-book"],
  ["book of another price", makeBook({ bids: makeBands(-1, 140), asks: makeBands(1, 140) }), "inconsistent-book"],
  ["bar from the future", makeBar({}, NOW_SEC + 6), "future"],
  ["received before it was made", makeBar({ receivedTimeSec: NOW_SEC - 6 }), "future"],
  ["unknown asset", makeBar({ asset: "DOGE" }), "malformed"],
  ["bar of another length", makeBar({ spanSec: 300 }), "malformed"],
  ["book without bands", makeBook({ bids: [], asks: [], bestBid: null, bestAsk: null }), "malformed"],
];

describe("createIngestionGuard", () => {
  for (const [what, event, reason] of REJECTED) {
    it(`error: ${reason} for ${what}, counted`, () => assert.equal(reasonFor(event), reason));
  }

  it("error: stale for events received long after they were made", () => {
    assert.equal(reasonFor(makeBar({}, NOW_SEC), NOW_SEC + 2 * HOUR + 1), "stale");
    assert.equal(reasonFor(makeBook({}, NOW_SEC), NOW_SEC + 301), "stale");
    assert.equal(reasonFor(makeBook({}, NOW_SEC), NOW_SEC + 300), null);
  });

  it("default: sound events of every kind pass and are counted", () => {
    const guard = newGuard();
    for (const event of [
      makeBar(),
      makeBook(),
      makeFunding(),
      makeVolIndex(),
      makeFunding({ ratePer8h: -0.001 }, NOW_SEC + 1),
    ]) {
      assert.ok(guard.check(event, event.receivedTimeSec).ok);
    }
    assert.deepEqual(guard.counts(), { accepted: 5, rejected: {} });
  });

  it("behavior: liquidations may share a time; references of two sources do not disturb each other", () => {
    const guard = newGuard();
    const events = [
      makeLiquidation(),
      makeLiquidation({ coins: 2 }),
      makeReference(),
      makeReference({ sourceId: "other" }, NOW_SEC - 5),
      makeReference({ basis: "mark" }, NOW_SEC - 5),
    ];
    for (const event of events) assert.ok(guard.check(event, NOW_SEC).ok, event.kind);
    const again = guard.check(makeReference(), NOW_SEC);
    assert.ok(!again.ok && again.reason === "duplicate");
    const older = guard.check(makeLiquidation({}, NOW_SEC - 1), NOW_SEC);
    assert.ok(!older.ok && older.reason === "out-of-order");
  });

  it("behavior: a bar without volume, an empty band and a large jump are data", () => {
    assert.equal(reasonFor(makeBar({ volume: null })), null);
    assert.equal(reasonFor(makeBar({ high: 300, close: 290 })), null);
    assert.equal(reasonFor(makeBook({ bids: [{ distance: 0.01, notionalUsd: 0, averagePrice: null }] })), null);
  });

  it("behavior: after a faulty book a fast feed needs 60 good ones in a row", () => {
    const guard = newGuard();
    assert.ok(!guard.check(makeFaultyBook(NOW_SEC), NOW_SEC).ok);
    const results = Array.from({ length: 60 }, (_unused, index) => {
      const timeSec = NOW_SEC + (index + 1) * 10;
      return guard.check(makeBook({}, timeSec), timeSec).ok;
    });
    assert.equal(results.indexOf(true), 59);
    assert.equal(guard.bookFault("BTC"), null);
    assert.deepEqual(guard.counts().rejected, { "crossed-book": 1, "inconsistent-book": 59 });
  });

  it("behavior: a second faulty book starts the probation again", () => {
    const guard = newGuard();
    const times = Array.from({ length: 100 }, (_unused, index) => NOW_SEC + index * 10);
    const results = times.map((timeSec, index) =>
      guard.check(index === 0 || index === 50 ? makeFaultyBook(timeSec) : makeBook({}, timeSec), timeSec),
    );
    assert.ok(results.every((outcome) => !outcome.ok));
    assert.ok(guard.bookFault("BTC"));
  });

  it("behavior: a slow feed ends probation with three good books over half an hour", () => {
    const guard = newGuard();
    const at = (index: number) => NOW_SEC + index * 1_800;
    assert.ok(!guard.check(makeFaultyBook(at(0)), at(0)).ok);
    const results = [1, 2, 3].map((index) => guard.check(makeBook({}, at(index)), at(index)).ok);
    assert.deepEqual(results, [false, false, true]);
  });
});

describe("impliedMidRange", () => {
  it("default: holds the mid that the bands were made from, wherever inside the slices they rest", () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e5, noNaN: true }), shares, (mid, places) => {
        const side = (sign: 1 | -1, offset: number) => {
          let coins = 0;
          return [0, 1, 2].map((index) => {
            coins += 500 / (mid * (1 + sign * 0.01 * (index + (places[offset + index] ?? 0))));
            return {
              distance: 0.01 * (index + 1),
              notionalUsd: 500 * (index + 1),
              averagePrice: (500 * (index + 1)) / coins,
            };
          });
        };
        const range = impliedMidRange({ bids: side(-1, 0), asks: side(1, 3) });
        assert.ok(range !== null && range.low <= mid * (1 + 1e-9) && range.high >= mid * (1 - 1e-9));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it("behavior: nothing to say without average prices", () => {
    const bands = [{ distance: 0.01, notionalUsd: 1, averagePrice: null }];
    assert.equal(impliedMidRange({ bids: bands, asks: bands }), null);
  });
});
