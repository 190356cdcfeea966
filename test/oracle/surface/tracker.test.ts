/** What becomes of chains in a running node: none, silent, unfit and good ones; and the market maker of the simulator. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AssetMarket, MarketDoubt, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { OptionChain } from "../../../oracle/domain/option-chain.ts";
import { withObservationNoise } from "../../../oracle/ingestion/observation-noise.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { quotedSurface } from "../../../oracle/models/surface/quoted-surface.ts";
import { createSurfaceTracker } from "../../../oracle/models/surface/surface-tracker.ts";
import { quoteOptions } from "../../../oracle/simulation/market/option-maker.ts";
import { sampleMarket } from "../../../scripts/bench/scoring-input.ts";
import { CHAIN_AT_SEC, quotedChain } from "./quoted-chain.ts";

const HOUR = 3_600;
const SILENT: MarketDoubt = { asset: "BTC", reason: "stale-chain", detail: "" };

function chain(atSec: number, quotes = quotedChain({ seed: "tracker" })): OptionChain {
  const provenance = { sourceId: "test", sourceTimeSec: atSec, receivedTimeSec: atSec };
  return { kind: "chain", asset: "BTC", index: 60_000, quotes, ...provenance };
}

/** Without bars: the price of the snapshot is all that an index can be held against. */
const BARS = { ...sampleMarket("BTC").bars, endSec: new Float64Array() };

function snapshot(atSec: number, shown: OptionChain | null, doubts: readonly MarketDoubt[] = []): MarketSnapshot {
  const market: AssetMarket = { ...sampleMarket("BTC"), spot: 60_000, bars: BARS, chain: shown };
  return { atSec, assets: new Map([["BTC", market]]), doubts };
}

describe("createSurfaceTracker", () => {
  const reasonOf = (tracker: ReturnType<typeof createSurfaceTracker>, of: MarketSnapshot): string | number => {
    const reading = tracker.read(of).get("BTC");
    if (reading === undefined) return "none";
    return reading.ok ? reading.value.quotedAtSec : reading.reason;
  };

  it("error: no chain, a silent one, and one that cannot be fitted are told apart", () => {
    const tracker = createSurfaceTracker();
    assert.equal(reasonOf(tracker, snapshot(CHAIN_AT_SEC, null)), "no-chain");
    assert.equal(reasonOf(tracker, snapshot(CHAIN_AT_SEC, null, [SILENT])), "stale-chain");
    const unfit = chain(CHAIN_AT_SEC, quotedChain({ seed: "few" }).slice(0, 3));
    assert.equal(reasonOf(tracker, snapshot(CHAIN_AT_SEC, unfit)), "surface-failed");
  });

  it("behavior: the last good surface stands in for a chain that cannot be fitted, until it is too old", () => {
    const tracker = createSurfaceTracker();
    assert.equal(reasonOf(tracker, snapshot(CHAIN_AT_SEC, chain(CHAIN_AT_SEC))), CHAIN_AT_SEC);
    const later = CHAIN_AT_SEC + 36 * HOUR;
    assert.equal(reasonOf(tracker, snapshot(later, chain(later, []))), CHAIN_AT_SEC);
    assert.equal(reasonOf(tracker, snapshot(later + 1, chain(later + 1, []))), "surface-failed");
    const good = chain(later + 2, quotedChain({ seed: "again" }));
    assert.equal(reasonOf(tracker, snapshot(later + 2, good)), later + 2);
  });

  const standsIn = (tracker: ReturnType<typeof createSurfaceTracker>, of: MarketSnapshot): unknown => {
    const reading = tracker.read(of).get("BTC");
    return reading?.ok === true ? [reading.value.quotedAtSec, reading.value.standsIn] : reading?.reason;
  };

  it("error: the index of a chain far from the price, and forwards far from the index, are no surface", () => {
    const off = { ...chain(CHAIN_AT_SEC), index: 57_000 };
    assert.equal(reasonOf(createSurfaceTracker(), snapshot(CHAIN_AT_SEC, off)), "surface-failed");
    const quotes = quotedChain({ seed: "tracker" }).map((quote) => ({ ...quote, future: 64_000 }));
    assert.equal(quotedSurface(chain(CHAIN_AT_SEC, quotes)), null);
  });

  it("error: a part of a chain does not replace a whole one, which then only raises", () => {
    const tracker = createSurfaceTracker();
    const quotes = quotedChain({ seed: "tracker" });
    assert.deepEqual(standsIn(tracker, snapshot(CHAIN_AT_SEC, chain(CHAIN_AT_SEC, quotes))), [CHAIN_AT_SEC, false]);
    const first = Math.min(...quotes.map(({ expirySec }) => expirySec));
    const part = quotes.filter(({ expirySec }) => expirySec === first);
    const later = CHAIN_AT_SEC + HOUR;
    assert.deepEqual(standsIn(tracker, snapshot(later, chain(later, part))), [CHAIN_AT_SEC, true]);
    const thin = quotes.filter((_, place) => place % 6 < 2);
    assert.deepEqual(standsIn(tracker, snapshot(later + 1, chain(later + 1, thin))), [CHAIN_AT_SEC, true]);
    assert.deepEqual(standsIn(tracker, snapshot(later + 2, chain(later + 2, quotes))), [later + 2, false]);
  });

  it("default: a surface without arbitrage that holds nearly all quotes, the same whatever was fitted before", () => {
    const surface = quotedSurface(chain(CHAIN_AT_SEC));
    assert.ok(surface !== null && surface.slices.length === 5 && surface.arbitragePoints === 0);
    assert.ok(surface.quotesInside > 0.9 * surface.quotes);
    const other = createSurfaceTracker();
    other.read(snapshot(CHAIN_AT_SEC - 60, chain(CHAIN_AT_SEC - 60, quotedChain({ seed: "before" }))));
    assert.deepEqual(other.read(snapshot(CHAIN_AT_SEC, chain(CHAIN_AT_SEC))).get("BTC"), { ok: true, value: surface });
  });

  it("behavior: operators with a noise of their own fit surfaces whose volatilities agree", () => {
    const vols = ["one", "two", "three", "four"].map((seed) => {
      const seen = withObservationNoise(chain(CHAIN_AT_SEC), { rng: createRng(seed), noiseBps: 2, delaySec: 1 });
      assert.ok(seen.kind === "chain");
      return Object.values(quotedSurface(seen)?.factors ?? {});
    });
    const [first = []] = vols;
    assert.equal(first.length, 9);
    for (const other of vols) {
      other.forEach((value, index) => {
        // Levels come first of each three; a risk reversal of a week moves by a few ticks of two options.
        const tolerance = index % 3 === 0 ? 0.002 : 0.015;
        assert.ok(Math.abs(value - (first[index] ?? Number.NaN)) < tolerance, `${index}: ${other} against ${first}`);
      });
    }
  });

  it("error: quotes that no surface holds are no surface", () => {
    const rng = createRng("random");
    const quotes = quotedChain({ seed: "random" }).map((quote) => {
      const bid = 0.2 * rng.uniform();
      return { ...quote, bid, ask: bid + 0.0002 };
    });
    assert.equal(quotedSurface(chain(CHAIN_AT_SEC, quotes)), null);
  });
});

describe("quoteOptions", () => {
  const market = { asset: "BTC", atSec: CHAIN_AT_SEC, spot: 60_000, staleSpot: 58_000, vol: 0.7, usualVol: 0.45 };

  it("default: equal seeds give equal quotes, with holes and a smile that the fit finds", () => {
    const [one, same] = [0, 1].map(() => quoteOptions({ ...market, rng: createRng("maker") }));
    assert.ok(one !== undefined);
    assert.deepEqual(one, same);
    const strikes = new Set(one.quotes.map(({ strike, expirySec }) => `${strike}/${expirySec}`));
    assert.ok(strikes.size < 6 * 15 && strikes.size > 60);
    const surface = quotedSurface(one);
    assert.ok(surface !== null);
    assert.ok(surface.quotesInside < surface.quotes && surface.quotesInside > 0.85 * surface.quotes);
    const { level7 = 0, level90 = 1, riskReversal30 = 1 } = surface.factors;
    assert.ok(level7 > level90 + 0.05 && riskReversal30 < -0.02, JSON.stringify(surface.factors));
  });
});
