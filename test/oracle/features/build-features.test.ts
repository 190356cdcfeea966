/** Feature vectors: missing inputs, no look-ahead, physical windows, clipping. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { FeatureVector } from "../../../oracle/domain/features.ts";
import type { BarSeries, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { LONGEST_LOOKBACK_SEC } from "../../../oracle/features/bar-history.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { makeBars, makeBook, makeMarket, makeSnapshot, NOW_SEC, randomBars } from "./snapshot-fixtures.ts";

const HOUR = 3_600;
const DAY = 86_400;

function build(snapshot: MarketSnapshot, asset = "BTC"): FeatureVector {
  const outcome = buildFeatures(snapshot, asset);
  assert.ok(outcome.ok);
  return outcome.value;
}

function value(vector: FeatureVector, name: string): number {
  const index = FEATURE_SCHEMA.definitions.findIndex((definition) => definition.name === name);
  assert.notEqual(index, -1, name);
  return vector.values[index] ?? Number.NaN;
}

function reasonOf(snapshot: MarketSnapshot, asset: string): string {
  const outcome = buildFeatures(snapshot, asset);
  assert.ok(!outcome.ok);
  return outcome.reason;
}

function mapBars(bars: BarSeries, map: (column: Float64Array) => Float64Array): BarSeries {
  const { spanSec, ...columns } = bars;
  return {
    spanSec,
    endSec: map(columns.endSec),
    open: map(columns.open),
    high: map(columns.high),
    low: map(columns.low),
    close: map(columns.close),
    volume: map(columns.volume),
  };
}

describe("buildFeatures", () => {
  it("error: unknown-asset, no-bars, stale-bars", () => {
    const bars = randomBars(1, 800);
    assert.equal(reasonOf(makeSnapshot([makeMarket("BTC", bars)]), "ETH"), "unknown-asset");
    assert.equal(reasonOf(makeSnapshot([makeMarket("BTC", bars)], NOW_SEC - 801 * HOUR), "BTC"), "no-bars");
    assert.equal(reasonOf(makeSnapshot([makeMarket("BTC", bars)], NOW_SEC + 3 * HOUR + 1), "BTC"), "stale-bars");
    assert.ok(buildFeatures(makeSnapshot([makeMarket("BTC", bars)], NOW_SEC + 3 * HOUR), "BTC").ok);
  });

  it("default: one value a definition, NaN exactly where missing, within range", () => {
    const vector = build(makeSnapshot([makeMarket("BTC", randomBars(1, 800)), makeMarket("ETH", randomBars(2, 800))]));
    assert.equal(vector.values.length, FEATURE_SCHEMA.definitions.length);
    assert.equal(vector.schemaHash, FEATURE_SCHEMA.hash);
    vector.values.forEach((entry, index) => {
      assert.equal(Number.isNaN(entry), vector.missing[index] === 1);
      const { min, max } = FEATURE_SCHEMA.definitions[index] ?? { min: Number.NaN, max: Number.NaN };
      assert.ok(Number.isNaN(entry) || (entry >= min && entry <= max));
    });
    // Six book, two funding and two implied features have no input here.
    assert.equal(
      vector.missing.reduce((sum, flag) => sum + flag, 0),
      10,
    );
  });

  it("behavior: the future, as noise or cut off, and the past beyond the longest look-back change nothing", () => {
    const future = 200;
    const atSec = NOW_SEC - future * HOUR;
    const full = [randomBars(1, 1_400), randomBars(2, 1_400)] as const;
    const funding = Array.from({ length: 60 }, (_unused, index) => {
      const timeSec = NOW_SEC - (59 - index) * 8 * HOUR;
      return {
        kind: "funding",
        asset: "BTC",
        sourceId: "t",
        sourceTimeSec: timeSec,
        receivedTimeSec: timeSec,
        ratePer8h: index * 1e-5,
      } as const;
    });
    const snapshotOf = (change: (bars: BarSeries) => BarSeries, rates = funding) =>
      makeSnapshot([makeMarket("BTC", change(full[0]), { funding: rates }), makeMarket("ETH", change(full[1]))], atSec);
    const expected = build(snapshotOf((bars) => bars)).values;
    const noisy = (bars: BarSeries) => ({
      ...mapBars(bars, (column) =>
        column.map((entry, index) => (index >= 1_400 - future ? entry * (2 + Math.sin(index)) : entry)),
      ),
      endSec: bars.endSec,
    });
    const first = 1_400 - future - 1 - LONGEST_LOOKBACK_SEC / HOUR;
    const variants = [
      snapshotOf(
        noisy,
        funding.map((rate) => (rate.sourceTimeSec > atSec ? { ...rate, ratePer8h: 9 } : rate)),
      ),
      snapshotOf((bars) => mapBars(bars, (column) => column.slice(0, 1_400 - future))),
      snapshotOf(
        (bars) => mapBars(bars, (column) => column.slice(first)),
        funding.filter((rate) => rate.sourceTimeSec <= atSec),
      ),
    ];
    for (const variant of variants) {
      build(variant).values.forEach((entry, index) => {
        const wanted = expected[index] ?? Number.NaN;
        assert.ok(
          Object.is(entry, wanted) || Math.abs(entry - wanted) <= 1e-12,
          FEATURE_SCHEMA.definitions[index]?.name,
        );
      });
    }
    assert.ok(!Number.isNaN(value(build(snapshotOf((bars) => bars)), "realised-vol-30d")));
  });

  it("behavior: 5-minute bars give the features of the hours they make", () => {
    const fine = randomBars(3, 800 * 12, 300);
    const at = (column: Float64Array, index: number) => column[index] ?? Number.NaN;
    const coarse = makeBars(800, HOUR, (hour) => {
      const [from, to] = [hour * 12, hour * 12 + 12];
      return {
        open: at(fine.open, from),
        high: Math.max(...fine.high.subarray(from, to)),
        low: Math.min(...fine.low.subarray(from, to)),
        close: at(fine.close, to - 1),
        volume: fine.volume.subarray(from, to).reduce((sum, entry) => sum + entry, 0),
      };
    });
    const left = build(makeSnapshot([makeMarket("BTC", fine)]));
    const right = build(makeSnapshot([makeMarket("BTC", coarse)]));
    left.values.forEach((entry, index) => {
      const wanted = right.values[index] ?? Number.NaN;
      assert.ok(Object.is(entry, wanted) || Math.abs(entry - wanted) < 1e-10, FEATURE_SCHEMA.definitions[index]?.name);
    });
  });

  it("behavior: bars longer than a window leave its features missing", () => {
    const vector = build(makeSnapshot([makeMarket("BTC", randomBars(4, 400, 4 * HOUR))]));
    for (const name of ["return-1h", "realised-vol-1h", "log-volume-ratio-1h-7d", "correlation-ewma-30d"]) {
      assert.ok(Number.isNaN(value(vector, name)), name);
    }
    for (const name of ["return-4h", "realised-vol-24h", "realised-vol-30d"]) {
      assert.ok(Number.isFinite(value(vector, name)), name);
    }
  });

  it("behavior: too many lost bars leave a window missing, one lost bar does not", () => {
    const bars = randomBars(5, 800);
    const without = (lost: readonly number[]) =>
      mapBars(bars, (column) => column.filter((_entry, index) => !lost.includes(800 - index)));
    assert.ok(Number.isFinite(value(build(makeSnapshot([makeMarket("BTC", without([5]))])), "realised-vol-24h")));
    const holes = build(makeSnapshot([makeMarket("BTC", without([3, 5, 7, 9, 11, 13]))]));
    assert.ok(Number.isNaN(value(holes, "realised-vol-24h")));
    assert.ok(Number.isFinite(value(holes, "realised-vol-30d")));
  });

  it("behavior: missing volume is missing, not zero", () => {
    const bars = { ...randomBars(6, 800), volume: new Float64Array(800).fill(Number.NaN) };
    const vector = build(makeSnapshot([makeMarket("BTC", bars)]));
    assert.ok(Number.isNaN(value(vector, "log-volume-ratio-24h-30d")));
  });

  it("behavior: a price that never moves has volatility zero and no shares or ratios", () => {
    const flat = makeBars(800, HOUR, () => ({ open: 5, high: 5, low: 5, close: 5, volume: 1 }));
    const vector = build(makeSnapshot([makeMarket("BTC", flat)]));
    assert.equal(value(vector, "realised-vol-24h"), 0);
    for (const name of ["jump-share-24h", "downside-share-24h", "log-vol-ratio-24h-7d"]) {
      assert.ok(Number.isNaN(value(vector, name)), name);
    }
  });

  it("behavior: implausible values are clipped and named", () => {
    const wild = makeBars(800, HOUR, (index) => {
      const close = index % 2 === 0 ? 1 : 9;
      return { open: close, high: 9, low: 1, close, volume: 1 };
    });
    const vector = build(makeSnapshot([makeMarket("BTC", wild)]));
    assert.equal(value(vector, "realised-vol-24h"), 10);
    assert.ok(vector.clipped.includes("realised-vol-24h"));
    assert.equal(value(vector, "return-1h"), 1);
  });

  it("behavior: book features compare with their own medians and go missing when the book is old", () => {
    const depthReference = { samples: 50, within1PctUsd: 100, within2PctUsd: 200, within5PctUsd: 400 };
    const book = makeBook([30, 60, 120], [10, 40, 80]);
    const market = makeMarket("BTC", randomBars(1, 800), { book, depthReference });
    const vector = build(makeSnapshot([market]));
    assert.equal(value(vector, "book-imbalance-1pct"), 0.5);
    assert.equal(value(vector, "book-imbalance-5pct"), 0.2);
    assert.ok(Math.abs(value(vector, "log-depth-ratio-1pct") - Math.log(0.4)) < 1e-12);
    assert.ok(Math.abs(value(vector, "log-depth-slope-ratio") - Math.log(5 / 4)) < 1e-12);
    const old = { ...market, book: makeBook([30, 60, 120], [10, 40, 80], NOW_SEC - HOUR - 1) };
    assert.ok(Number.isNaN(value(build(makeSnapshot([old])), "book-imbalance-1pct")));
    const later = { ...market, book: makeBook([30, 60, 120], [10, 40, 80], NOW_SEC + 1) };
    assert.ok(Number.isNaN(value(build(makeSnapshot([later])), "book-imbalance-1pct")));
  });

  it("behavior: funding and implied volatility are read by time, with an age limit", () => {
    const rate = (timeSec: number, ratePer8h: number) =>
      ({
        kind: "funding",
        asset: "BTC",
        sourceId: "t",
        sourceTimeSec: timeSec,
        receivedTimeSec: timeSec,
        ratePer8h,
      }) as const;
    const index = (timeSec: number) =>
      ({
        kind: "vol-index",
        asset: "BTC",
        sourceId: "t",
        sourceTimeSec: timeSec,
        receivedTimeSec: timeSec,
        impliedVol: 0.6,
      }) as const;
    const funding = [rate(NOW_SEC - DAY - HOUR, 0.0001), rate(NOW_SEC - HOUR, 0.0004), rate(NOW_SEC + HOUR, 0.01)];
    const market = makeMarket("BTC", randomBars(1, 800), { funding, volIndex: index(NOW_SEC - DAY) });
    const vector = build(makeSnapshot([market]));
    assert.equal(value(vector, "funding-level"), 0.0004);
    assert.ok(Math.abs(value(vector, "funding-change-24h") - 0.0003) < 1e-15);
    assert.equal(value(vector, "implied-vol"), 0.6);
    const stale = { ...market, funding: [rate(NOW_SEC - DAY - 1, 0.0001)], volIndex: index(NOW_SEC - 4 * DAY - 1) };
    for (const name of ["funding-level", "implied-vol"])
      assert.ok(Number.isNaN(value(build(makeSnapshot([stale])), name)));
  });
});
