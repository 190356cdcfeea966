/** Bybit's client against a stand-in of its protocol, with every fault that the venue or the way to it can have. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openBybitSession } from "../../../oracle/ingestion/venues/bybit/bybit-session.ts";
import { openVenueLink, type VenueLink } from "../../../oracle/ingestion/venues/venue-link.ts";
import { BYBIT_TOPICS, type BybitServer, openBybitServer } from "../../helpers/venues/bybit-server.ts";
import {
  assertFault,
  type BenchClient,
  createVenueBench,
  type FaultCase,
  passPause,
  recover,
  type VenueBench,
} from "./venue-bench.ts";

const VENUE = "bybit";

describe("openBybitSession", () => {
  let bench: VenueBench;
  let server: BybitServer;
  let link: VenueLink;
  let client: BenchClient;

  beforeEach(async () => {
    bench = createVenueBench();
    server = await openBybitServer(bench.time.clock.nowMs);
    const settings = { assets: ["BTC"], barSpanMs: 60_000, counters: bench.counters };
    link = openVenueLink({
      venue: VENUE,
      url: server.wsUrl,
      openSession: (wire) => openBybitSession(settings, wire),
      deps: bench.deps,
    });
    client = {
      venue: VENUE,
      isWaiting: () => link.state() === "waiting",
      isServed: () => bench.counters.of(VENUE).booksServed.includes("BTC"),
    };
    await bench.bell.until(client.isServed);
  });

  afterEach(async () => {
    link.close();
    await server.close();
  });

  /** Time passes with everything that always speaks. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      bench.time.advance(1_000);
      const heard = bench.counters.of(VENUE).frames;
      server.change();
      server.ticker({});
      await bench.bell.until(() => bench.counters.of(VENUE).frames >= heard + 2);
    }
  }

  const CASES: readonly (() => FaultCase)[] = [
    () => ({ name: "a hole in the update ids", fault: "gap", inject: () => server.change({ u: 99 }) }),
    () => ({ name: "a repeated update", fault: "duplicate", keepsBook: true, inject: () => server.change({ u: 50 }) }),
    () => ({
      name: "a crossed book",
      fault: "crossed-book",
      inject: () => server.change({ b: [["100.55", "1"]], a: [["100.52", "1"]] }),
    }),
    () => ({
      name: "a snapshot without asks",
      fault: "empty-book",
      inject: () => server.change({ b: [["99", "1"]], a: [] }, { type: "snapshot" }),
    }),
    () => ({
      name: "messages that come twelve seconds late",
      fault: "stale",
      inject: () => server.change({}, { ts: bench.time.clock.nowMs() - 12_000 }),
    }),
    () => ({
      name: "a clock that runs a minute ahead",
      fault: "future",
      inject: () => server.change({}, { ts: bench.time.clock.nowMs() + 60_000 }),
    }),
    () => ({
      name: "a size that is no number",
      fault: "malformed",
      keepsBook: true,
      inject: () => server.trade({ v: "1e9" }),
    }),
    () => ({ name: "broken text", fault: "malformed", keepsBook: true, inject: () => server.shout("][") }),
    () => ({
      name: "a topic that nobody asked for",
      fault: "unknown-frame",
      keepsBook: true,
      inject: () => server.shout('{"topic":"x","type":"delta","ts":1700000000000,"data":{}}'),
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

  it("error: unit-jump for a snapshot a hundred times off the index", async () => {
    server.ticker({ markPrice: "100.1", indexPrice: "100.0" }, "snapshot");
    await pass(1);
    server.faults.unit = 100;
    server.change({ u: 99 });
    await bench.bell.until(() => bench.count(VENUE, "gap") === 1);
    bench.time.advance(300);
    await bench.bell.until(() => bench.count(VENUE, "unit-jump") === 1);
    assert.equal(client.isServed(), false);
    server.faults.unit = 1;
    bench.time.advance(1_000);
    await recover(bench, client);
  });

  it("error: refused for a subscription that fails, and for one that is not answered", async () => {
    server.faults.subscribeAnswer = {
      success: false,
      ret_msg: "error:handler not found",
      conn_id: "c",
      op: "subscribe",
    };
    for (const socket of server.clients()) socket.drop();
    await passPause(bench, client);
    await bench.bell.until(() => bench.count(VENUE, "refused") === 1);
    server.faults.subscribeAnswer = null;
    server.faults.isMute = true;
    await passPause(bench, client);
    await bench.bell.until(() => link.state() === "open");
    bench.time.advance(10_000);
    await bench.bell.until(() => bench.count(VENUE, "refused") === 2);
    assert.equal(client.isServed(), false);
    server.faults.isMute = false;
    await recover(bench, client);
  });

  it("behavior: u = 1 begins the book anew, and the next update follows it", async () => {
    const heard = bench.counters.of(VENUE).frames;
    server.change({ b: [["98.00", "1"]], a: [["102.00", "1"]], u: 1 });
    server.change({ b: [["98.50", "1"]], a: [], u: 2 });
    await bench.bell.until(() => bench.counters.of(VENUE).frames === heard + 2);
    bench.time.advance(11_000);
    const depth = bench.ofKind("book").at(-1);
    assert.deepEqual([depth?.bestBid, depth?.bestAsk], [98.5, 102]);
    assert.deepEqual(bench.counters.of(VENUE).faults, {});
  });

  it("behavior: a ping every twenty seconds; its answer is no fault", async () => {
    await pass(45);
    assert.equal(server.calls().filter((op) => op === "ping").length, 2);
    assert.deepEqual(bench.counters.of(VENUE).faults, {});
  });

  it("behavior: a delta of the ticker keeps what it does not name", async () => {
    const rates = { fundingRate: "0.0003", nextFundingTime: String(Date.UTC(2026, 10, 30, 8)) };
    server.ticker({ markPrice: "100.1", indexPrice: "100.0", openInterest: "5000.5", ...rates }, "snapshot");
    await pass(11);
    server.ticker({ indexPrice: "100.2" });
    await pass(11);
    assert.deepEqual(
      bench
        .ofKind("reference")
        .slice(0, 4)
        .map(({ basis, price }) => [basis, price]),
      [
        ["mark", 100.1],
        ["index", 100],
        ["mark", 100.1],
        ["index", 100],
      ],
    );
    assert.equal(bench.ofKind("reference").at(-1)?.price, 100.2);
    assert.equal(bench.ofKind("open-interest")[0]?.coins, 5_000.5);
    // Four hours to the next settlement: the rate is twice as much per eight.
    server.ticker({ nextFundingTime: String(Date.UTC(2026, 10, 30, 12)) });
    await pass(1);
    assert.equal(bench.ofKind("funding")[0]?.ratePer8h, 0.0006);
  });

  it("default: bars, flow and liquidations; a trade that comes twice counts once", async () => {
    await pass(42);
    server.trade({ p: "101.0", v: "3.000", S: "Sell" });
    server.trade({ p: "99.0", i: "id-1" });
    server.notify(
      BYBIT_TOPICS.liquidations,
      [{ T: bench.time.clock.nowMs(), s: "BTCUSDT", S: "Buy", v: "4", p: "98.0" }],
      { type: "snapshot" },
    );
    await pass(60);
    const [bar] = bench.ofKind("bar");
    assert.deepEqual([bar?.open, bar?.close, bar?.volume], [101, 101, 3]);
    assert.equal(bench.count(VENUE, "duplicate"), 1);
    assert.deepEqual(
      bench.ofKind("liquidation").map(({ side, coins, price }) => [side, coins, price]),
      [["long", 4, 98]],
    );
  });
});
