/** The live market from the venues' sockets to a snapshot, and what is said when nobody answers. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import type { VenueAddresses } from "../../../oracle/ingestion/venues/live-feed.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { checkProviders } from "../../../oracle/pipeline/live/check-providers.ts";
import { checkVenues } from "../../../oracle/pipeline/live/check-venues.ts";
import { type LiveMarketOptions, openLiveMarket } from "../../../oracle/pipeline/live/open-live-market.ts";
import { openMarket } from "../../../oracle/pipeline/open-market.ts";
import { type Closer, createCloser } from "../../../oracle/platform/closer.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { createMetrics, type NodeMetrics } from "../../../oracle/platform/metrics.ts";
import { createManualTime, type ManualTime } from "../../helpers/manual-time.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { type BinanceServer, openBinanceServer } from "../../helpers/venues/binance-server.ts";
import { type DeribitServer, openDeribitServer } from "../../helpers/venues/deribit-server.ts";
import { makeReference } from "../ingestion/event-fixtures.ts";

/** Where nobody listens: the discard port. */
const NOWHERE = "127.0.0.1:9";
const DEAD: VenueAddresses = {
  deribit: `ws://${NOWHERE}`,
  binanceStreams: `ws://${NOWHERE}`,
  binanceRest: `http://${NOWHERE}`,
  bybit: `ws://${NOWHERE}`,
  bybitRest: `http://${NOWHERE}`,
};
const START_MS = Date.UTC(2026, 10, 30, 12, 4, 50);
const DAY_SEC = 86_400;
const SPAN_SEC = 300;

describe("openLiveMarket", () => {
  let time: ManualTime;
  let folder: TemporaryFolder;
  let closer: Closer;
  let metrics: NodeMetrics;
  let deribit: DeribitServer;
  let binance: BinanceServer;

  beforeEach(async () => {
    time = createManualTime(START_MS);
    folder = temporaryFolder();
    closer = createCloser(createLogger({ level: "silent" }));
    metrics = createMetrics({ processMetrics: false });
    deribit = await openDeribitServer(time.clock.nowMs);
    binance = await openBinanceServer(time.clock.nowMs);
  });

  afterEach(async () => {
    await closer.close();
    await deribit.close();
    await binance.close();
    folder.remove();
  });

  function options(addresses: Partial<VenueAddresses>): LiveMarketOptions {
    return {
      assets: ["BTC"],
      recordingsDir: folder.path,
      addresses: { ...DEAD, ...addresses },
      providers: [],
      clock: time.clock,
      timers: time.timers,
      rng: createRng("live"),
      logger: createLogger({ level: "silent" }),
      metrics,
      closer,
      historySec: 2 * DAY_SEC,
    };
  }

  /** Lets real sockets be heard before virtual time goes on. */
  async function turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function heardFrames(): Promise<number> {
    const { values } = await metrics.venueFrames.get();
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      time.advance(1_000);
      deribit.beat();
      deribit.change();
      binance.mark();
      if (second % 10 === 0) binance.trade({ p: "100.1" });
      while ((await heardFrames()) < deribit.sent() + binance.sent()) await turn();
    }
  }

  it("error: VENUES_UNREACHABLE when nobody brings a book in time, naming each venue; nothing is recorded", async () => {
    const opened = openLiveMarket(options({}));
    const judged = assert.rejects(opened, (error) => {
      assert.ok(hasCode(error, "VENUES_UNREACHABLE"));
      for (const venue of ["deribit", "binance", "bybit"]) assert.match(String(error.context.said), new RegExp(venue));
      return true;
    });
    time.advance(30_000);
    await judged;
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it("error: LIVE_HISTORY_MISSING when no venue has the bars before now", async () => {
    const opened = openLiveMarket(options({ deribit: deribit.wsUrl }));
    await assert.rejects(opened, (error) => hasCode(error, "LIVE_HISTORY_MISSING"));
  });

  it("default: history and what is heard become one market; rounds wait for the wall clock; silence becomes a doubt", async () => {
    const live = await openLiveMarket(
      options({ deribit: deribit.wsUrl, binanceStreams: binance.wsUrl, binanceRest: binance.httpUrl }),
    );
    const startSec = Math.floor(START_MS / 1_000 / SPAN_SEC) * SPAN_SEC;
    const { source, stepSec, label } = await openMarket(live.request);
    assert.deepEqual([source.fromSec, stepSec, label, source.assets], [startSec + 10, SPAN_SEC, "live", ["BTC"]]);
    const window = createMarketWindow({ assets: ["BTC"], historySec: 3 * DAY_SEC, limits: DEFAULT_GUARD_LIMITS });
    const ingestor = createMarketIngestor({ source, window, historySec: 3 * DAY_SEC });
    ingestor.advanceTo(startSec);
    assert.equal(ingestor.snapshot().assets.get("BTC")?.bars.endSec.length, (2 * DAY_SEC) / SPAN_SEC);

    let isOver = false;
    const waited = live.pace(startSec + 2 * SPAN_SEC).then((isDue) => {
      isOver = true;
      return isDue;
    });
    await pass(350);
    assert.equal(isOver, false);
    await pass(295);
    assert.equal(isOver, true);
    assert.equal(await waited, true);
    // A round whose time passed while the system was set up is left out.
    assert.equal(await live.pace(startSec + SPAN_SEC), false);
    ingestor.advanceTo(startSec + 2 * SPAN_SEC + 45);
    const snapshot = ingestor.snapshot();
    const market = snapshot.assets.get("BTC");
    assert.deepEqual(snapshot.doubts, []);
    assert.equal(market?.spot, 100.1);
    // The bar under way at the start was heard only in part: it was asked for, and there is no hole.
    const ends = market?.bars.endSec ?? new Float64Array(0);
    assert.equal(ends.at(-2), startSec + SPAN_SEC);
    assert.equal((ends.at(-1) ?? 0) - (ends[0] ?? 0), (ends.length - 1) * SPAN_SEC);
    assert.equal(market?.provenance.sourceId, "binance");
    assert.equal(market?.book?.sourceId, "deribit");
    assert.equal(market?.volIndex?.impliedVol, 0.555);
    assert.ok((market?.side?.length ?? 0) > 100);
    assert.deepEqual(ingestor.counts().rejected, {});

    time.advance(3_600_000);
    ingestor.advanceTo(startSec + 4_200);
    assert.deepEqual(
      ingestor.snapshot().doubts.map(({ reason }) => reason),
      ["stale-spot", "source-conflict"],
    );
    while (deribit.clients().length > 0) await turn();
    const text = await metrics.registry.metrics();
    assert.match(text, /plimsoll_venue_faults_total\{venue="bybit",fault="unreachable"\} [1-9]/);
    assert.match(text, /plimsoll_venue_faults_total\{venue="deribit",fault="silence"\} 1/);
  });

  it("behavior: the recording of a live run replays by its folder", async () => {
    const live = await openLiveMarket(
      options({ deribit: deribit.wsUrl, binanceStreams: binance.wsUrl, binanceRest: binance.httpUrl }),
    );
    await pass(30);
    await closer.close();
    const [name = ""] = readdirSync(folder.path);
    const replayed = await openMarket({
      kind: "files",
      paths: [join(folder.path, name)],
      scenario: null,
      fromSec: null,
      toSec: null,
    });
    const heard = await openMarket(live.request);
    assert.match(replayed.label, /^recording /);
    const eventsOf = ({ source }: typeof heard) => [...source.events(0, Number.MAX_SAFE_INTEGER)];
    assert.deepEqual(eventsOf(replayed), eventsOf(heard));
  });
});

describe("checkVenues", () => {
  it("default: says of every venue what answered, how late, and what is missing", async () => {
    const time = createManualTime(START_MS);
    const deribit = await openDeribitServer(time.clock.nowMs);
    const checked = checkVenues({
      assets: ["BTC"],
      listenMs: 20_000,
      addresses: { ...DEAD, deribit: deribit.wsUrl },
      clock: time.clock,
      timers: time.timers,
      rng: createRng("check"),
      logger: createLogger({ level: "silent" }),
    });
    while (!deribit.hears("ticker.BTC-PERPETUAL.100ms")) await new Promise((resolve) => setImmediate(resolve));
    for (let second = 0; second < 20; second += 1) {
      deribit.beat();
      deribit.change();
      for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      time.advance(1_000);
    }
    const [first, second, third] = await checked;
    await deribit.close();
    assert.deepEqual([first?.source, first?.verdict, first?.missing], ["deribit", "complete", []]);
    assert.ok((first?.latencyMs ?? -1) >= 0 && first?.heard.includes("book"));
    assert.deepEqual([second?.source, second?.verdict], ["binance", "unreachable"]);
    assert.match(third?.error ?? "", /^unreachable: /);
  });
});

describe("checkProviders", () => {
  it("default: the age of the newest value, or the failure in words", async () => {
    const { clock } = createManualTime(START_MS);
    const value = [makeReference({}, START_MS / 1_000 - 2)];
    const rows = await checkProviders(
      [
        { id: "good", everySec: 60, ask: async () => ({ ok: true, value }) },
        { id: "bad", everySec: 60, ask: async () => ({ ok: false, reason: "server-error", detail: "status 503" }) },
      ],
      clock,
    );
    assert.deepEqual(
      rows.map(({ source, verdict, latencyMs, error }) => [source, verdict, latencyMs, error]),
      [
        ["good", "complete", 2_000, null],
        ["bad", "unreachable", null, "server-error: status 503"],
      ],
    );
  });
});
