/** Market window, observation noise and ingestor. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { MarketEvent, MarketSource } from "../../../oracle/domain/market.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import { withObservationNoise } from "../../../oracle/ingestion/observation-noise.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import {
  makeBar,
  makeBook,
  makeFaultyBook,
  makeFunding,
  makeLiquidation,
  makeReference,
  makeVolIndex,
  NOW_SEC,
} from "./event-fixtures.ts";

const HOUR = 3_600;

function newWindow(historySec = 48 * HOUR) {
  return createMarketWindow({ assets: ["BTC", "ETH"], historySec, limits: DEFAULT_GUARD_LIMITS });
}

function feed(window: ReturnType<typeof newWindow>, events: readonly MarketEvent[]): void {
  for (const event of events) window.ingest(event, event.receivedTimeSec);
}

function hourlyBars(count: number, closeAt: (index: number) => number = () => 101): readonly MarketEvent[] {
  return Array.from({ length: count }, (_unused, index) => {
    const close = closeAt(index);
    return makeBar({ open: close, high: close, low: close, close }, NOW_SEC - (count - 1 - index) * HOUR);
  });
}

function doubtsOf(window: ReturnType<typeof newWindow>, atSec = NOW_SEC): readonly string[] {
  return window.snapshot(atSec).doubts.flatMap((doubt) => (doubt.asset === "BTC" ? [doubt.reason] : []));
}

describe("createMarketWindow", () => {
  it("behavior: an asset without accepted bars is left out and doubted", () => {
    const window = newWindow();
    feed(window, [makeBar({ close: Number.NaN })]);
    const snapshot = window.snapshot(NOW_SEC);
    assert.equal(snapshot.assets.size, 0);
    assert.deepEqual(
      snapshot.doubts.map((doubt) => [doubt.asset, doubt.reason]),
      [
        ["BTC", "no-data"],
        ["ETH", "no-data"],
      ],
    );
    assert.deepEqual(window.counts(), { accepted: 0, rejected: { "not-a-number": 1 } });
  });

  it("behavior: events beside the price are kept for a day, and none is shown before it was received", () => {
    const window = newWindow();
    const late = makeReference({ receivedTimeSec: NOW_SEC + 60 });
    feed(window, [...hourlyBars(2), makeLiquidation({}, NOW_SEC - 23 * HOUR), makeLiquidation(), late]);
    const sideAt = (atSec: number) =>
      window
        .snapshot(atSec)
        .assets.get("BTC")
        ?.side?.map(({ kind }) => kind);
    assert.deepEqual(sideAt(NOW_SEC), ["liquidation", "liquidation"]);
    assert.deepEqual(sideAt(NOW_SEC + 60), ["liquidation", "liquidation", "reference"]);
    assert.deepEqual(sideAt(NOW_SEC + HOUR), ["liquidation", "reference"]);
  });

  it("behavior: stale price, gap, jump, faulty and stale book are doubted", () => {
    const stale = newWindow();
    feed(stale, hourlyBars(30));
    assert.deepEqual(doubtsOf(stale, NOW_SEC + 2 * HOUR + 300), []);
    assert.deepEqual(doubtsOf(stale, NOW_SEC + 2 * HOUR + 301), ["stale-spot"]);
    const holes = newWindow();
    feed(
      holes,
      hourlyBars(30).filter((_event, index) => index !== 20 && index !== 21),
    );
    assert.deepEqual(doubtsOf(holes), ["gap"]);
    const jump = newWindow();
    feed(
      jump,
      hourlyBars(30, (index) => (index === 29 ? 90 : 101)),
    );
    assert.deepEqual(doubtsOf(jump), ["jump"]);
    const faulty = newWindow();
    feed(faulty, [...hourlyBars(30), makeBook({}, NOW_SEC - 60), makeFaultyBook()]);
    assert.deepEqual(doubtsOf(faulty), ["book-faulty"]);
    assert.equal(faulty.snapshot(NOW_SEC).assets.get("BTC")?.book, null);
    const old = newWindow();
    feed(old, [makeBook({}, NOW_SEC - HOUR - 301), ...hourlyBars(30)]);
    assert.deepEqual(doubtsOf(old), ["stale-book"]);
  });

  it("default: the snapshot holds the newest accepted values and nothing newer than its time", () => {
    const window = newWindow();
    feed(window, [...hourlyBars(30, (index) => 100 + index * 0.1), makeBook(), makeFunding(), makeVolIndex()]);
    const market = window.snapshot(NOW_SEC).assets.get("BTC");
    assert.equal(market?.spot, 100 + 2.9);
    assert.equal(market?.book?.bestBid, 100.9);
    assert.equal(market?.funding.length, 1);
    assert.equal(market?.volIndex?.impliedVol, 0.6);
    const earlier = window.snapshot(NOW_SEC - HOUR).assets.get("BTC");
    assert.equal(earlier?.bars.endSec.at(-1), NOW_SEC - HOUR);
    assert.deepEqual([earlier?.book, earlier?.volIndex, earlier?.funding], [null, null, []]);
  });

  it("behavior: history is cut to its length, and earlier snapshots keep their contents", () => {
    const window = newWindow(10 * HOUR);
    const bars = hourlyBars(100, (index) => 1_000 + index);
    feed(window, bars.slice(0, 15));
    const before = window.snapshot(NOW_SEC - 85 * HOUR).assets.get("BTC");
    const copy = Array.from(before?.bars.close ?? []);
    feed(window, bars.slice(15));
    assert.deepEqual(Array.from(before?.bars.close ?? []), copy);
    const after = window.snapshot(NOW_SEC).assets.get("BTC")?.bars;
    assert.equal(after?.endSec[0], NOW_SEC - 10 * HOUR);
    assert.deepEqual(
      Array.from(after?.close ?? []),
      Array.from({ length: 11 }, (_unused, index) => 1_089 + index),
    );
  });

  it("behavior: depth medians appear after twelve sampled books", () => {
    const window = newWindow();
    const book = (index: number) => makeBook({}, NOW_SEC + index * 900);
    feed(window, hourlyBars(2));
    feed(
      window,
      Array.from({ length: 11 }, (_unused, index) => book(index)),
    );
    assert.equal(window.snapshot(NOW_SEC).assets.get("BTC")?.depthReference, null);
    feed(window, [book(11)]);
    const reference = window.snapshot(NOW_SEC).assets.get("BTC")?.depthReference;
    assert.deepEqual(reference, { samples: 12, within1PctUsd: 2_000, within2PctUsd: 4_000, within5PctUsd: 6_000 });
  });
});

describe("withObservationNoise", () => {
  it("behavior: zero noise and zero delay return an equal event", () => {
    for (const event of [makeBar(), makeBook(), makeFunding(), makeVolIndex()]) {
      assert.deepEqual(withObservationNoise(event, { rng: createRng(1), noiseBps: 0, delaySec: 0 }), event);
    }
  });

  it("default: prices share one factor of the stated size, delay moves only the received time", () => {
    const noise = { rng: createRng(1), noiseBps: 2, delaySec: 7 };
    const logs = Array.from({ length: 2_000 }, () => {
      const seen = withObservationNoise(makeBar(), noise);
      assert.ok(seen.kind === "bar");
      assert.equal(seen.sourceTimeSec, NOW_SEC);
      assert.equal(seen.receivedTimeSec, NOW_SEC + 7);
      assert.ok(Math.abs(seen.high / seen.close - 102 / 101) < 1e-12);
      return Math.log(seen.close / 101);
    });
    const sd = Math.sqrt(logs.reduce((sum, value) => sum + value * value, 0) / logs.length);
    assert.ok(Math.abs(sd / 2e-4 - 1) < 0.1);
  });
});

describe("createMarketIngestor", () => {
  const events = [...hourlyBars(30), makeBook({}, NOW_SEC + 1)];
  const source: MarketSource = {
    id: "test",
    assets: ["BTC"],
    fromSec: NOW_SEC - HOUR,
    toSec: NOW_SEC + HOUR,
    events: (fromSec, toSec) =>
      events.filter((event) => event.receivedTimeSec > fromSec && event.receivedTimeSec <= toSec),
  };

  it("default: reads history first, then only what is new, each event once", () => {
    const ingestor = createMarketIngestor({ source, window: newWindow() });
    ingestor.advanceTo(NOW_SEC - 1);
    assert.equal(ingestor.counts().accepted, 29);
    ingestor.advanceTo(NOW_SEC + 1);
    ingestor.advanceTo(NOW_SEC);
    assert.deepEqual(ingestor.counts(), { accepted: 31, rejected: {} });
    assert.equal(ingestor.snapshot().atSec, NOW_SEC + 1);
  });

  it("behavior: operators with their own noise and delay see different markets", () => {
    const spots = [1, 2].map((seed) => {
      const noise = { rng: createRng(seed), noiseBps: 2, delaySec: seed };
      const ingestor = createMarketIngestor({ source, window: newWindow(), noise });
      ingestor.advanceTo(NOW_SEC + 60);
      assert.deepEqual(ingestor.counts().rejected, {});
      return ingestor.snapshot().assets.get("BTC")?.spot;
    });
    assert.notEqual(spots[0], spots[1]);
  });

  it("behavior: an event is not seen before the operator's delay has passed", () => {
    const noise = { rng: createRng(1), noiseBps: 0, delaySec: 30 };
    const ingestor = createMarketIngestor({ source, window: newWindow(), noise });
    ingestor.advanceTo(NOW_SEC + 29);
    assert.equal(ingestor.snapshot().assets.get("BTC")?.bars.endSec.at(-1), NOW_SEC - HOUR);
    ingestor.advanceTo(NOW_SEC + 30);
    assert.equal(ingestor.snapshot().assets.get("BTC")?.bars.endSec.at(-1), NOW_SEC);
  });
});
