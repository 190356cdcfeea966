/** Binance's two streams and its REST answers against a stand-in, with every fault that can part a snapshot from its changes. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openBinanceBooks } from "../../../oracle/ingestion/venues/binance/binance-books.ts";
import { openBinanceTrades } from "../../../oracle/ingestion/venues/binance/binance-trades.ts";
import { openVenueLink, type VenueLink } from "../../../oracle/ingestion/venues/venue-link.ts";
import { createVenueRest } from "../../../oracle/ingestion/venues/venue-rest.ts";
import { BINANCE_STREAMS, type BinanceServer, openBinanceServer } from "../../helpers/venues/binance-server.ts";
import {
  assertFault,
  type BenchClient,
  createVenueBench,
  type FaultCase,
  passPause,
  recover,
  type VenueBench,
} from "./venue-bench.ts";

const VENUE = "binance";

describe("openBinanceBooks", () => {
  let bench: VenueBench;
  let server: BinanceServer;
  let links: readonly VenueLink[];
  let client: BenchClient;

  beforeEach(async () => {
    bench = createVenueBench();
    server = await openBinanceServer(bench.time.clock.nowMs);
    const settings = {
      assets: ["BTC"],
      barSpanMs: 60_000,
      rest: createVenueRest({ baseUrl: server.httpUrl, timers: bench.time.timers }),
      counters: bench.counters,
      indices: new Map<string, number>(),
    };
    const open = (path: string, openSession: typeof openBinanceBooks): VenueLink =>
      openVenueLink({
        venue: VENUE,
        url: `${server.wsUrl}${path}`,
        openSession: (wire) => openSession(settings, wire),
        deps: bench.deps,
      });
    const books = open("/public/stream", openBinanceBooks);
    links = [books, open("/market/stream", openBinanceTrades)];
    client = {
      venue: VENUE,
      isWaiting: () => books.state() === "waiting",
      isServed: () => bench.counters.of(VENUE).booksServed.includes("BTC"),
    };
    await joined();
    await bench.bell.until(() => server.hears(BINANCE_STREAMS.mark));
  });

  afterEach(async () => {
    for (const link of links) link.close();
    await server.close();
  });

  /** A book needs changes after its snapshot to be served: they are sent until it is. */
  async function joined(): Promise<void> {
    while (!client.isServed()) {
      await bench.bell.until(() => client.isServed() || client.isWaiting() || server.hears(BINANCE_STREAMS.depth));
      if (client.isWaiting()) await passPause(bench, client);
      server.change();
      await new Promise((resolve) => setImmediate(resolve));
      bench.time.advance(100);
    }
  }

  /** Time passes with everything that always speaks. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      bench.time.advance(1_000);
      const heard = bench.counters.of(VENUE).frames;
      server.mark();
      server.change();
      await bench.bell.until(() => bench.counters.of(VENUE).frames >= heard + 2);
    }
  }

  const CASES: readonly (() => FaultCase)[] = [
    () => ({ name: "a hole in pu", fault: "gap", inject: () => server.change({ pu: 3 }) }),
    () => ({
      name: "a repeated event",
      fault: "duplicate",
      keepsBook: true,
      inject: () => server.change({ U: 9_000, u: 9_005, pu: 8_999 }),
    }),
    () => ({
      name: "a crossed book",
      fault: "crossed-book",
      inject: () => server.change({ b: [["100.55", "1"]], a: [["100.52", "1"]] }),
    }),
    () => ({
      name: "events that come twelve seconds late",
      fault: "stale",
      inject: () => server.change({ E: bench.time.clock.nowMs() - 12_000 }),
    }),
    () => ({
      name: "a clock that runs a minute ahead",
      fault: "future",
      inject: () => server.change({ E: bench.time.clock.nowMs() + 60_000 }),
    }),
    () => ({
      name: "a price that is no number",
      fault: "malformed",
      keepsBook: true,
      inject: () => server.trade({ p: "NaN" }),
    }),
    () => ({ name: "broken text", fault: "malformed", keepsBook: true, inject: () => server.shout("{") }),
    () => ({
      name: "a stream that nobody asked for",
      fault: "unknown-frame",
      keepsBook: true,
      inject: () => server.shout('{"stream":"x@y","data":{}}'),
    }),
    () => ({
      name: "a half-open socket",
      fault: "silence",
      inject: () => server.setDeaf(true),
      waitMs: 32_000,
      heal: () => server.setDeaf(false),
    }),
    () => ({
      name: "the daily forced end of the connection",
      fault: "disconnect",
      inject: () => {
        for (const socket of server.clients()) socket.drop();
      },
    }),
  ];

  for (const make of CASES) {
    const { name, fault } = make();
    it(`error: ${fault} for ${name}, counted; the book follows the rule and recovers`, async () => {
      const told = make();
      await assertFault(bench, client, { ...told, recover: joined });
    });
  }

  for (const [fault, status, body] of [
    ["rate-limited", 429, "{}"],
    ["rate-limited", 418, "{}"],
    ["server-error", 503, "{}"],
    ["malformed", 200, '{"lastUpdateId":"x"}'],
    ["malformed", 200, "<html>"],
  ] as const) {
    it(`error: ${fault} for a snapshot answered by ${status} ${body}; asked again with growing pauses`, async () => {
      const before = bench.count(VENUE, fault);
      server.faults.rest = { status, body };
      server.change({ pu: 3 });
      await bench.bell.until(() => bench.count(VENUE, "gap") === 1);
      bench.time.advance(300);
      await bench.bell.until(() => bench.count(VENUE, fault) === before + 1);
      bench.time.advance(2_000);
      await bench.bell.until(() => bench.count(VENUE, fault) === before + 2);
      assert.equal(client.isServed(), false);
      server.faults.rest = null;
      bench.time.advance(4_000);
      await joined();
    });
  }

  it("error: stale-snapshot for one that ends before the first event; asked again", async () => {
    server.faults.snapshotLag = 100;
    server.change({ pu: 3 });
    await bench.bell.until(() => bench.count(VENUE, "gap") === 1);
    bench.time.advance(300);
    await bench.bell.until(() => bench.count(VENUE, "stale-snapshot") >= 1);
    assert.equal(client.isServed(), false);
    server.faults.snapshotLag = 0;
    await joined();
  });

  it("error: unit-jump for a snapshot in another unit than the index", async () => {
    await pass(1);
    server.faults.unit = 0.01;
    server.change({ pu: 3 });
    await bench.bell.until(() => bench.count(VENUE, "gap") === 1);
    bench.time.advance(300);
    const asked = server.asked().length;
    while (bench.count(VENUE, "unit-jump") === 0) {
      server.change({ b: [], a: [] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(server.asked().length >= asked);
    server.faults.unit = 1;
    await joined();
  });

  it("error: refused for a subscription that is answered wrongly or not at all", async () => {
    server.faults.subscribeAnswer = { error: { code: 2, msg: "Invalid request: invalid stream" }, id: 1 };
    for (const socket of server.clients()) socket.drop();
    await passPause(bench, client);
    await bench.bell.until(() => bench.count(VENUE, "refused") >= 1);
    server.faults.subscribeAnswer = null;
    server.faults.isMute = true;
    await passPause(bench, client);
    await bench.bell.until(() => links[0]?.state() === "open");
    const refused = bench.count(VENUE, "refused");
    bench.time.advance(10_000);
    await bench.bell.until(() => bench.count(VENUE, "refused") > refused);
    assert.equal(client.isServed(), false);
    server.faults.isMute = false;
    await recover(bench, client, joined);
  });

  it("behavior: an event that follows the snapshot without a hole joins it as one that spans it", async () => {
    server.change({ pu: 3 });
    await bench.bell.until(() => bench.count(VENUE, "gap") === 1);
    const asked = server.asked().length;
    bench.time.advance(300);
    await bench.bell.until(() => server.asked().length > asked || client.isServed());
    await joined();
    assert.equal(bench.count(VENUE, "stale-snapshot"), 0);
  });

  it("behavior: depth is the snapshot with every change after it", async () => {
    await pass(11);
    const depth = bench.ofKind("book").at(-1);
    assert.equal(depth?.bestBid, 99.5);
    // 20 coins at 99.5 and 10 at 99: within one per cent of 100.
    assert.equal(depth?.bids[3]?.notionalUsd, 20 * 99.5 + 10 * 99);
  });

  it("default: marks, indices, open interest, bars, liquidations and settled funding are told", async () => {
    await pass(42);
    server.trade({ p: "101.0", q: "3.000", m: true });
    server.notify(BINANCE_STREAMS.force, {
      e: "forceOrder",
      E: bench.time.clock.nowMs(),
      o: { s: "BTCUSDT", S: "SELL", q: "5.0", z: "4.0", p: "99.0", ap: "99.50", X: "FILLED", T: 1_700_000_000_000 },
    });
    await pass(60);
    assert.deepEqual(
      bench
        .ofKind("reference")
        .slice(0, 2)
        .map(({ basis, price }) => [basis, price]),
      [
        ["mark", 100.01],
        ["index", 100],
      ],
    );
    assert.equal(bench.ofKind("open-interest")[0]?.coins, 81_000.5);
    assert.deepEqual(
      bench.ofKind("liquidation").map(({ side, coins, price }) => [side, coins, price]),
      [["long", 4, 99.5]],
    );
    const [flow] = bench.ofKind("trade-flow");
    assert.deepEqual([flow?.buyCoins, flow?.sellCoins], [0, 3]);
    const nextMs = Math.ceil(bench.time.clock.nowMs() / 28_800_000) * 28_800_000;
    server.mark({ T: nextMs + 28_800_000, r: "0.0009" });
    await pass(1);
    const [funding] = bench.ofKind("funding");
    assert.equal(funding?.ratePer8h, 0.0002);
    assert.equal(funding?.sourceTimeSec, nextMs / 1_000);
  });
});
