/** File readers on small files of each format, with invented numbers. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, it } from "mocha";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { MarketEvent } from "../../../oracle/domain/market.ts";
import { findScenario, SCENARIOS } from "../../../oracle/ingestion/scenarios.ts";
import { type FileSourceOptions, openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { eventKey } from "./event-fixtures.ts";

const START = Date.UTC(2023, 0, 2) / 1_000;
const HOUR = 3_600;
const SPOT_HEADER = "ts,open,high,low,close,volume";
const PERP_HEADER = "ts,sym,open,high,low,close,quote_volume,trades";
const PERCENTS = [1, 2, 3, 4, 5];
const BOOK_HEADER = [
  "ts",
  ...["usd", "wavg_px"].flatMap((what) => [
    ...PERCENTS.toReversed().map((percent) => `bid${percent}pct_${what}`),
    ...PERCENTS.map((percent) => `ask${percent}pct_${what}`),
  ]),
].join(",");

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plimsoll-files-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, content: string | Buffer): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function spotRows(from: number, count: number, close = 20): string {
  const rows = Array.from(
    { length: count },
    (_unused, index) => `${START + (from + index) * HOUR},19,22,18,${close},7.5`,
  );
  return `${[SPOT_HEADER, ...rows].join("\n")}\n`;
}

async function read(options: Partial<FileSourceOptions> = {}): Promise<readonly MarketEvent[]> {
  const source = await openFileSource({ paths: [root], ...options });
  return [...source.events(0, Number.POSITIVE_INFINITY)];
}

async function errorOf(options: Partial<FileSourceOptions> = {}): Promise<PlimsollError> {
  const outcome = await openFileSource({ paths: [root], ...options }).then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof PlimsollError);
  return outcome;
}

describe("openFileSource", () => {
  it("error: SCENARIO_UNKNOWN, DATA_UNREADABLE, DATA_NOT_FOUND, DATA_SPAN_EMPTY", async () => {
    assert.equal((await errorOf({ scenario: "doom" })).code, "SCENARIO_UNKNOWN");
    assert.equal((await errorOf({ paths: [join(root, "absent")] })).code, "DATA_UNREADABLE");
    assert.equal((await errorOf()).code, "DATA_NOT_FOUND");
    put("BTCUSDT_1h_2023.csv", spotRows(0, 3));
    assert.equal((await errorOf({ scenario: "yen-2024-08" })).code, "DATA_NOT_FOUND");
    assert.equal((await errorOf({ scenario: "btc-2022-06" })).code, "DATA_SPAN_EMPTY");
    assert.equal((await errorOf({ fromSec: START + 4 * HOUR })).code, "DATA_SPAN_EMPTY");
  });

  it("error: DATA_UNREADABLE for a broken gzip file", async () => {
    put("BTCUSDT_1h_2023.csv.gz", gzipSync(spotRows(0, 50)).subarray(0, 40));
    assert.equal((await errorOf()).code, "DATA_UNREADABLE");
  });

  it("error: DATA_MALFORMED names line, column and value", async () => {
    const cases: readonly (readonly [string, string, unknown, unknown, string])[] = [
      ["", "empty file", 1, "header", ""],
      ["ts,open,high,low,last,volume\n", "wrong column name", 1, 5, "last"],
      [`${SPOT_HEADER},extra\n`, "extra column", 1, 7, "extra"],
      [`${SPOT_HEADER}\n${START},1,1,1,1,1\n${START + HOUR},1,1,x1,1,1\n`, "text", 3, "low", "x1"],
      [`${SPOT_HEADER}\nsoon,1,1,1,1,1\n`, "no time", 2, "ts", "soon"],
      [`${SPOT_HEADER}\n${START},1,1,1,1,1\n${START},1,1\n`, "short line", 3, "all", ""],
    ];
    for (const [content, what, line, column, value] of cases) {
      const path = put("BTCUSDT_1h_2023.csv", content);
      const error = await errorOf();
      assert.equal(error.code, "DATA_MALFORMED", what);
      assert.deepEqual([error.context.path, error.context.line, error.context.column], [path, line, column], what);
      if (column !== "all") assert.equal(error.context.value, value, what);
    }
  });

  it("error: DATA_CONFLICT when two files disagree about one time", async () => {
    put("a/BTCUSDT_1h_2023.csv", spotRows(0, 5));
    put("b/BTCUSDT_1h_2023.csv", spotRows(4, 5, 21));
    assert.equal((await errorOf({ paths: [join(root, "a"), join(root, "b")] })).code, "DATA_CONFLICT");
  });

  it("error: DATA_MIXED_INTERVALS for kline files of two lengths", async () => {
    const row = (ms: number) => `${ms},1,2,1,2,3,${ms + 1},4,5,6,7,0\n`;
    put("BTCUSDT-1h-2023-01.csv", row(START * 1_000));
    put("BTCUSDT-4h-2023-01.csv", row(START * 1_000));
    assert.equal((await errorOf()).code, "DATA_MIXED_INTERVALS");
  });

  it("default: hourly spot files, plain and gzip, of several roots join in time order, overlaps count once", async () => {
    put("a/spot-hourly/BTCUSDT_1h_2023.csv", spotRows(3, 4));
    put("b/BTCUSDT_1h_2023.csv", spotRows(5, 4));
    put("a/spot-hourly/BTCUSDT_1h_2022_2023.csv.gz", gzipSync(spotRows(0, 3)));
    put("a/spot-hourly/BNBUSDT_1h_2023.csv", spotRows(0, 3));
    put("a/spot-hourly/README.md", "not data");
    const events = await read({ paths: [join(root, "b"), join(root, "a")] });
    assert.deepEqual(
      events.map(eventKey),
      Array.from({ length: 9 }, (_unused, index) => `bar:BTC:${START + (index + 1) * HOUR}`),
    );
    const { spanSec, open, high, low, close, volume } = events[0]?.kind === "bar" ? events[0] : assert.fail();
    assert.deepEqual([spanSec, open, high, low, close, volume], [HOUR, 19, 22, 18, 20, 7.5]);
  });

  it("behavior: faults inside a file are delivered, not repaired", async () => {
    const rows = [`${START},1,1,1,NaN,1`, `${START},1,1,1,1,`, `${START + HOUR},1,-1,1,1,1`];
    put("BTCUSDT_1h_2023.csv", `${[SPOT_HEADER, ...rows].join("\n")}\n`);
    const events = await read();
    assert.deepEqual(
      events.map((event) => (event.kind === "bar" ? [event.close, event.high, event.volume] : [])),
      [
        [Number.NaN, 1, 1],
        [1, 1, Number.NaN],
        [1, -1, 1],
      ],
    );
  });

  it("behavior: 4-hour panel: bar start, chosen symbols, quote volume to coins, pace of 4 hours", async () => {
    const line = (sym: string, volume: number) => `${START},${sym},9,11,8,10,${volume},12`;
    put(
      "perp_4h.csv.gz",
      gzipSync(`${[PERP_HEADER, line("BTC", 500), line("DOGE", 1), line("ETH", 50)].join("\n")}\n`),
    );
    const source = await openFileSource({ paths: [root] });
    assert.deepEqual([source.id, source.assets, source.stepSec], ["perp-panel-4h", ["BTC", "ETH"], 4 * HOUR]);
    const events = [...source.events(0, Number.POSITIVE_INFINITY)];
    assert.deepEqual(events.map(eventKey), [`bar:BTC:${START + 4 * HOUR}`, `bar:ETH:${START + 4 * HOUR}`]);
    assert.equal(events[0]?.kind === "bar" && events[0].volume, 50);
  });

  it("behavior: kline archive in ms and µs, with and without header, is one series", async () => {
    const row = (time: number) => `${time},1,3,1,2,9,${time + 1},4,5,6,7,0\n`;
    const header =
      "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";
    put("BTCUSDT-1h-2023-01.csv", row(START * 1e3));
    put("BTCUSDT-1h-2023-02.csv", header + row((START + HOUR) * 1e3));
    put("BTCUSDT-1h-2025-01-02.csv.gz", gzipSync(row((START + 2 * HOUR) * 1e6)));
    const events = await read();
    assert.deepEqual(
      events.map(eventKey),
      [1, 2, 3].map((hours) => `bar:BTC:${START + hours * HOUR}`),
    );
  });

  it("behavior: Bitfinex bars, with funding and volatility index of BTC beside them", async () => {
    put(
      "BTCUSD_1h_rv.csv",
      `ts,open,high,low,close,volume,n_min,rv5,bpv5,rsv_neg5,rq5\n${START},1,3,1,2,9,60,0,0,0,0\n`,
    );
    put("btc_funding_8h.csv", `ts,funding_pct_8h\n${START},0.01\n`);
    put("daily.csv", "date,dvol,other\n2023-01-01,60,1\n2023-01-02,,2\n");
    const events = await read();
    assert.deepEqual(events.map(eventKey), [
      `funding:BTC:${START}`,
      `vol-index:BTC:${START}`,
      `bar:BTC:${START + HOUR}`,
    ]);
    const [funding, index] = events;
    assert.ok(funding?.kind === "funding" && Math.abs(funding.ratePer8h - 0.0001) < 1e-18);
    assert.ok(index?.kind === "vol-index" && index.impliedVol === 0.6);
    put("daily.csv", "date,dvol\n02.01.2023,60\n");
    assert.deepEqual((await errorOf()).context.column, "date");
  });

  it("behavior: crash day: 5-minute index without volume and depth rows of both sides", async () => {
    put("btc_index_5m_2025q4.csv", `ts,open,high,low,close\n${START},100,101,99,100\n`);
    const notional = [5, 4, 3, 2, 1, 1, 2, 3, 4, 6];
    const prices = [97, 97.5, 98, 98.5, 99, 101, 101.5, 102, 102.5, 103];
    put("btcusdt_book_depth.csv", `${BOOK_HEADER}\n${[START + 30, ...notional, ...prices].join(",")}\n`);
    const [book, bar] = await read();
    assert.ok(bar?.kind === "bar" && bar.volume === null && bar.spanSec === 300);
    assert.ok(book?.kind === "book");
    assert.deepEqual(book.bids[0], { distance: 0.01, notionalUsd: 1, averagePrice: 99 });
    assert.deepEqual(book.bids[4], { distance: 0.05, notionalUsd: 5, averagePrice: 97 });
    assert.deepEqual(book.asks[4], { distance: 0.05, notionalUsd: 6, averagePrice: 103 });
  });

  it("behavior: a span cuts the replay but not the history", async () => {
    put("BTCUSDT_1h_2023.csv", spotRows(0, 10));
    const source = await openFileSource({ paths: [root], fromSec: START + 4 * HOUR, toSec: START + 6 * HOUR });
    assert.deepEqual([source.fromSec, source.toSec], [START + 4 * HOUR, START + 6 * HOUR]);
    assert.equal([...source.events(source.fromSec, source.toSec)].length, 2);
    assert.equal([...source.events(0, source.fromSec)].length, 4);
  });
});

describe("findScenario", () => {
  it("default: every scenario has a span, a pace and assets", () => {
    assert.deepEqual(
      SCENARIOS.map((entry) => entry.name),
      ["btc-2022-06", "btc-2022-11", "yen-2024-08", "crash-2025-10"],
    );
    for (const { name, fromSec, toSec, stepSec } of SCENARIOS) {
      assert.ok(toSec > fromSec && (toSec - fromSec) / stepSec >= 40, name);
      assert.equal(findScenario(name).fromSec, fromSec);
    }
  });
});
