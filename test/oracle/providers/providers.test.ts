/** Providers of reference prices and signals against answers as their public interfaces give them, and against bad ones. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { MarketEvent } from "../../../oracle/domain/market.ts";
import {
  createCcxtPrices,
  openCcxtExchange,
  type SpotExchange,
} from "../../../oracle/ingestion/providers/ccxt-prices.ts";
import { createCsvSignal } from "../../../oracle/ingestion/providers/csv-signal.ts";
import { createFearAndGreed, createMentions } from "../../../oracle/ingestion/providers/default-providers.ts";
import { pollProviders } from "../../../oracle/ingestion/providers/poll-providers.ts";
import type { Provider } from "../../../oracle/ingestion/providers/provider.ts";
import { readSignalSettings } from "../../../oracle/ingestion/providers/signal-settings.ts";
import { createVenueCounters } from "../../../oracle/ingestion/venues/venue-counters.ts";
import { createVenueRest } from "../../../oracle/ingestion/venues/venue-rest.ts";
import { createManualTime } from "../../helpers/manual-time.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { openVenueServer, type VenueServer } from "../../helpers/venues/venue-server.ts";

const NOW_SEC = 1_764_600_000;
const FEAR_AND_GREED = {
  name: "Fear and Greed Index",
  data: [{ value: "23", value_classification: "Extreme Fear", timestamp: "1764547200", time_until_update: "3600" }],
  metadata: { error: null },
};

describe("providers", () => {
  let server: VenueServer;
  let answer: { readonly status: number; readonly body: unknown };
  const asked: URL[] = [];

  beforeEach(async () => {
    asked.length = 0;
    answer = { status: 200, body: {} };
    server = await openVenueServer({
      received: () => {},
      rest: (url) => {
        asked.push(url);
        return answer;
      },
    });
  });
  afterEach(async () => await server.close());

  function rest() {
    return createVenueRest({ baseUrl: server.httpUrl, timers: createManualTime(0).timers });
  }

  async function reasonOf(provider: Provider): Promise<string> {
    const said = await provider.ask(NOW_SEC);
    return said.ok ? "ok" : said.reason;
  }

  it("error: rate-limited, server-error, malformed and unreachable are values", async () => {
    const provider = createFearAndGreed(["BTC"], rest());
    for (const [status, body, reason] of [
      [429, {}, "rate-limited"],
      [503, {}, "server-error"],
      [200, "<html>", "malformed"],
      [200, { data: [] }, "malformed"],
      [200, { data: [{ value: "much", timestamp: "1764547200" }] }, "malformed"],
      [200, { data: [{ value: "23" }] }, "malformed"],
    ] as const) {
      answer = { status, body };
      assert.equal(await reasonOf(provider), reason);
    }
    await server.close();
    assert.equal(await reasonOf(provider), "unreachable");
  });

  it("default: fear-and-greed is told of every asset, with the index's own time", async () => {
    answer = { status: 200, body: FEAR_AND_GREED };
    const said = await createFearAndGreed(["BTC", "ETH"], rest()).ask(NOW_SEC);
    assert.ok(said.ok);
    assert.deepEqual(
      said.value.map(({ asset, kind, sourceTimeSec }) => [asset, kind, sourceTimeSec]),
      [
        ["BTC", "signal", 1_764_547_200],
        ["ETH", "signal", 1_764_547_200],
      ],
    );
    assert.ok(said.value.every((event) => event.kind === "signal" && event.value === 23));
  });

  it("default: mentions of the last day are counted by the public search", async () => {
    answer = { status: 200, body: { hits: [], nbHits: 412, page: 0, hitsPerPage: 0 } };
    const said = await createMentions("ETH", rest()).ask(NOW_SEC);
    assert.ok(said.ok && said.value[0]?.kind === "signal" && said.value[0].value === 412);
    assert.equal(asked[0]?.searchParams.get("query"), "ethereum");
    assert.equal(asked[0]?.searchParams.get("numericFilters"), `created_at_i>${NOW_SEC - 86_400}`);
  });

  it("error: ccxt's failures are told apart, and a ticker without a price is malformed", async () => {
    class RateLimitExceeded extends Error {}
    class RequestTimeout extends Error {}
    class ExchangeError extends Error {}
    const failing = (error: Error): SpotExchange => ({ fetchTicker: async () => await Promise.reject(error) });
    for (const [exchange, reason] of [
      [failing(new RateLimitExceeded("429")), "rate-limited"],
      [failing(new RequestTimeout("10000 ms")), "unreachable"],
      [failing(new ExchangeError("maintenance")), "server-error"],
      [{ fetchTicker: async () => ({ last: undefined }) }, "malformed"],
      [{ fetchTicker: async () => ({ last: 0 }) }, "malformed"],
    ] as const) {
      const provider = createCcxtPrices({ venue: "kraken", assets: ["BTC"], open: async () => exchange });
      assert.equal(await reasonOf(provider), reason);
    }
  });

  it("default: spot prices by ccxt, a venue opened once, times never after the answer", async () => {
    const symbols: string[] = [];
    let opened = 0;
    const provider = createCcxtPrices({
      venue: "coinbase",
      assets: ["BTC", "ETH"],
      open: async () => {
        opened += 1;
        return {
          fetchTicker: async (symbol) => {
            symbols.push(symbol);
            return { last: 100, timestamp: symbol.startsWith("BTC") ? (NOW_SEC - 2) * 1_000 : (NOW_SEC + 9) * 1_000 };
          },
        };
      },
    });
    await provider.ask(NOW_SEC);
    const said = await provider.ask(NOW_SEC);
    assert.ok(said.ok);
    assert.deepEqual(
      said.value.map(({ sourceTimeSec }) => sourceTimeSec - NOW_SEC),
      [-2, 0],
    );
    assert.equal(opened, 1);
    assert.deepEqual(symbols.slice(0, 2), ["BTC/USD", "ETH/USD"]);
  });

  it("default: ccxt has the venues that are asked", async () => {
    for (const venue of ["coinbase", "kraken", "okx"] as const) {
      assert.equal(typeof (await openCcxtExchange(venue)).fetchTicker, "function");
    }
  });

  it("default: the last row of a CSV file; missing and half-written files are values", async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, "signal.csv");
    const provider = createCsvSignal({ id: "csv-x", name: "x", assets: ["BTC"], path, everySec: 60 });
    assert.equal(await reasonOf(provider), "unreachable");
    for (const text of ["", "time,value\n", "time,value\n1,2\n3", "time,value\n1,x\n", "when,value\n1,2\n"]) {
      writeFileSync(path, text);
      assert.equal(await reasonOf(provider), "malformed", JSON.stringify(text));
    }
    writeFileSync(path, "time,value\n1764590000,0.5\n1764593600,-0.25\n");
    const said = await provider.ask(NOW_SEC);
    folder.remove();
    assert.ok(said.ok && said.value[0]?.kind === "signal");
    assert.deepEqual([said.value[0].value, said.value[0].sourceTimeSec], [-0.25, 1_764_593_600]);
  });

  it("error: SIGNALS_FILE_INVALID names entry and field; a sound file becomes providers", async () => {
    const { timers } = createManualTime(0);
    for (const text of [
      "{",
      "{}",
      '[{"kind":"csv"}]',
      '[{"kind":"json","name":"A B","assets":["BTC"],"everySec":60}]',
    ]) {
      assert.throws(
        () => readSignalSettings(text, timers),
        (error) => hasCode(error, "SIGNALS_FILE_INVALID"),
      );
    }
    answer = { status: 200, body: { result: { score: 7 } } };
    const entry = { kind: "json", name: "score", assets: ["BTC"], everySec: 60, value: ["result", "score"] };
    const [provider] = readSignalSettings(JSON.stringify([{ ...entry, url: `${server.httpUrl}/v1?a=1` }]), timers);
    const said = await provider?.ask(NOW_SEC);
    assert.ok(said?.ok && said.value[0]?.kind === "signal" && said.value[0].value === 7);
    assert.equal(asked[0]?.search, "?a=1");
  });

  it("default: the file that docs/live-data.md shows is read, an entry of a chain with a wrong field is not", () => {
    const { timers } = createManualTime(0);
    const page = readFileSync(new URL("../../../docs/live-data.md", import.meta.url), "utf8");
    const text = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    const ids = [
      "json-dominance",
      "csv-desk-view",
      "stablecoins-ethereum",
      "pool-weth-usdc-5bp",
      "chainlink-eth-usd",
      "proposals-aave-v3",
    ];
    assert.deepEqual(
      readSignalSettings(text, timers).map(({ id }) => id),
      ids,
    );
    for (const [right, wrong] of [
      ["0x88e6A0c2", "0x88e6a0c2"],
      ["uniswap-v3", "uniswap-v4"],
      ['"quoteDecimals": 6', '"quoteDecimals": -6'],
      ['"heartbeatSec": 3600', '"heartbeatSec": 0'],
      ['"windowBlocks": 300', '"windowBlocks": 1000000'],
    ] as const)
      assert.throws(
        () => readSignalSettings(text.replace(right, wrong), timers),
        (error) => hasCode(error, "SIGNALS_FILE_INVALID"),
      );
  });

  it("behavior: polling tells what is new, counts failures and goes on, and ends", async () => {
    const time = createManualTime(NOW_SEC * 1_000);
    const counters = createVenueCounters();
    const events: MarketEvent[] = [];
    answer = { status: 200, body: FEAR_AND_GREED };
    const provider = createFearAndGreed(["BTC"], rest());
    const emit = (event: MarketEvent): void => void events.push(event);
    const heard = async (count: number): Promise<void> => {
      const all = () => counters.of(provider.id).frames + (counters.of(provider.id).faults["server-error"] ?? 0);
      while (all() < count) await new Promise((resolve) => setImmediate(resolve));
    };
    const end = pollProviders({ providers: [provider], clock: time.clock, timers: time.timers, counters, emit });
    await heard(1);
    time.advance(3_600_000);
    await heard(2);
    assert.equal(events.length, 1);
    answer = { status: 500, body: {} };
    time.advance(3_600_000);
    await heard(3);
    const [day] = FEAR_AND_GREED.data;
    answer = { status: 200, body: { data: [{ ...day, value: "30", timestamp: "1764633600" }] } };
    time.advance(3_600_000);
    await heard(4);
    assert.deepEqual(
      events.map((event) => event.kind === "signal" && event.value),
      [23, 30],
    );
    end();
    assert.equal(time.pending(), 0);
  });
});
