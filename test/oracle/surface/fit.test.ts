/** Tests of the surface's fit: bad quotes, densities and fits against mpmath and SciPy, no arbitrage whatever the chain. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import type { ChainQuote } from "../../../oracle/domain/option-chain.ts";
import { levenbergMarquardt } from "../../../oracle/math/levenberg-marquardt.ts";
import { sviDensitySign, sviVariance, sviWingSlope } from "../../../oracle/math/svi.ts";
import { surfaceVariance } from "../../../oracle/math/svi-surface.ts";
import { cleanChain } from "../../../oracle/models/surface/clean-chain.ts";
import { findArbitrage } from "../../../oracle/models/surface/find-arbitrage.ts";
import { fitSlice, outOfTheMoneyPrice } from "../../../oracle/models/surface/fit-slice.ts";
import { fitRawSlices, fitSurface } from "../../../oracle/models/surface/fit-surface.ts";
import { forwardByParity } from "../../../oracle/models/surface/forward-by-parity.ts";
import { projectSsvi } from "../../../oracle/models/surface/project-ssvi.ts";
import { sliceOf, USUAL_SMILE } from "../../../oracle/models/surface/svi-point.ts";
import { CHAIN_AT_SEC, quotedChain } from "./quoted-chain.ts";

const slice = z.object({ a: z.number(), b: z.number(), rho: z.number(), m: z.number(), sigma: z.number() });
const point = z.object({ logMoneyness: z.number(), price: z.number(), halfSpread: z.number(), isCall: z.boolean() });
const vectors = z
  .object({
    start: z.array(z.number()),
    strength: z.number(),
    densities: z.array(z.object({ name: z.string(), slice, logMoneyness: z.number(), sign: z.number() })),
    fits: z.array(z.object({ scale: z.number(), points: z.array(point), point: z.array(z.number()) })),
  })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/surface.json", import.meta.url), "utf8")));

const NO_LIMITS = { below: null, above: null, penalty: 0 };
const one = (quote: Partial<ChainQuote>): readonly ChainQuote[] => [
  { kind: "call", strike: 60_000, expirySec: CHAIN_AT_SEC + 864_000, bid: 0.02, ask: 0.021, future: 60_000, ...quote },
];

describe("cleaning of a chain", () => {
  it("behavior: quotes that say nothing are left out", () => {
    const useless: readonly Partial<ChainQuote>[] = [
      { ask: null },
      { bid: 0.03 },
      { bid: 0.021 },
      { ask: 0.2 },
      { bid: null, ask: 0.01 },
      { strike: 1e6 },
      { future: Number.NaN },
      { ask: Number.NaN },
      { expirySec: CHAIN_AT_SEC + 3_600 },
      { expirySec: CHAIN_AT_SEC - 3_600 },
      { kind: "put", strike: 90_000, bid: 0.45, ask: 0.46 },
    ];
    for (const quote of useless) assert.deepEqual(cleanChain(one(quote), CHAIN_AT_SEC), [], JSON.stringify(quote));
    assert.equal(cleanChain(one({}), CHAIN_AT_SEC).length, 1);
    assert.deepEqual(cleanChain([], CHAIN_AT_SEC), []);
  });

  it("behavior: an option in the money becomes its partner out of the money", () => {
    const [expiry] = cleanChain(one({ kind: "call", strike: 54_000, bid: 0.11, ask: 0.114 }), CHAIN_AT_SEC);
    assert.deepEqual(expiry?.points[0]?.isCall, false);
    assert.ok(Math.abs((expiry?.points[0]?.price ?? 0) - (0.112 - 0.1)) < 1e-12);
  });

  it("behavior: a low ask without a bid counts, as a price between zero and itself", () => {
    const [expiry] = cleanChain(one({ bid: null, ask: 0.0002 }), CHAIN_AT_SEC);
    assert.deepEqual([expiry?.points[0]?.price, expiry?.points[0]?.halfSpread], [0.0001, 0.0001]);
  });

  it("behavior: the quoted future stands inside the bounds of parity, and gives way where the chain trades against it", () => {
    const first = (quotes: readonly ChainQuote[]) =>
      quotes.filter(({ expirySec }) => expirySec === quotes[0]?.expirySec);
    assert.equal(forwardByParity(first(quotedChain({ seed: "true" }))), 1);
    const moved = forwardByParity(first(quotedChain({ seed: "moved", forwardRatio: 1.006, halfTicks: 1 })));
    assert.ok(moved > 1.005 && moved < 1.0061, String(moved));
    assert.equal(forwardByParity(first(quotedChain({ seed: "broken", forwardRatio: 1.1 }))), 1);
    assert.equal(forwardByParity([]), 1);
  });
});

describe("SVI slices", () => {
  it("default: the sign of the density is that of 60-digit second differences; Vogt's slice is refused", () => {
    for (const { slice: raw, logMoneyness, sign } of vectors.densities) {
      assert.ok(Math.abs(sviDensitySign(raw, logMoneyness) - sign) < 1e-9 * Math.max(1, Math.abs(sign)));
    }
    for (const { name, slice: raw } of vectors.densities) {
      const { butterfly } = findArbitrage([{ tenorYears: 1, slice: raw }]);
      assert.equal(butterfly > 0, name === "vogt", name);
    }
  });

  it("default: the fit has SciPy's loss and curve", () => {
    const prior = Float64Array.from(vectors.start);
    for (const { scale, points, point: peer } of vectors.fits) {
      const quotes = { expirySec: 0, tenorYears: 1, forwardRatio: 1, forward: 1, points };
      const found = fitSlice({ quotes, scale, prior, strength: vectors.strength, ...NO_LIMITS }, prior);
      const theirs = Float64Array.from(peer);
      for (const { logMoneyness } of points) {
        const [mine, their] = [found, theirs].map((at) => Math.sqrt(sviVariance(sliceOf(at, scale), logMoneyness)));
        assert.ok(Math.abs((mine ?? 0) / (their ?? 1) - 1) < 2e-3, `${logMoneyness}: ${mine} ${their}`);
      }
    }
  });

  it("behavior: a start without finite cost comes back, residuals that never change end the search", () => {
    const start = Float64Array.of(1, 2);
    const limits = { maxIterations: 50, tolerance: 1e-9 };
    const broken = levenbergMarquardt((_, sink) => sink(Number.NaN, Float64Array.of(1, 1), 1), start, limits);
    assert.deepEqual([[...broken.point], broken.converged], [[1, 2], false]);
    const flat = levenbergMarquardt((_, sink) => sink(3, Float64Array.of(0, 0), 1), start, limits);
    assert.deepEqual([...flat.point], [1, 2]);
  });
});

describe("the surface", () => {
  it("behavior: a chain that is too thin has none", () => {
    assert.equal(fitSurface([]), null);
    assert.equal(fitSurface(cleanChain(one({}), CHAIN_AT_SEC)), null);
    assert.ok(Number.isNaN(surfaceVariance([], { tenorYears: 1, logMoneyness: 0 })));
  });

  it("default: it goes through the quotes of a known smile", () => {
    const quotes = quotedChain({ seed: "known" });
    const surface = fitSurface(cleanChain(quotes, CHAIN_AT_SEC));
    assert.ok(surface !== null && surface.slices.length === 5);
    for (const { tenorYears, slice: found } of surface.slices) {
      const truth = sliceOf(USUAL_SMILE, 0.5 * Math.sqrt(tenorYears));
      for (const deviations of [-1.5, 0, 1.5]) {
        const at = deviations * 0.5 * Math.sqrt(tenorYears);
        const [mine, true_] = [found, truth].map((one_) => Math.sqrt(sviVariance(one_, at) / tenorYears));
        assert.ok(Math.abs((mine ?? 0) - (true_ ?? 1)) < 0.01, `${tenorYears} ${deviations}: ${mine} ${true_}`);
      }
    }
  });

  it("behavior: no surface can be arbitraged, however wild the chain", () => {
    const repairs = new Set<string>();
    for (let seed = 0; seed < 12; seed += 1) {
      const vols = Array.from({ length: 5 }, (_, place) =>
        seed % 3 === 0 ? 1.6 - 0.32 * place : 0.5 + 0.1 * ((seed * place) % 3),
      );
      const quotes = quotedChain({ seed: `wild-${seed}`, vols, halfTicks: 1 + (seed % 4) });
      const thinned = quotes.filter((_, place) => (place * 7 + seed) % 5 !== 0);
      const chain = cleanChain(thinned, CHAIN_AT_SEC);
      const surface = fitSurface(chain);
      assert.ok(surface !== null);
      repairs.add(surface.repair);
      const { butterfly, calendar } = findArbitrage(surface.slices);
      assert.deepEqual([butterfly, calendar], [0, 0], `seed ${seed}: ${surface.repair}`);
      if (seed === 3) assert.ok(findArbitrage(fitRawSlices(chain)).calendar > 0);
    }
    assert.ok(repairs.size > 0);
  });

  it("behavior: the projection to SSVI has no arbitrage even from slices that cross and bend against all rules", () => {
    const wild = [
      { a: 0.02, b: 0.3, rho: -0.6, m: 0.05, sigma: 0.02 },
      { a: 0.01, b: 0.02, rho: 0.5, m: 0, sigma: 0.3 },
      { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 },
      { a: 0.4, b: 1.9, rho: -0.3, m: 0.2, sigma: 0.5 },
    ].map((raw, place) => ({ tenorYears: (place + 1) / 12, slice: raw }));
    assert.ok(findArbitrage(wild).butterfly > 0 && findArbitrage(wild).calendar > 0);
    const projected = projectSsvi(wild);
    const { butterfly, calendar } = findArbitrage(projected);
    assert.deepEqual([butterfly, calendar], [0, 0]);
    assert.ok(projected.every(({ slice: raw }) => sviWingSlope(raw) < 2));
  });

  it("behavior: between expiries variance is linear in time, outside of them volatility stands still", () => {
    const flat = (vol: number, tenorYears: number) => ({
      tenorYears,
      slice: { a: vol * vol * tenorYears, b: 0, rho: 0, m: 0, sigma: 1 },
    });
    const slices = [flat(0.4, 0.1), flat(0.6, 0.3)];
    const vol = (tenorYears: number) =>
      Math.sqrt(surfaceVariance(slices, { tenorYears, logMoneyness: 0.1 }) / tenorYears);
    assert.ok(Math.abs(vol(0.05) - 0.4) < 1e-12 && Math.abs(vol(0.9) - 0.6) < 1e-12);
    assert.ok(Math.abs(vol(0.2) ** 2 * 0.2 - (0.016 + 0.108) / 2) < 1e-12);
    assert.ok(outOfTheMoneyPrice({ logMoneyness: 0.1, deviation: 0.2, isCall: true }) > 0);
  });
});
