/** Chains of quoted options on their way in: bad rows first, the file format, age, noise. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { MarketEvent } from "../../../oracle/domain/market.ts";
import type { ChainQuote, OptionChain } from "../../../oracle/domain/option-chain.ts";
import { createIngestionGuard } from "../../../oracle/ingestion/guard.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import { withObservationNoise } from "../../../oracle/ingestion/observation-noise.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { CHAIN_HEADER } from "../../helpers/synthetic-chain.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { makeBar, NOW_SEC } from "./event-fixtures.ts";

const HOUR = 3_600;
const DAY = 86_400;
const QUOTE: ChainQuote = { kind: "put", strike: 90, expirySec: NOW_SEC + DAY, bid: 0.01, ask: 0.02, future: 101 };

function makeChain(change: Partial<OptionChain> = {}, timeSec = NOW_SEC): OptionChain {
  const provenance = { sourceId: "test", sourceTimeSec: timeSec, receivedTimeSec: timeSec };
  return { kind: "chain", asset: "BTC", index: 101, quotes: [QUOTE], ...provenance, ...change };
}

function newWindow() {
  const window = createMarketWindow({ assets: ["BTC"], historySec: 48 * HOUR, limits: DEFAULT_GUARD_LIMITS });
  window.ingest(makeBar(), NOW_SEC);
  return window;
}

describe("the guard on chains", () => {
  it("error: unsound rows are left out and counted by reason, the others pass", () => {
    const guard = createIngestionGuard(["BTC"], DEFAULT_GUARD_LIMITS);
    const quotes: readonly ChainQuote[] = [
      QUOTE,
      QUOTE,
      { ...QUOTE, strike: Number.NaN },
      { ...QUOTE, ask: Number.POSITIVE_INFINITY },
      { ...QUOTE, strike: -1 },
      { ...QUOTE, bid: -0.1 },
      { ...QUOTE, expirySec: NOW_SEC },
      { ...QUOTE, strike: 95, future: 300 },
      { ...QUOTE, strike: 95, bid: 3, ask: 4 },
      { ...QUOTE, kind: "call", bid: null },
    ];
    const outcome = guard.check(makeChain({ quotes }), NOW_SEC);
    assert.ok(outcome.ok && outcome.value.kind === "chain");
    assert.deepEqual(outcome.value.quotes, [QUOTE, quotes.at(-1)]);
    const rejected = { duplicate: 1, "not-a-number": 2, "not-positive": 2, stale: 1, "implausible-quote": 2 };
    assert.deepEqual(guard.counts(), { accepted: 1, rejected });
  });

  it("error: a chain without a sound row, of another price, too old, of the future or twice is refused", () => {
    const guard = createIngestionGuard(["BTC"], DEFAULT_GUARD_LIMITS);
    guard.check(makeBar(), NOW_SEC);
    const reason = (event: MarketEvent, nowSec = NOW_SEC): string => {
      const outcome = guard.check(event, nowSec);
      return outcome.ok ? "accepted" : outcome.reason;
    };
    assert.equal(reason(makeChain({ index: Number.NaN })), "not-a-number");
    assert.equal(reason(makeChain({ index: 0 })), "not-positive");
    assert.equal(reason(makeChain({}, NOW_SEC - 3 * HOUR)), "stale");
    assert.equal(reason(makeChain({}, NOW_SEC + 60)), "future");
    assert.equal(reason(makeChain({ index: 160 })), "implausible-quote");
    assert.equal(reason(makeChain({ quotes: [] }, NOW_SEC + 1)), "malformed");
    assert.equal(reason(makeChain({}, NOW_SEC + 2)), "accepted");
    assert.equal(reason(makeChain({}, NOW_SEC + 2)), "duplicate");
    assert.equal(reason(makeChain({}, NOW_SEC + 1)), "out-of-order");
  });
});

describe("a chain in the window", () => {
  it("behavior: shown when it is known and not too old; silence after one is a doubt, none at all is not", () => {
    const window = newWindow();
    const reasons = (atSec: number) => window.snapshot(atSec).doubts.map(({ reason }) => reason);
    assert.deepEqual(reasons(NOW_SEC), []);
    window.ingest(makeChain(), NOW_SEC);
    assert.equal(window.snapshot(NOW_SEC - 1).assets.get("BTC")?.chain ?? null, null);
    assert.equal(window.snapshot(NOW_SEC).assets.get("BTC")?.chain?.quotes.length, 1);
    assert.ok(!reasons(NOW_SEC + 36 * HOUR).includes("stale-chain"));
    assert.ok(reasons(NOW_SEC + 36 * HOUR + 1).includes("stale-chain"));
    assert.equal(window.snapshot(NOW_SEC + 36 * HOUR + 1).assets.get("BTC")?.chain, null);
  });

  it("behavior: an operator's noise moves index and futures by one factor, and leaves quotes and their time", () => {
    const seen = withObservationNoise(makeChain(), { rng: createRng("noise"), noiseBps: 5, delaySec: 2 });
    assert.ok(seen.kind === "chain");
    const factor = seen.index / 101;
    assert.ok(factor !== 1 && Math.abs(factor - 1) < 0.01);
    assert.deepEqual(seen.quotes, [{ ...QUOTE, future: 101 * factor }]);
    assert.deepEqual([seen.sourceTimeSec, seen.receivedTimeSec], [NOW_SEC, NOW_SEC + 2]);
  });
});

describe("files of deribit-options", () => {
  let folder = temporaryFolder();
  beforeEach(() => {
    folder = temporaryFolder();
    const start = Date.UTC(2026, 1, 1) / 1_000;
    const bars = Array.from({ length: 30 }, (_, hour) => `${start + hour * HOUR},100,102,99,101,5`);
    writeFileSync(join(folder.path, "BTCUSDT_1h_2026.csv"), ["ts,open,high,low,close,volume", ...bars].join("\n"));
  });
  afterEach(() => folder.remove());

  const START = Date.UTC(2026, 1, 1) / 1_000;
  const put = (name: string, ...rows: readonly string[]): void =>
    writeFileSync(join(folder.path, name), [CHAIN_HEADER, ...rows].join("\n"));
  const chains = async () => {
    const source = await openFileSource({ paths: [folder.path] });
    return [...source.events(0, Number.POSITIVE_INFINITY)].flatMap((event) => (event.kind === "chain" ? [event] : []));
  };
  const row = (atSec: number, change: Readonly<Record<number, string>> = {}): string =>
    [`${atSec}`, "20260227", "90", "P", "0.01", "", "0.015", "0.5", "101", "100.5", "1", "1", "0"]
      .map((cell, column) => change[column] ?? cell)
      .join(",");

  it("error: DATA_MALFORMED for a column, a kind, an expiry and a time that are none", async () => {
    const faults = [{ 3: "X" }, { 1: "soon" }, { 0: "now" }, { 2: "many" }];
    for (const fault of faults) {
      put("BTC_2026-02.csv", row(START, fault));
      await assert.rejects(chains(), (error: unknown) => hasCode(error, "DATA_MALFORMED"), JSON.stringify(fault));
    }
    put("BTC_2026-02.csv", row(START + 60), row(START));
    await assert.rejects(chains(), (error: unknown) => hasCode(error, "DATA_MALFORMED"));
  });

  it("default: one event a time with the middle index; NaN is passed on, an empty side is none", async () => {
    put("BTC_2026-02.csv", row(START, { 9: "100" }), row(START, { 2: "NaN", 9: "101" }), row(START + HOUR, { 3: "C" }));
    const found = await chains();
    assert.deepEqual(
      found.map(({ index, quotes, receivedTimeSec }) => [index, quotes.length, receivedTimeSec]),
      [
        [101, 2, START],
        [100.5, 1, START + HOUR],
      ],
    );
    const expirySec = Date.UTC(2026, 1, 27, 8) / 1_000;
    assert.deepEqual(found[0]?.quotes[0], { kind: "put", strike: 90, expirySec, bid: 0.01, ask: null, future: 101 });
    assert.ok(Number.isNaN(found[0]?.quotes[1]?.strike));
  });

  it("behavior: months that the replay does not reach are not opened", async () => {
    put("BTC_2026-02.csv", row(START));
    put("BTC_2025-12.csv", "broken");
    put("BTC_2026-03.csv", "broken");
    assert.equal((await chains()).length, 1);
  });
});
