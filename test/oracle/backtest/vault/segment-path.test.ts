/** What is known at an hour's start does not change when the future does. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../../oracle/domain/errors.ts";
import type { MarketEvent } from "../../../../oracle/domain/market.ts";
import { createRng } from "../../../../oracle/math/rng.ts";
import { walkSegment } from "../../../../oracle/pipeline/scenario/segment-path.ts";

const HOUR = 3_600;
const START_SEC = Date.UTC(2024, 0, 1) / 1_000;
const HISTORY = 24 * 40;
const WALKED = 12;
const CUT = 6;

const CHAIN_SEC = START_SEC - 40 * HOUR;
/** Older than the node shows: a walk that took it in would doubt its silence. */
const CHAIN: MarketEvent = {
  ...{ kind: "chain", asset: "BTC", index: 40_000, sourceId: "test" },
  ...{ sourceTimeSec: CHAIN_SEC, receivedTimeSec: CHAIN_SEC },
  quotes: [
    { kind: "put", strike: 40_000, expirySec: START_SEC + 30 * 24 * HOUR, bid: 0.05, ask: 0.06, future: 40_100 },
  ],
};

/** Hourly bars of two assets, and a chain of one; from the cut on they follow another seed. */
function source(seedAfterCut: string, spanSec = HOUR) {
  const events = ["BTC", "ETH"].flatMap((asset) => {
    const [past, future] = [createRng(`past-${asset}`), createRng(`${seedAfterCut}-${asset}`)];
    let open = asset === "BTC" ? 40_000 : 2_000;
    return Array.from({ length: HISTORY + WALKED }, (_, place): MarketEvent => {
      const rng = place < HISTORY + CUT ? past : future;
      const close = open * Math.exp(0.006 * rng.normal());
      const endSec = START_SEC + (place - HISTORY) * spanSec + spanSec;
      const prices = { open, close, high: Math.max(open, close) * 1.001, low: Math.min(open, close) / 1.001 };
      open = close;
      const times = { sourceTimeSec: endSec, receivedTimeSec: endSec, sourceId: "test" };
      return { kind: "bar", asset, spanSec, volume: 1_000 + rng.uniform(), ...prices, ...times };
    });
  });
  const ordered = [...events, CHAIN].toSorted((a, b) => a.receivedTimeSec - b.receivedTimeSec);
  return {
    id: "test",
    assets: ["BTC", "ETH"],
    fromSec: START_SEC - HISTORY * spanSec,
    toSec: START_SEC + WALKED * spanSec,
    events: (fromSec: number, toSec: number) =>
      ordered.filter(({ receivedTimeSec }) => receivedTimeSec > fromSec && receivedTimeSec <= toSec),
  };
}

async function walk(seedAfterCut: string) {
  const request = { source: source(seedAfterCut), fromSec: START_SEC, toSec: START_SEC + WALKED * HOUR };
  return await walkSegment(request);
}

describe("walkSegment", () => {
  it("error: VAULT_BARS_NOT_HOURLY", async () => {
    const request = { source: source("future", 4 * HOUR), fromSec: START_SEC, toSec: START_SEC + 8 * HOUR };
    await assert.rejects(walkSegment(request), (error: unknown) => hasCode(error, "VAULT_BARS_NOT_HOURLY"));
  });

  it("default: every hour has its own bar, and a level of volatility and a book from before it", async () => {
    const { hours, known } = await walk("future");
    assert.deepEqual(known.get(START_SEC)?.snapshot.doubts, []);
    const path = hours.get("BTC") ?? [];
    assert.equal(path.length, WALKED);
    path.forEach((hour, place) => {
      assert.equal(hour.startSec, START_SEC + place * HOUR);
      if (place > 0) assert.equal(hour.open, path[place - 1]?.close);
      assert.ok(hour.impliedVol > 0.05 && hour.impliedVol < 3);
    });
  });

  it("behavior: nothing known at or before a time depends on bars after it", async () => {
    const [one, other] = [await walk("future"), await walk("noise")];
    for (let place = 0; place < WALKED; place += 1) {
      const timeSec = START_SEC + place * HOUR;
      const [before, after] = [one.known.get(timeSec), other.known.get(timeSec)];
      if (place <= CUT) assert.deepEqual(before?.predictions, after?.predictions);
      else assert.notDeepEqual(before?.predictions, after?.predictions);
      const [hour, changed] = [one.hours.get("ETH")?.[place], other.hours.get("ETH")?.[place]];
      if (place < CUT) assert.deepEqual(hour, changed);
      else assert.notDeepEqual(hour, changed);
    }
  });
});
