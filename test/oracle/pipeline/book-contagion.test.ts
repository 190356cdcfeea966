/** Tests of contagion in a book: doubts in full, shares by hand, and that nothing newer than the snapshot counts. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AssetMarket, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { Position } from "../../../oracle/domain/positions.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { assetExposures, bookContagion } from "../../../oracle/pipeline/operator/book-contagion.ts";
import { samplePosition, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const [FIRST, SECOND] = [
  "0x00000000000000000000000000000000000000aa",
  "0x00000000000000000000000000000000000000bb",
] as const;
const SPAN_SEC = 14_400;
const AT_SEC = 1_700_006_400;
const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "book" });
const [SAMPLE] = [...BASE.snapshot.assets.values()];

/** Bars of one factor with a share of own noise. */
function market(asset: string, noise: number, bars = 200): AssetMarket {
  assert.ok(SAMPLE !== undefined);
  const [common, own] = [createRng("factor"), createRng(asset)];
  let log = Math.log(100);
  const close = Float64Array.from({ length: bars }, () => {
    log += 0.01 * common.normal() + 0.01 * noise * own.normal();
    return Math.exp(log);
  });
  const endSec = Float64Array.from({ length: bars }, (_, bar) => AT_SEC - (bars - 1 - bar) * SPAN_SEC);
  const series = { spanSec: SPAN_SEC, endSec, open: close, high: close, low: close, close, volume: close };
  return { ...SAMPLE, asset, spot: 100, bars: series, provenance: { ...SAMPLE.provenance, sourceTimeSec: AT_SEC } };
}

/** The same market whose newest bars have not come. */
function late(asset: string, spans: number): AssetMarket {
  const whole = market(asset, 0);
  const { endSec, close, ...rest } = whole.bars;
  const cut = (values: Float64Array) => values.subarray(0, values.length - spans);
  return { ...whole, bars: { ...rest, endSec: cut(endSec), close: cut(close) } };
}

function snapshot(...markets: readonly AssetMarket[]): MarketSnapshot {
  return { atSec: AT_SEC, assets: new Map(markets.map((entry) => [entry.asset, entry])), doubts: [] };
}

function put(asset: string, source: Position["source"], collateral: number): Position {
  return samplePosition({ asset, source, kind: "put", size: 1, collateralPerContract: collateral, strike: 90 });
}

const nodeOf = (report: ReturnType<typeof bookContagion>, name: string) => {
  const found = report.nodes.find((node) => node.name === name);
  assert.ok(found !== undefined, name);
  return found;
};

describe("bookContagion", () => {
  it("behavior: an empty book has no nodes", () => {
    assert.deepEqual(bookContagion([], snapshot()).nodes, []);
  });
  it("behavior: an asset that is missing or has too few bars is taken along in full", () => {
    const book = [put("A", FIRST, 10), put("B", FIRST, 30)];
    for (const markets of [[market("A", 0)], [market("A", 0), market("B", 0, 100)]]) {
      const exposures = assetExposures(bookContagion(book, snapshot(...markets)));
      assert.deepEqual([exposures.get("A"), exposures.get("B")], [1, 1]);
    }
  });
  it("behavior: collateral that is no number counts as none, and without any nothing is lost", () => {
    const report = bookContagion([put("A", FIRST, Number.NaN)], snapshot(market("A", 0)));
    assert.deepEqual([nodeOf(report, "A").lossUsd, nodeOf(report, "A").paths], [0, []]);
  });
  it("behavior: exposure does not depend on knowing what is held", () => {
    const book = [put("A", FIRST, Number.NaN), put("B", FIRST, 0)];
    const exposures = assetExposures(bookContagion(book, snapshot(market("A", 0), market("B", 0))));
    for (const asset of ["A", "B"]) assert.ok(Math.abs((exposures.get(asset) ?? 0) - 0.81) < 1e-9);
  });
  it("behavior: a bar that comes late moves no window against another; beyond two, the asset is not known", () => {
    const book = [put("A", FIRST, 10), put("B", FIRST, 30)];
    const exposureAt = (spans: number) =>
      assetExposures(bookContagion(book, snapshot(market("A", 0), late("B", spans)))).get("A") ?? 0;
    for (const spans of [0, 1, 2]) assert.ok(Math.abs(exposureAt(spans) - 0.81) < 1e-9, `${spans}`);
    assert.equal(exposureAt(3), 1);
  });
  it("behavior: neither dust on another asset nor what is expired or empty lowers an exposure", () => {
    const book = [put("A", FIRST, 10), put("B", FIRST, 30)];
    const markets = snapshot(market("A", 0), market("B", 0), market("C", 60));
    const plain = bookContagion(book, markets);
    const over = [
      { ...put("C", FIRST, 1e6), expirySec: AT_SEC },
      { ...put("C", FIRST, 1e6), size: 0 },
    ];
    assert.deepEqual(bookContagion([...book, ...over], markets), plain);
    const dusty = assetExposures(bookContagion([...book, put("C", FIRST, 1e-6)], markets));
    assert.ok((dusty.get("A") ?? 0) > 0.8);
  });
  it("default: shares by hand", () => {
    const report = bookContagion(
      [put("A", FIRST, 30), put("B", FIRST, 10), put("B", SECOND, 60)],
      snapshot(market("A", 0), market("B", 0)),
    );
    // Both follow one factor: correlation 0.9 after shrinking, impact 0.81.
    const [a, b, first] = ["A", "B", FIRST].map((name) => nodeOf(report, name));
    assert.ok(a && b && first);
    assert.ok(Math.abs(a.exposure - 0.81) < 1e-9 && Math.abs(b.exposure - 0.81) < 1e-9);
    assert.deepEqual([a.tiedUsd, b.tiedUsd, first.tiedUsd], [30, 70, 40]);
    // A lost: FIRST loses 30 of 40, then by B 0.81 of a quarter, SECOND 0.81 of all.
    assert.ok(Math.abs(a.lossUsd - (30 + 0.81 * 10 + 0.81 * 60)) < 1e-9);
    assert.ok(Math.abs(a.importance - a.lossUsd / 100) < 1e-12);
    assert.deepEqual(a.paths[0]?.nodes, ["A", "B"]);
    assert.deepEqual(a.paths[1]?.nodes, ["A", "B", SECOND]);
    assert.equal(first.importance, 0);
  });
  it("behavior: assets without a common factor hardly expose each other", () => {
    const book = [put("A", FIRST, 10), put("B", FIRST, 10)];
    const exposures = assetExposures(bookContagion(book, snapshot(market("A", 0), market("B", 60))));
    assert.ok((exposures.get("A") ?? 1) < 0.05);
  });
});
