/** Volatility of a strike off quoted options: nothing without quotes, nothing loosened by old ones, moves since the quotes. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { OptionKind } from "../../../oracle/domain/positions.ts";
import type { QuotedSurface, SurfaceReading } from "../../../oracle/domain/quoted-surface.ts";
import { sviVariance } from "../../../oracle/math/svi.ts";
import { sliceOf, USUAL_SMILE } from "../../../oracle/models/surface/svi-point.ts";
import { assetContext } from "../../../oracle/scoring/asset-context.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { carriedStrike, seriesVol, type VolGround } from "../../../oracle/scoring/series-vol.ts";
import { smileRatio, volResponse } from "../../../oracle/scoring/vol-surface.ts";
import { SAMPLE_TIME_SEC, samplePosition, sampleScoringInput } from "../../../scripts/bench/scoring-input.ts";

const SPOT = 60_000;
const DAY = 86_400;
const YEAR = 365 * DAY;
const LEVEL = 0.6;
const BASE = sampleScoringInput({ positions: 1, series: 1, seed: "unit" });

function surface(vol: number, change: Partial<QuotedSurface> = {}): QuotedSurface {
  const quotedAtSec = SAMPLE_TIME_SEC - 600;
  const slices = [2, 14, 60].map((days) => ({
    ...{
      expirySec: quotedAtSec + days * DAY,
      tenorYears: days / 365,
      forward: SPOT * (1 + 0.001 * days),
      quoteCount: 20,
      lowestQuoted: -2 * Math.sqrt(days / 365),
      highestQuoted: 2 * Math.sqrt(days / 365),
    },
    slice: sliceOf(USUAL_SMILE, vol * Math.sqrt(days / 365)),
  }));
  return {
    ...{ asset: "BTC", sourceId: "test", quotedAtSec, index: SPOT, slices, repair: "none", arbitragePoints: 0 },
    ...{ gridPoints: 1, quotes: 1, quotesInside: 1, factors: {}, standsIn: false },
    ...change,
  };
}

function ground(change: Partial<VolGround> = {}): VolGround {
  return {
    market: { spot: SPOT, volIndex: null },
    impliedVol: LEVEL,
    isModelVol: false,
    surface: surface(0.4),
    ...change,
  };
}

const series = (strike: number, days = 14, kind: OptionKind = "put") => ({
  kind,
  strike,
  expirySec: SAMPLE_TIME_SEC - 600 + days * DAY,
});

function scored(reading: SurfaceReading | undefined, snapshot = BASE.snapshot) {
  const predictions = new Map(
    [...BASE.predictions].map(([asset, made]) => [
      asset,
      reading === undefined || asset !== "BTC" ? made : { ...made, surface: reading },
    ]),
  );
  const input = { ...BASE, snapshot, positions: [samplePosition()], predictions };
  const [score] = scorePositions(input, DEFAULT_SCORING_SETTINGS).scores;
  assert.ok(score !== undefined);
  return { score, context: assetContext("BTC", { ...input, settings: DEFAULT_SCORING_SETTINGS }) };
}

describe("seriesVol", () => {
  it("error: a surface with numbers that are none is a failed one, under a doubt that only tightens", () => {
    for (const broken of [{ index: Number.NaN }, { index: -1 }, { slices: [] }, { quotedAtSec: Number.NaN }]) {
      const { score, context } = scored({ ok: true, value: surface(0.4, broken) });
      assert.deepEqual([score.fallbacks, context?.surface], [["surface-failed"], null]);
      assert.ok(score.rhoBps >= scored(undefined).score.rhoBps);
    }
  });

  it("error: a silent chain and a failed fit may not loosen; no chain at all is named and scored as ever", () => {
    const plain = scored(undefined).score;
    const none = scored({ ok: false, reason: "no-chain" }).score;
    assert.deepEqual([none.rhoBps, none.piBps, none.fallbacks], [plain.rhoBps, plain.piBps, ["no-chain"]]);
    for (const reason of ["stale-chain", "surface-failed"] as const) {
      assert.ok(scored({ ok: false, reason }).score.rhoBps > plain.rhoBps, reason);
    }
  });

  it("default: without quotes the rules; with fresh ones the surface's own volatility, forward and slope", () => {
    const ruled = seriesVol(series(54_000), ground({ surface: null }), SAMPLE_TIME_SEC);
    const tenor = (14 * DAY - 600) / YEAR;
    assert.equal(ruled.impliedVol, LEVEL * smileRatio(54_000, SPOT, tenor));
    assert.deepEqual([ruled.response, ruled.basis, ruled.source], [volResponse(tenor), 1, "volatility-index"]);
    const quoted = seriesVol(series(54_000), ground(), SAMPLE_TIME_SEC);
    const slice = surface(0.4).slices[1];
    assert.ok(slice !== undefined);
    const expected = Math.sqrt(sviVariance(slice.slice, Math.log(54_000 / slice.forward)) / slice.tenorYears);
    assert.ok(Math.abs(quoted.impliedVol - expected) < 1e-12);
    assert.deepEqual([quoted.source, quoted.quotesAgeSec], ["quotes", 600]);
    assert.ok(Math.abs(quoted.basis - 1.014) < 1e-12);
    assert.ok(Math.abs(carriedStrike({ strike: 54_000 }, quoted) - 54_000 / 1.014) < 1e-6);
    // Down the smile a fall takes volatility off, half of which is credited; the wing of calls rises the other way.
    assert.ok(quoted.response.perFall < ruled.response.perFall && quoted.response.perFall > ruled.response.perFall / 2);
    assert.ok(seriesVol(series(72_000), ground(), SAMPLE_TIME_SEC).response.perFall > ruled.response.perFall);
  });

  it("behavior: quotes older than two hours only raise, and a move since the quotes only adds", () => {
    const old = (vol: number) =>
      seriesVol(
        series(54_000),
        ground({ surface: surface(vol, { quotedAtSec: SAMPLE_TIME_SEC - 7_201 }) }),
        SAMPLE_TIME_SEC,
      );
    const ruled = seriesVol(series(54_000), ground({ surface: null }), SAMPLE_TIME_SEC);
    assert.equal(old(0.3).impliedVol, ruled.impliedVol);
    assert.deepEqual(old(0.3).response.perFall, ruled.response.perFall);
    assert.ok(old(0.9).impliedVol > ruled.impliedVol);
    const at = (spot: number) =>
      seriesVol(series(54_000), ground({ market: { spot, volIndex: null } }), SAMPLE_TIME_SEC).impliedVol;
    assert.ok(at(57_000) > at(58_500) && at(58_500) > at(SPOT));
    assert.ok(at(63_000) >= at(SPOT));
  });

  it("behavior: old quotes do not loosen through the forward: it lowers no put and no call", () => {
    const carry = (rate: number): QuotedSurface => {
      const quotedAtSec = SAMPLE_TIME_SEC - 7_201;
      const slices = surface(0.3, { quotedAtSec }).slices.map((slice) => ({
        ...slice,
        forward: SPOT * Math.exp(rate * slice.tenorYears),
      }));
      return surface(0.3, { quotedAtSec, slices });
    };
    for (const [rate, put, call] of [
      [0.4, 1, Math.exp((0.4 * 14) / 365)],
      [-0.4, Math.exp((-0.4 * 14) / 365), 1],
    ] as const) {
      const basis = (kind: OptionKind) =>
        seriesVol(series(SPOT, 14, kind), ground({ surface: carry(rate) }), SAMPLE_TIME_SEC).basis;
      assert.ok(Math.abs(basis("put") - put) < 1e-5 && Math.abs(basis("call") - call) < 1e-5, `${rate}`);
    }
  });

  it("behavior: a surface that stands in, or is older than the volatility index, only raises to the second", () => {
    const at = (change: Partial<VolGround>) => seriesVol(series(54_000), ground(change), SAMPLE_TIME_SEC);
    const index = (sourceTimeSec: number) => {
      const provenance = { sourceId: "test", sourceTimeSec, receivedTimeSec: sourceTimeSec };
      return { spot: SPOT, volIndex: { ...provenance, kind: "vol-index" as const, asset: "BTC", impliedVol: LEVEL } };
    };
    const ruled = at({ surface: null });
    assert.equal(at({ market: index(SAMPLE_TIME_SEC - 600) }).source, "quotes");
    assert.equal(at({ surface: surface(0.4, { quotedAtSec: SAMPLE_TIME_SEC - 7_200 }) }).source, "quotes");
    for (const raised of [
      at({ market: index(SAMPLE_TIME_SEC - 599) }),
      at({ surface: surface(0.4, { standsIn: true }) }),
      at({ surface: surface(0.4, { quotedAtSec: SAMPLE_TIME_SEC - 7_201 }) }),
    ]) {
      assert.deepEqual([raised.source, raised.impliedVol], ["quotes-and-rules", ruled.impliedVol]);
    }
    assert.deepEqual(scored({ ok: true, value: surface(0.4, { standsIn: true }) }).score.fallbacks, ["surface-failed"]);
  });

  it("behavior: expiries and strikes that nobody quoted are only raised, and no rate is carried beyond the last", () => {
    const slices = surface(0.4).slices.slice(0, 1);
    const one = ground({ surface: surface(0.4, { slices }) });
    const at = (strike: number, days: number, kind: OptionKind) =>
      seriesVol(series(strike, days, kind), one, SAMPLE_TIME_SEC);
    assert.equal(at(SPOT, 2, "put").source, "quotes");
    for (const [strike, days] of [
      [SPOT, 1],
      [SPOT, 90],
      [40_000, 2],
      [90_000, 2],
    ] as const) {
      const ruled = seriesVol(series(strike, days), ground({ surface: null }), SAMPLE_TIME_SEC);
      const put = at(strike, days, "put");
      assert.deepEqual([put.source, put.basis], ["quotes-and-rules", 1], `${strike} ${days}`);
      assert.ok(put.impliedVol >= ruled.impliedVol);
    }
    assert.ok(Math.abs(at(SPOT, 90, "call").basis - 1.002) < 1e-12);
  });

  it("behavior: quotes do not hide that the level is the model's own", () => {
    const assets = new Map(
      [...BASE.snapshot.assets].map(([asset, market]) => [asset, { ...market, volIndex: null }] as const),
    );
    const { context } = scored({ ok: true, value: surface(0.4) }, { ...BASE.snapshot, assets });
    assert.ok(context?.fallbacks.includes("implied-vol-from-model"));
  });

  it("behavior: between, before and beyond the expiries, and at far strikes, every number is finite and positive", () => {
    for (const strike of [1, 20_000, SPOT, 200_000, 1e7]) {
      for (const days of [0.02, 1, 5, 30, 400]) {
        const { impliedVol, response, basis } = seriesVol(series(strike, days), ground(), SAMPLE_TIME_SEC);
        const numbers = [impliedVol, basis, response.perRootHour];
        assert.ok(
          numbers.every((value) => value > 0 && Number.isFinite(value)),
          `${strike} ${days}`,
        );
        assert.ok(impliedVol < 3 && response.perFall >= 0 && response.perRise >= 0);
      }
    }
  });
});
