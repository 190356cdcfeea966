/** Scores of stated probabilities, known paths and swings: bad bars first, then figures worked out by hand. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { drawPositions } from "../../../scripts/evaluate/score/drawn-positions.ts";
import { knownPath, worstMovesAfter } from "../../../scripts/evaluate/score/known-path.ts";
import { swingsOf } from "../../../scripts/evaluate/score/procyclicality.ts";
import { probabilityScore } from "../../../scripts/evaluate/score/score-rows.ts";

const START_SEC = 1_700_000_000 - (1_700_000_000 % SECONDS_PER_HOUR);

/** Bars that end one, two, … hours after the start. */
function hourlyBars(lows: readonly number[], highs: readonly number[]): BarSeries {
  const endSec = Float64Array.from(lows, (_, hour) => START_SEC + (hour + 1) * SECONDS_PER_HOUR);
  const [low, high] = [Float64Array.from(lows), Float64Array.from(highs)];
  return { spanSec: SECONDS_PER_HOUR, endSec, open: low, high, low, close: low, volume: low };
}

describe("worstMovesAfter", () => {
  const span = { atSec: START_SEC, hours: 3 };
  const bars = hourlyBars([99, 95, 97], [101, 102, 110]);

  it("behavior: a missing hour, a price of zero or NaN and a time after the bars give nothing", () => {
    const put = { kind: "put", spot: 100 } as const;
    assert.equal(worstMovesAfter(bars, put, { ...span, hours: 4 }), null);
    assert.equal(worstMovesAfter(bars, put, { ...span, atSec: START_SEC + 9e6 }), null);
    assert.equal(worstMovesAfter({ ...bars, endSec: bars.endSec.with(1, START_SEC + 9_000) }, put, span), null);
    for (const broken of [0, Number.NaN]) {
      assert.equal(worstMovesAfter({ ...bars, low: bars.low.with(1, broken) }, put, span), null);
    }
  });

  it("default: running worst falls for puts, rises for calls, never below 0", () => {
    const falls = worstMovesAfter(bars, { kind: "put", spot: 100 }, span);
    const rises = worstMovesAfter(bars, { kind: "call", spot: 105 }, span);
    assert.deepEqual([...(falls ?? [])], [Math.log(100 / 99), Math.log(100 / 95), Math.log(100 / 95)]);
    assert.deepEqual([...(rises ?? [])], [0, 0, Math.log(110 / 105)]);
  });

  it("default: the path of the worst moves ends at the worst price", () => {
    const worstMoves = worstMovesAfter(bars, { kind: "put", spot: 100 }, span) ?? new Float64Array();
    const path = knownPath({ kind: "put", spot: 100, stepHours: 1, worstMoves, volShock: 0 });
    assert.ok(Math.abs((path.forward[2]?.[0] ?? 0) - 95) < 1e-9);
    assert.equal(path.logReturn[1]?.[0], -Math.log(100 / 95));
  });
});

describe("drawPositions", () => {
  it("behavior: what is drawn depends on asset and time alone", () => {
    const at = { asset: "BTC", spot: 50_000, atSec: START_SEC };
    assert.deepEqual(drawPositions({ ...at, rng: createRng("x") }), drawPositions({ ...at, rng: createRng("x") }));
    const [put, call] = drawPositions({ ...at, rng: createRng("x") });
    assert.deepEqual([put?.kind, call?.kind], ["put", "call"]);
    const later = drawPositions({ ...at, atSec: START_SEC + SECONDS_PER_HOUR, rng: createRng("x") });
    assert.notEqual(later[0]?.strike, put?.strike);
  });
});

describe("probabilityScore", () => {
  it("behavior: a certainty that did not come true costs the logarithm of one in a million, not infinity", () => {
    const { logLoss } = probabilityScore(Float64Array.of(0, 1), Float64Array.of(1, 0));
    assert.ok(Math.abs(logLoss + Math.log(1e-6)) < 1e-6);
  });

  it("default: a fair coin: log-loss ln 2, Brier a quarter, calibration exact", () => {
    const half = new Float64Array(40).fill(0.5);
    const hits = Float64Array.from(half, (_, place) => place % 2);
    const { meanProbability, logLoss, brier, ece } = probabilityScore(half, hits);
    assert.deepEqual([meanProbability, brier, ece], [0.5, 0.25, 0]);
    assert.ok(Math.abs(logLoss - Math.log(2)) < 1e-12);
  });

  it("default: stated a tenth everywhere, happened in a half: off by four tenths in every group", () => {
    const hits = Float64Array.from({ length: 40 }, (_, place) => place % 2);
    assert.ok(Math.abs(probabilityScore(new Float64Array(40).fill(0.1), hits).ece - 0.4) < 1e-12);
  });
});

describe("swingsOf", () => {
  const series = (rho: readonly number[]) => ({
    asset: "BTC",
    option: 0,
    atSec: rho.map((_, day) => START_SEC + day * SECONDS_PER_DAY),
    rho: [...rho],
  });

  it("default: peak over trough and the largest rise over n days", () => {
    const swings = swingsOf([series([0.1, 0.05, 0.1, 0.1, 0.2, 0.3, 0.1])]);
    assert.ok(Math.abs(swings.peakToTrough - 6) < 1e-12);
    assert.ok(Math.abs(swings.rise1d - 2) < 1e-12);
    assert.ok(Math.abs(swings.rise5d - 3) < 1e-12);
    assert.equal(swings.rise30d, 1);
    assert.ok(Math.abs(swings.meanRho - 0.95 / 7) < 1e-12);
  });

  it("behavior: the panel's mean; options never seen do not count", () => {
    const { peakToTrough } = swingsOf([series([0.1, 0.2]), series([0.1, 0.4]), series([])]);
    assert.ok(Math.abs(peakToTrough - 3) < 1e-12);
  });
});
