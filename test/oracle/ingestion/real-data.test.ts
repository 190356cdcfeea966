/** Ingestion and features on the real market files, where they are present. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { before, describe, it } from "mocha";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";

const DATA = resolve(process.env.PLIMSOLL_DATA ?? "../shared/data");
const DAY = 86_400;
const HISTORY_SEC = 120 * DAY;
/** When bids above asks begin in the depth rows of the crash day, from its README; the guard is not told. */
const FAULT_SEC = Date.UTC(2025, 9, 10, 15, 30) / 1_000;

async function replay(scenario: string) {
  const source = await openFileSource({ paths: [DATA], scenario });
  const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  const ingestor = createMarketIngestor({ source, window });
  ingestor.advanceTo(source.fromSec);
  const atStart = ingestor.snapshot();
  ingestor.advanceTo(source.toSec);
  return { source, atStart, atEnd: ingestor.snapshot(), counts: ingestor.counts() };
}

describe("real market files", () => {
  before(function () {
    if (existsSync(DATA)) return;
    console.warn(`SKIPPED: no market data at ${DATA}; set PLIMSOLL_DATA to run the tests on real files.`);
    this.skip();
  });

  for (const scenario of ["btc-2022-06", "btc-2022-11", "yen-2024-08"]) {
    it(`default: ${scenario} has 60 days of history, full price features and no rejected row`, async () => {
      const { source, atStart, counts } = await replay(scenario);
      assert.deepEqual(counts.rejected, {});
      for (const asset of source.assets) {
        const bars = atStart.assets.get(asset)?.bars;
        assert.ok(source.fromSec - (bars?.endSec[0] ?? source.fromSec) >= 60 * DAY);
        const vector = buildFeatures(atStart, asset);
        assert.ok(vector.ok);
        const index = FEATURE_SCHEMA.definitions.findIndex((definition) => definition.name === "realised-vol-30d");
        assert.equal(vector.value.missing[index], 0);
        assert.deepEqual(vector.value.clipped, []);
      }
    });
  }

  it("behavior: the faulty books of 2025-10-10 are found, none before, none trusted after", async () => {
    const source = await openFileSource({ paths: [DATA], scenario: "crash-2025-10" });
    const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
    const counts = { acceptedBefore: 0, rejectedBefore: 0, acceptedAfter: 0, rejectedAfter: 0 };
    let firstRejectedSec = Number.POSITIVE_INFINITY;
    for (const event of source.events(0, Number.POSITIVE_INFINITY)) {
      const { ok } = window.ingest(event, event.receivedTimeSec);
      if (event.kind !== "book") continue;
      if (!ok) firstRejectedSec = Math.min(firstRejectedSec, event.sourceTimeSec);
      counts[`${ok ? "accepted" : "rejected"}${event.sourceTimeSec < FAULT_SEC ? "Before" : "After"}`] += 1;
    }
    console.log(`      books: ${JSON.stringify(counts)}`);
    assert.equal(counts.rejectedBefore, 0);
    // The row of 15:30:06 is still sound; the first faulty one follows 36 seconds later.
    assert.ok(counts.acceptedAfter <= 1);
    assert.ok(firstRejectedSec - FAULT_SEC < 60);
    const snapshot = window.snapshot(source.toSec);
    assert.equal(snapshot.assets.get("BTC")?.book, null);
    assert.ok(snapshot.doubts.some((doubt) => doubt.reason === "book-faulty"));
  });

  it("behavior: Bitfinex 2017 to 2018 passes, its wild early years do not stop the reader", async () => {
    const paths = [resolve(DATA, "bitfinex-hourly-rv")];
    const source = await openFileSource({
      paths,
      fromSec: Date.UTC(2018, 0, 1) / 1_000,
      toSec: Date.UTC(2018, 0, 3) / 1_000,
    });
    const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
    for (const event of source.events(0, source.toSec)) window.ingest(event, event.receivedTimeSec);
    const outcome = buildFeatures(window.snapshot(source.toSec), "BTC");
    assert.ok(outcome.ok);
    console.log(`      bitfinex: ${JSON.stringify(window.counts())}`);
  });
});
