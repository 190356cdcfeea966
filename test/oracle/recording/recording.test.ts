/** Recordings: what was heard is replayed exactly, a torn tail is cut, damage is named. */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { MarketEvent } from "../../../oracle/domain/market.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import { openRecorder } from "../../../oracle/ingestion/recording/recorder.ts";
import { openRecordingSource } from "../../../oracle/ingestion/recording/recording-source.ts";
import { createSourceSelector } from "../../../oracle/ingestion/recording/select-sources.ts";
import { createMarketSimulator } from "../../../oracle/simulation/market/market-simulator.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";
import {
  makeBar,
  makeBook,
  makeFeedRound,
  makeFlow,
  makeLiquidation,
  makePool,
  makeReference,
  NOW_SEC,
} from "../ingestion/event-fixtures.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const SESSION = { type: "session", startSec: NOW_SEC, assets: ["BTC", "ETH"], barSpanSec: HOUR } as const;
const LIVE_SOURCES = { bar: "binance", book: "deribit", funding: "binance" } as const;

/** As if the event had come from the venue that is preferred for its kind. */
function fromVenue(event: MarketEvent): MarketEvent {
  const sourceId = event.kind in LIVE_SOURCES ? LIVE_SOURCES[event.kind as keyof typeof LIVE_SOURCES] : "deribit";
  return { ...event, sourceId };
}

describe("openRecorder", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  function record(events: readonly MarketEvent[], segmentBytes?: number): void {
    const recorder = openRecorder({ dir: folder.path, ...(segmentBytes === undefined ? {} : { segmentBytes }) });
    recorder.write(SESSION);
    for (const event of events) recorder.write({ type: "live", event });
    recorder.close();
  }

  function replay(): readonly MarketEvent[] {
    return [...openRecordingSource({ dir: folder.path, follow: false }).events(0, Number.MAX_SAFE_INTEGER)];
  }

  const BARS = Array.from({ length: 12 }, (_, index) => makeBar({ sourceId: "binance" }, NOW_SEC + index * HOUR));

  it("error: RECORDING_EMPTY for a folder without a session, and for a session without events", () => {
    assert.throws(
      () => replay(),
      (error) => hasCode(error, "RECORDING_EMPTY"),
    );
    record([]);
    assert.throws(
      () => replay(),
      (error) => hasCode(error, "RECORDING_EMPTY"),
    );
  });

  it("error: RECORDING_DAMAGED for a changed number, a lost line, and a lost segment", () => {
    record(BARS, 900);
    const names = readdirSync(folder.path).sort();
    const [first = "", ...later] = names;
    assert.ok(later.length >= 2 && first.endsWith(".gz"), names.join(" "));
    const lines = gunzipSync(readFileSync(join(folder.path, first)))
      .toString()
      .split("\n");
    for (const text of [
      lines.join("\n").replace('"close":101', '"close":107'),
      lines.toSpliced(2, 1).join("\n"),
      null,
    ]) {
      const copy = temporaryFolder();
      for (const name of later) writeFileSync(join(copy.path, name), readFileSync(join(folder.path, name)));
      if (text !== null) writeFileSync(join(copy.path, first.replace(".gz", "")), text);
      assert.throws(
        () => openRecordingSource({ dir: copy.path, follow: false }),
        (error) => hasCode(error, "RECORDING_DAMAGED"),
      );
      copy.remove();
    }
  });

  it("behavior: a tail torn at any byte is cut and counted, what is before it is kept, and writing goes on", () => {
    record(BARS.slice(0, 3));
    const path = join(folder.path, readdirSync(folder.path)[0] ?? "");
    const whole = readFileSync(path);
    const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (let size = lastLine; size < whole.length; size += 7) {
      writeFileSync(path, whole.subarray(0, size));
      assert.equal(replay().length, 2);
      const recorder = openRecorder({ dir: folder.path });
      assert.equal(recorder.tornBytes, size - lastLine);
      recorder.write({ type: "live", event: makeBar({ sourceId: "binance" }, NOW_SEC + 50 * HOUR) });
      recorder.close();
      assert.deepEqual(
        replay().map(({ sourceTimeSec }) => sourceTimeSec),
        [NOW_SEC, NOW_SEC + HOUR, NOW_SEC + 50 * HOUR],
      );
    }
  });

  it("behavior: zeros behind the last line, as a power cut leaves them, are a torn tail", () => {
    record(BARS.slice(0, 2));
    appendFileSync(join(folder.path, readdirSync(folder.path)[0] ?? ""), Buffer.alloc(100));
    assert.equal(replay().length, 2);
    assert.equal(openRecorder({ dir: folder.path }).tornBytes, 100);
  });

  it("default: pools, rounds of feeds and every odd number of them come back to the last bit", () => {
    const deep = makePool({ sourceId: "pool-a", price: 101.1, twap: 100.7, sellCoins: -0, blockPrices: [] });
    const faulty = makePool({ sourceId: "pool-b", price: Number.NaN, buyCoins: Number.POSITIVE_INFINITY, twap: null });
    const events = [deep, faulty, makeFeedRound({ sourceId: "chainlink-a", phase: 6, round: 2 ** 52 + 1 })];
    record(events);
    assert.deepEqual(replay(), events);
  });

  it("behavior: a follower reads on through the rotation of segments, each event once", () => {
    const recorder = openRecorder({ dir: folder.path, segmentBytes: 1_000 });
    recorder.write(SESSION);
    const follower = openRecordingSource({ dir: folder.path, follow: true });
    const seen: number[] = [];
    for (const [index, event] of BARS.entries()) {
      recorder.write({ type: "live", event });
      const toSec = NOW_SEC + index * HOUR;
      for (const { sourceTimeSec } of follower.events(toSec - HOUR, toSec)) seen.push(sourceTimeSec);
    }
    recorder.close();
    assert.deepEqual(
      seen,
      BARS.map(({ sourceTimeSec }) => sourceTimeSec),
    );
    assert.ok(readdirSync(folder.path).filter((name) => name.endsWith(".gz")).length > 2);
  });

  it("behavior: every kind of event comes back as it was, to the last bit", () => {
    const tiny = 0.1 + 0.2;
    const events = [
      makeBar({ sourceId: "binance", close: 101 + tiny, volume: null }),
      makeBook({ sourceId: "deribit" }),
      makeFlow({ buyCoins: tiny }),
      makeLiquidation(),
      makeReference({ price: Number.MIN_VALUE }),
      makeReference({ price: Number.NaN, basis: "mark" }),
      makeReference({ price: Number.NEGATIVE_INFINITY, basis: "spot" }),
      makeLiquidation({ coins: -0 }),
    ];
    record(events);
    assert.deepEqual(replay(), events);
  });

  it("default: what was recorded replays to byte-identical features", () => {
    const simulator = createMarketSimulator({
      seed: 7,
      assets: ["BTC"],
      fromSec: NOW_SEC,
      scenario: "calm",
      historySec: 35 * DAY,
    });
    const options = { assets: ["BTC"], historySec: 40 * DAY, limits: DEFAULT_GUARD_LIMITS };
    const live = createMarketWindow(options);
    const recorder = openRecorder({ dir: folder.path, segmentBytes: 200_000 });
    recorder.write({ ...SESSION, startSec: NOW_SEC });
    const atSec = NOW_SEC + 6 * HOUR;
    for (const raw of simulator.events(NOW_SEC - 35 * DAY, atSec)) {
      const event = fromVenue(raw);
      live.ingest(event, event.receivedTimeSec);
      recorder.write({ type: event.receivedTimeSec <= NOW_SEC ? "history" : "live", event });
    }
    recorder.close();
    const window = createMarketWindow(options);
    const source = openRecordingSource({ dir: folder.path, follow: false });
    const ingestor = createMarketIngestor({ source, window, historySec: 40 * DAY });
    ingestor.advanceTo(atSec - 3 * HOUR);
    ingestor.advanceTo(atSec);
    const heard = buildFeatures(live.snapshot(atSec), "BTC");
    const replayed = buildFeatures(ingestor.snapshot(), "BTC");
    assert.ok(heard.ok && replayed.ok);
    assert.deepEqual(Buffer.from(replayed.value.values.buffer), Buffer.from(heard.value.values.buffer));
    assert.ok(heard.value.missing.filter((flag) => flag === 1).length < heard.value.missing.length / 2);
    assert.deepEqual(ingestor.counts(), live.counts());
  });
});

describe("createSourceSelector", () => {
  const bar = (sourceId: string, timeSec: number, receivedTimeSec = timeSec + 2) =>
    makeBar({ sourceId, receivedTimeSec }, timeSec);

  it("behavior: the bar of the preferred venue is told at once, the others' not again", () => {
    const selector = createSourceSelector();
    const told = [bar("bybit", NOW_SEC), bar("binance", NOW_SEC), bar("deribit", NOW_SEC)].flatMap(selector.take);
    assert.deepEqual(
      told.map(({ sourceId }) => sourceId),
      ["binance"],
    );
  });

  it("behavior: without it the best other one is told after five seconds, and received then", () => {
    const selector = createSourceSelector();
    const told = [
      bar("deribit", NOW_SEC),
      bar("bybit", NOW_SEC, NOW_SEC + 3),
      makeReference({ receivedTimeSec: NOW_SEC + 7 }),
      makeReference({ receivedTimeSec: NOW_SEC + 8 }, NOW_SEC + 1),
      bar("binance", NOW_SEC, NOW_SEC + 9),
    ].flatMap(selector.take);
    assert.deepEqual(
      told.map(({ kind, sourceId, receivedTimeSec }) => [kind, sourceId, receivedTimeSec - NOW_SEC]),
      [
        ["reference", "test", 7],
        ["bar", "bybit", 8],
        ["reference", "test", 8],
      ],
    );
  });

  it("behavior: books of another venue are told after a minute of silence only, unknown sources never", () => {
    const selector = createSourceSelector();
    const book = (sourceId: string, timeSec: number) => makeBook({ sourceId }, timeSec);
    const told = [
      book("deribit", NOW_SEC),
      book("binance", NOW_SEC + 30),
      book("binance", NOW_SEC + 61),
      book("bybit", NOW_SEC + 62),
      book("stranger", NOW_SEC + 200),
      book("deribit", NOW_SEC + 201),
    ].flatMap(selector.take);
    assert.deepEqual(
      told.map(({ sourceId, sourceTimeSec }) => [sourceId, sourceTimeSec - NOW_SEC]),
      [
        ["deribit", 0],
        ["binance", 61],
        ["deribit", 201],
      ],
    );
  });
});
