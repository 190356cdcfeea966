/** Verdicts in the snapshot: faulty depth, sources that contradict the serving one, walls; and the doubts that follow. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { MarketEvent, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import { createFeedFindings, feedEvents } from "../../../oracle/pipeline/feed-findings.ts";
import {
  makeBands,
  makeBar,
  makeBook,
  makeFaultyBook,
  makeFeedRound,
  makeFlow,
  makePool,
  makeReference,
  NOW_SEC,
} from "../ingestion/event-fixtures.ts";

const MINUTE = 60;

function snapshotOf(events: readonly MarketEvent[], atSec = NOW_SEC): MarketSnapshot {
  const window = createMarketWindow({ assets: ["BTC"], historySec: 86_400, limits: DEFAULT_GUARD_LIMITS });
  for (const event of events) window.ingest(event, event.receivedTimeSec);
  return window.snapshot(atSec);
}

const reasonsOf = ({ feeds = [] }: MarketSnapshot) => feeds.map(({ feature, reason }) => `${feature} ${reason}`);
const doubtsOf = ({ doubts }: MarketSnapshot) => doubts.map(({ reason }) => reason);
const bar = makeBar({ open: 101, high: 101, low: 101, close: 101 });
const reference = (sourceId: string, price: number, basis: "spot" | "mark" = "spot") =>
  makeReference({ sourceId, price, basis });

describe("createMarketFeeds", () => {
  it("error: crossed-bands excludes depth, with the prices in words", () => {
    const snapshot = snapshotOf([bar, makeFaultyBook()]);
    assert.deepEqual(reasonsOf(snapshot), ["price single-source", "depth crossed-bands"]);
    assert.deepEqual(doubtsOf(snapshot), ["book-faulty"]);
    assert.match(snapshot.doubts[0]?.detail ?? "", /above asks at/);
    assert.match(feedEvents(snapshot.feeds ?? []).join(), /BTC depth of test: rejected \(crossed-bands/);
  });

  it("error: source-conflict when the serving source is not one of those that agree", () => {
    const others = ["a", "b", "c", "d"].map((id) => reference(id, 110));
    const snapshot = snapshotOf([bar, ...others]);
    assert.ok(reasonsOf(snapshot).includes("price outlier"));
    assert.ok(doubtsOf(snapshot).includes("source-conflict"));
  });

  it("error: source-conflict when two sources differ, and when a mark contradicts the price", () => {
    assert.ok(doubtsOf(snapshotOf([bar, reference("a", 110)])).includes("source-conflict"));
    const marked = snapshotOf([bar, reference("a", 110, "mark")]);
    assert.ok(reasonsOf(marked).includes("price basis-conflict"));
    assert.ok(doubtsOf(marked).includes("source-conflict"));
  });

  it("error: source-conflict for a wall on one side, seen from earlier snapshots", () => {
    const window = createMarketWindow({ assets: ["BTC"], historySec: 86_400, limits: DEFAULT_GUARD_LIMITS });
    window.ingest(bar, NOW_SEC);
    const read = (atSec: number, factor: number): MarketSnapshot => {
      const bids = makeBands(-1, 101).map((band) => ({ ...band, notionalUsd: band.notionalUsd * factor }));
      window.ingest(makeBook({ bids }, atSec), atSec);
      return window.snapshot(atSec);
    };
    for (let minute = 1; minute <= 20; minute += 1)
      assert.deepEqual(doubtsOf(read(NOW_SEC + minute * MINUTE, 1 + 0.01 * minute)), []);
    const wall = read(NOW_SEC + 21 * MINUTE, 6);
    assert.ok(reasonsOf(wall).includes("depth spoofed-depth"));
    assert.deepEqual(doubtsOf(wall), ["source-conflict"]);
  });

  it("error: a pool that was moved within a block, or that little moves, has no vote", () => {
    const moved = [...makePool().blockPrices.slice(0, -1), { block: 100, price: 110 }];
    const thin = [0.01, 0.02, 0.05].map((distance) => ({ distance, notionalUsd: 1e5 * distance, averagePrice: 101 }));
    const snapshot = snapshotOf([
      bar,
      makePool({ sourceId: "pool-a", price: 110, blockPrices: moved }),
      makePool({ sourceId: "pool-b", price: 140, bids: thin }),
    ]);
    assert.deepEqual(reasonsOf(snapshot).sort(), ["price block-price", "price single-source", "price thin-pool"]);
    assert.deepEqual(doubtsOf(snapshot), [], "what does not vote vetoes nothing");
    assert.match(
      feedEvents(snapshot.feeds ?? []).join(),
      /BTC price of pool-b: rejected \(thin-pool: 1000 USD within 1 %/,
    );
  });

  it("error: source-conflict for a pool, an answer of a feed, that contradict the price; a late answer is said to be", () => {
    assert.ok(
      doubtsOf(snapshotOf([bar, makePool({ price: 110 })])).includes("source-conflict"),
      "two sources, and both differ",
    );
    const answered = snapshotOf([bar, makeFeedRound({ price: 110 })]);
    assert.ok(reasonsOf(answered).includes("price basis-conflict"));
    assert.ok(doubtsOf(answered).includes("source-conflict"));
    const late = snapshotOf([makeBar({ close: 101 }), makeFeedRound({ price: 110, heartbeatSec: 60 }, NOW_SEC - 400)]);
    assert.deepEqual(reasonsOf(late), ["price single-source", "price stale-clock"]);
  });

  it("error: source-conflict when pools lose most of their depth, never less of a doubt when they gain", () => {
    const window = createMarketWindow({ assets: ["BTC"], historySec: 86_400, limits: DEFAULT_GUARD_LIMITS });
    const read = (minute: number, factor: number): MarketSnapshot => {
      const atSec = NOW_SEC + minute * MINUTE;
      const { bids, asks } = makePool();
      const scaled = (bands: typeof bids) => bands.map((band) => ({ ...band, notionalUsd: band.notionalUsd * factor }));
      window.ingest(makeBar({ open: 101, high: 101, low: 101, close: 101, spanSec: 1_800 }, atSec), atSec);
      window.ingest(makePool({ bids: scaled(bids), asks: scaled(asks) }, atSec), atSec);
      return window.snapshot(atSec);
    };
    for (let minute = 0; minute <= 390; minute += 30) assert.deepEqual(doubtsOf(read(minute, 1)), []);
    assert.deepEqual(doubtsOf(read(420, 5)), []);
    const drained = read(450, 0.3);
    assert.ok(reasonsOf(drained).includes("depth drained-pools"));
    assert.deepEqual(doubtsOf(drained), ["source-conflict"]);
    assert.equal(drained.assets.get("BTC")?.book, null, "and no depth of theirs is served as a book");
  });

  it("behavior: the venue's own flow says whether much volume took a side", () => {
    const bars = Array.from({ length: 40 }, (_, hour) =>
      makeBar(
        { open: 101, high: hour === 39 ? 101.01 : 101.5, low: 101, close: 101, volume: hour === 39 ? 1_000 : 100 },
        NOW_SEC + hour * 3_600,
      ),
    );
    const atSec = NOW_SEC + 39 * 3_600;
    const flow = (buyCoins: number) => makeFlow({ buyCoins, sellCoins: 1_000 - buyCoins }, atSec);
    const washed = (events: readonly MarketEvent[]) =>
      reasonsOf(snapshotOf(events, atSec)).includes("depth wash-volume");
    assert.deepEqual([washed(bars), washed([...bars, flow(500)]), washed([...bars, flow(700)])], [true, true, false]);
  });

  it("behavior: sources that agree leave no doubt; an old close does not contradict fresh prices", () => {
    assert.deepEqual(doubtsOf(snapshotOf([bar, reference("a", 101.1), reference("b", 100.95)])), []);
    const late = ["a", "b", "c"].map((sourceId) =>
      makeReference({ sourceId, price: 108, basis: "spot" }, NOW_SEC + 30 * MINUTE),
    );
    assert.deepEqual(doubtsOf(snapshotOf([bar, ...late], NOW_SEC + 30 * MINUTE)), []);
  });

  it("behavior: one time is judged once, an earlier one not at all", () => {
    const window = createMarketWindow({ assets: ["BTC"], historySec: 86_400, limits: DEFAULT_GUARD_LIMITS });
    window.ingest(bar, NOW_SEC);
    assert.deepEqual(window.snapshot(NOW_SEC + 60).feeds, window.snapshot(NOW_SEC + 60).feeds);
    assert.deepEqual(window.snapshot(NOW_SEC).feeds, []);
  });

  it("default: findings of a run are counted by source, feature and reason", () => {
    const findings = createFeedFindings();
    const { feeds = [] } = snapshotOf([bar, makeFaultyBook()]);
    findings.note(feeds, 10);
    findings.note(feeds, 20);
    const [found, ...rest] = findings.list();
    assert.deepEqual(rest, []);
    assert.deepEqual([found?.reason, found?.rounds, found?.firstSec, found?.lastSec], ["crossed-bands", 2, 10, 20]);
  });
});
