/** Deribit's client against a stand-in of its protocol, with every fault that the venue or the way to it can have. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openDeribitSession } from "../../../oracle/ingestion/venues/deribit/deribit-session.ts";
import { openVenueLink, type VenueLink } from "../../../oracle/ingestion/venues/venue-link.ts";
import { DERIBIT_CHANNELS, type DeribitServer, openDeribitServer } from "../../helpers/venues/deribit-server.ts";
import {
  assertFault,
  BENCH_START_MS,
  type BenchClient,
  createVenueBench,
  type FaultCase,
  passPause,
  recover,
  type VenueBench,
} from "./venue-bench.ts";

const VENUE = "deribit";
const SETTINGS = { assets: ["BTC"], barSpanMs: 60_000, options: true } as const;

describe("openDeribitSession", () => {
  let bench: VenueBench;
  let server: DeribitServer;
  let link: VenueLink;
  let client: BenchClient;

  beforeEach(async () => {
    bench = createVenueBench();
    server = await openDeribitServer(bench.time.clock.nowMs);
    link = openVenueLink({
      venue: VENUE,
      url: server.wsUrl,
      openSession: (wire) => openDeribitSession(SETTINGS, bench.counters, wire),
      deps: bench.deps,
    });
    client = {
      venue: VENUE,
      isWaiting: () => link.state() === "waiting",
      isServed: () => bench.counters.of(VENUE).booksServed.includes("BTC"),
    };
    await bench.bell.until(() => client.isServed() && server.hears("ticker.BTC-25DEC26-100-P.agg2"));
  });

  afterEach(async () => {
    link.close();
    await server.close();
  });

  /** Sends what always speaks once a second and waits until it has arrived. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      bench.time.advance(1_000);
      const heard = bench.counters.of(VENUE).frames;
      server.beat();
      server.change();
      await bench.bell.until(() => bench.counters.of(VENUE).frames >= heard + 6);
    }
  }

  const CASES: readonly (() => FaultCase)[] = [
    () => ({
      name: "a hole in the change ids",
      fault: "gap",
      inject: () => server.change({ prev_change_id: 7 }),
    }),
    () => ({
      name: "a change without a predecessor",
      fault: "gap",
      inject: () => server.change({ prev_change_id: undefined }),
    }),
    () => ({
      name: "a repeated change",
      fault: "duplicate",
      keepsBook: true,
      inject: () => server.change({ change_id: 900, prev_change_id: 899 }),
    }),
    () => ({
      name: "a crossed book",
      fault: "crossed-book",
      inject: () => server.change({ bids: [["new", 100.7, 10]], asks: [["new", 100.6, 10]] }),
    }),
    () => ({
      name: "a book that has lost a side",
      fault: "empty-book",
      inject: () =>
        server.change({ bids: Array.from({ length: 60 }, (_, step) => ["delete", 100 - 0.5 * (step + 1), 0]) }),
    }),
    () => ({
      name: "text that is no JSON",
      fault: "malformed",
      keepsBook: true,
      inject: () => server.shout('{"jsonrpc": "2.0", "method"'),
    }),
    () => ({
      name: "a field of another type",
      fault: "malformed",
      keepsBook: true,
      inject: () => server.notify(DERIBIT_CHANNELS.ticker, { timestamp: "now", mark_price: -1 }),
    }),
    () => ({
      name: "a channel that nobody asked for",
      fault: "unknown-frame",
      keepsBook: true,
      inject: () => server.shout('{"method":"subscription","params":{"channel":"x","data":{}}}'),
    }),
    () => ({
      name: "frames that come twelve seconds late",
      fault: "stale",
      inject: () => server.change({ timestamp: bench.time.clock.nowMs() - 12_000 }),
    }),
    () => ({
      name: "a clock that runs a minute ahead",
      fault: "future",
      inject: () => server.change({ timestamp: bench.time.clock.nowMs() + 60_000 }),
    }),
    () => ({
      name: "a half-open socket",
      fault: "silence",
      inject: () => server.setDeaf(true),
      waitMs: 32_000,
      heal: () => server.setDeaf(false),
    }),
    () => ({
      name: "a dropped connection",
      fault: "disconnect",
      inject: () => {
        for (const socket of server.clients()) socket.drop();
      },
    }),
  ];

  for (const make of CASES) {
    const { name, fault } = make();
    it(`error: ${fault} for ${name}, counted; the book follows the rule and recovers`, async () => {
      await assertFault(bench, client, make());
    });
  }

  it("error: unit-jump for a snapshot a hundred times off the index, until one fits", async () => {
    await pass(1);
    server.faults.unit = 100;
    server.change({ prev_change_id: 1 });
    await bench.bell.until(() => bench.count(VENUE, "gap") === 1);
    bench.time.advance(300);
    await bench.bell.until(() => bench.count(VENUE, "unit-jump") === 1);
    assert.equal(client.isServed(), false);
    server.faults.unit = 1;
    bench.time.advance(1_000);
    await recover(bench, client);
  });

  it("error: crossed-book for a snapshot that is crossed from the start", async () => {
    server.faults.isCrossed = true;
    server.change({ prev_change_id: 1 });
    await bench.bell.until(() => bench.count(VENUE, "gap") === 1);
    bench.time.advance(300);
    await bench.bell.until(() => bench.count(VENUE, "crossed-book") === 1);
    assert.equal(client.isServed(), false);
    server.faults.isCrossed = false;
    bench.time.advance(1_000);
    await recover(bench, client);
  });

  it("error: refused for a subscription that is not granted and for no answer, rate-limited for code 10028", async () => {
    server.faults.refuse = "ticker.BTC-PERPETUAL";
    for (const socket of server.clients()) socket.drop();
    await passPause(bench, client);
    await bench.bell.until(() => bench.count(VENUE, "refused") === 1);
    server.faults.refuse = null;
    server.faults.isMute = true;
    await passPause(bench, client);
    await bench.bell.until(() => link.state() === "open");
    bench.time.advance(10_000);
    await bench.bell.until(() => bench.count(VENUE, "refused") > 1);
    server.faults.isMute = false;
    server.faults.errorCode = 10_028;
    await passPause(bench, client);
    await bench.bell.until(() => bench.count(VENUE, "rate-limited") > 0);
    assert.equal(client.isServed(), false);
    server.faults.errorCode = null;
    await recover(bench, client);
  });

  it("behavior: pauses grow in a storm of disconnects, and nobody is served meanwhile", async () => {
    server.setRefusing(true);
    for (const socket of server.clients()) socket.drop();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const accepted = server.accepted();
      pauses.push(await passPause(bench, client));
      await bench.bell.until(() => server.accepted() > accepted && client.isWaiting());
      assert.equal(client.isServed(), false);
    }
    assert.ok((pauses.at(-1) ?? 0) > 4 * (pauses[0] ?? 0), pauses.join(" "));
    server.setRefusing(false);
    await recover(bench, client);
  });

  it("behavior: a test request is answered, a heartbeat is not", async () => {
    const asked = () => server.calls().filter((method) => method === "public/test").length;
    server.heartbeat("heartbeat");
    server.heartbeat("test_request");
    await bench.bell.until(() => asked() === 1);
    assert.equal(server.calls()[0], "public/set_heartbeat");
  });

  it("behavior: a message with fields that we do not know is read", async () => {
    const before = bench.counters.of(VENUE).frames;
    server.change({ new_field: { deep: [1] } });
    await bench.bell.until(() => bench.counters.of(VENUE).frames > before);
    assert.equal(client.isServed(), true);
    assert.deepEqual(bench.counters.of(VENUE).faults, {});
  });

  it("default: depth, index, mark, open interest, volatility and chain are told with both times", async () => {
    await pass(62);
    const depth = bench.ofKind("book").at(-1);
    assert.deepEqual(
      depth?.bids.map(({ distance }) => distance),
      [0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
    );
    // Best bid 99.5, best ask 100.5: mid 100; bids of 1 000 USD each half dollar down to 95, the first one changed to 2 000.
    assert.equal(depth?.bids.at(-1)?.notionalUsd, 11_000);
    assert.equal(depth?.bestBid, 99.5);
    assert.deepEqual(
      bench
        .ofKind("reference")
        .slice(0, 2)
        .map(({ basis, price }) => [basis, price]),
      [
        ["mark", 100],
        ["index", 100],
      ],
    );
    assert.equal(bench.ofKind("open-interest")[0]?.coins, 50);
    assert.equal(bench.ofKind("vol-index")[0]?.impliedVol, 0.555);
    const chain = bench.ofKind("chain")[0];
    assert.deepEqual(
      chain?.quotes.map(({ kind, strike, bid, ask, future }) => [kind, strike, bid, ask, future]),
      [
        ["call", 100, 0.05, null, 101],
        ["put", 100, 0.05, null, 101],
      ],
    );
    for (const event of bench.events) {
      assert.equal(event.sourceId, VENUE);
      assert.ok(event.sourceTimeSec <= event.receivedTimeSec, event.kind);
    }
  });

  it("default: bars, flow and liquidations are built from trades; what was not heard whole is not told", async () => {
    server.trade();
    await pass(42);
    assert.equal(bench.ofKind("bar").length, 0);
    assert.equal(bench.count(VENUE, "incomplete-bar"), 1);
    server.trade({ price: 101, amount: 505, direction: "sell", liquidation: "T" });
    server.trade({ price: 99, amount: 990, liquidation: "M" });
    await pass(60);
    const [bar] = bench.ofKind("bar");
    assert.deepEqual(
      [bar?.open, bar?.high, bar?.low, bar?.close, bar?.volume, bar?.spanSec],
      [101, 101, 99, 99, 15, 60],
    );
    assert.equal(bar?.sourceTimeSec, (BENCH_START_MS + 100_000) / 1_000);
    const [flow] = bench.ofKind("trade-flow");
    assert.deepEqual([flow?.buyCoins, flow?.sellCoins, flow?.trades, flow?.largestCoins], [10, 5, 2, 10]);
    assert.deepEqual(
      bench.ofKind("liquidation").map(({ side, coins }) => [side, coins]),
      [
        ["long", 5],
        ["long", 10],
      ],
    );
  });

  it("behavior: a hole in the trade numbers spoils the bar under way and no other", async () => {
    server.trade();
    await pass(45);
    server.trade();
    server.trade({ trade_seq: 900 });
    await pass(60);
    assert.equal(bench.count(VENUE, "gap"), 1);
    assert.equal(bench.ofKind("bar").length, 0);
    assert.equal(client.isServed(), true);
    await pass(60);
    assert.equal(bench.ofKind("bar").length, 1);
  });

  it("behavior: nothing is told of a link that has ended", async () => {
    await pass(11);
    link.close();
    await bench.bell.until(() => bench.services.at(-1) === "deribit BTC withdrawn");
    const told = bench.events.length;
    bench.time.advance(3_600_000);
    assert.equal(bench.events.length, told);
    assert.equal(bench.time.pending(), 0);
  });
});
