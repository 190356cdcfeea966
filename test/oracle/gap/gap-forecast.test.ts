/** Tests of the gap forecast, its rules and scores: against numpy and scipy, and that nothing looks ahead. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { exponentialMean, trailingMean, windowMax, windowMin } from "../../../oracle/math/rolling.ts";
import { adverseGaps } from "../../../oracle/models/gap/adverse-gaps.ts";
import { gapForecast } from "../../../oracle/models/gap/gap-forecast.ts";
import { gapSignals } from "../../../oracle/models/gap/gap-signals.ts";
import { fitTilt } from "../../../oracle/training/gap/fit-tilt.ts";
import { gapBaselines } from "../../../oracle/training/gap/gap-baselines.ts";
import {
  entriesAt,
  gapScore,
  rankGaps,
  resampledGap,
  scaledToBreach,
} from "../../../oracle/training/gap/gap-scores.ts";
import { tiltWalk } from "../../../oracle/training/gap/tilt-walk.ts";
import { gapBars, uniforms } from "./gap-bars.ts";

const ROWS = 6_000;
const HORIZON = 6;
const shown = z.array(z.number().nullable());
const vectors = z
  .object({
    rows: z.array(z.number()),
    close: shown,
    fallMoves: shown,
    riseMoves: shown,
    fallGaps: shown,
    riseGaps: shown,
    ewma: shown,
    har: shown,
    score: z.object({ breach: z.number(), gap: z.number(), pinball: z.number(), gapAt1pct: z.number() }),
    tilt: z.array(z.number()),
  })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/gap/gap-forecast.json", import.meta.url), "utf8")));

function near(actual: number | undefined, expected: number | null, tolerance = 1e-9): void {
  const found = actual ?? Number.NaN;
  if (expected === null) assert.ok(Number.isNaN(found), `${found} against none`);
  else assert.ok(Math.abs(found - expected) <= tolerance * Math.abs(expected), `${found} against ${expected}`);
}

function nearAt(values: Float64Array, expected: readonly (number | null)[]): void {
  vectors.rows.forEach((row, place) => {
    near(values[row], expected[place] ?? null);
  });
}

const bars = gapBars(ROWS);
const impliedVol = new Float64Array(ROWS).fill(Number.NaN).fill(0.4, 3_000);
const forecast = gapForecast({ bars, horizonHours: HORIZON, impliedVol });
const moves = adverseGaps(bars, HORIZON);
const judged = Int32Array.from({ length: (ROWS - HORIZON - 5_376) / 3 }, (_, place) => 5_376 + 3 * place);

describe("rolling windows", () => {
  it("error: empty series stay empty, windows beyond the end are NaN", () => {
    const none = new Float64Array();
    assert.deepEqual([trailingMean(none, 3), exponentialMean(none, 3, 1)], [none, none]);
    assert.deepEqual([...windowMax(Float64Array.of(1, 2), { first: 1, last: 2 })], [Number.NaN, Number.NaN]);
    assert.deepEqual([...windowMin(Float64Array.of(1), { first: 0, last: 1 })], [Number.NaN]);
  });

  it("default: means of what there is, extremes behind and ahead", () => {
    const values = Float64Array.of(4, 1, 3, 2);
    assert.deepEqual([...trailingMean(values, 2)], [4, 2.5, 2, 2.5]);
    assert.deepEqual([...exponentialMean(values, 1, 0)], [2, 1.5, 2.25, 2.125]);
    assert.deepEqual([...windowMax(values, { first: -1, last: 0 })], [4, 4, 3, 3]);
    assert.deepEqual([...windowMin(values, { first: 1, last: 2 })], [1, 2, Number.NaN, Number.NaN]);
  });
});

describe("gapForecast", () => {
  it("error: no bars and few bars give no forecast instead of a guess", () => {
    for (const rows of [0, 1, 5_000]) {
      const found = gapForecast({ bars: gapBars(rows), horizonHours: HORIZON });
      assert.ok(found.fall.every(Number.isNaN) && found.rise.every(Number.isNaN));
    }
  });

  it("error: a feed that stands still keeps every signal finite", () => {
    const still = new Float64Array(300).fill(100);
    const flat: BarSeries = { ...gapBars(300), open: still, high: still, low: still, close: still };
    const { recent, short, long, dayTrend, belowHigh, weekAhead } = gapSignals(flat);
    for (const values of [recent, short, long, dayTrend, belowHigh, weekAhead(6)])
      assert.ok(values.every(Number.isFinite));
  });

  it("default: as numpy to 1e-9: moves, gaps of both directions, before and after the level and the index begin", () => {
    nearAt(bars.close, vectors.close);
    nearAt(moves.fall, vectors.fallMoves);
    nearAt(moves.rise, vectors.riseMoves);
    nearAt(forecast.fall, vectors.fallGaps);
    nearAt(forecast.rise, vectors.riseGaps);
  });

  it("behavior: with the future replaced by noise everything up to now stays the same to the bit", () => {
    const now = 5_700;
    const rng = createRng("future");
    const noisy = (values: Float64Array, factor: number): Float64Array =>
      values.map((value, row) => (row <= now ? value : value * factor * Math.exp(0.2 * rng.normal())));
    const changed: BarSeries = {
      ...bars,
      open: noisy(bars.open, 1),
      high: noisy(bars.high, 2),
      low: noisy(bars.low, 0.5),
      close: noisy(bars.close, 1),
    };
    const other = gapForecast({ bars: changed, horizonHours: HORIZON, impliedVol: noisy(impliedVol, 3) });
    for (const side of ["fall", "rise"] as const) {
      assert.deepEqual(other[side].subarray(0, now + 1), forecast[side].subarray(0, now + 1));
      assert.notDeepEqual(other[side].subarray(now + 1), forecast[side].subarray(now + 1));
    }
    const rules = [gapBaselines(bars, impliedVol), gapBaselines(changed, noisy(impliedVol, 3))];
    for (const name of ["static", "ewma", "har", "dvol"] as const) {
      const [before, after] = rules.map((found) => found[name].fall.subarray(0, now + 1));
      assert.deepEqual(before, after);
    }
  });

  it("behavior: higher implied volatility asks for more, and unknown one changes nothing", () => {
    const plain = gapForecast({ bars, horizonHours: HORIZON });
    const blank = gapForecast({ bars, horizonHours: HORIZON, impliedVol: new Float64Array(ROWS).fill(Number.NaN) });
    assert.deepEqual(plain, blank);
    const last = ROWS - 1;
    const halved = impliedVol.map((value, row) => (row === last ? 0.2 : value));
    const lower = gapForecast({ bars, horizonHours: HORIZON, impliedVol: halved });
    assert.ok((forecast.fall[last] ?? Number.NaN) > 1.05 * (lower.fall[last] ?? Number.NaN));
  });
});

describe("gap rules and scores", () => {
  it("error: nothing to score is NaN", () => {
    const none = entriesAt(forecast, moves, new Int32Array());
    assert.ok(Object.values(gapScore(none)).every(Number.isNaN));
    assert.ok(Number.isNaN(resampledGap(rankGaps(none), new Int32Array())));
  });

  it("default: rules and scores as numpy to 1e-9", () => {
    const rules = gapBaselines(bars, impliedVol);
    nearAt(rules.ewma.fall, vectors.ewma);
    nearAt(rules.har.rise, vectors.har);
    const entries = entriesAt(forecast, moves, judged);
    const { breach, gap, pinball } = gapScore(entries);
    near(breach, vectors.score.breach);
    near(gap, vectors.score.gap);
    near(pinball, vectors.score.pinball);
    near(gapScore(scaledToBreach(entries)).gap, vectors.score.gapAt1pct);
  });

  it("behavior: scaling a rule changes nothing after its knob; drawing every moment once comes near to it", () => {
    const entries = entriesAt(forecast, moves, judged);
    const tripled = { ...entries, gaps: entries.gaps.map((gap) => 3 * gap) };
    near(gapScore(scaledToBreach(tripled)).gap, vectors.score.gapAt1pct);
    near(resampledGap(rankGaps(entries), new Int32Array(judged.length).fill(1)), vectors.score.gapAt1pct, 0.03);
  });
});

describe("tilts", () => {
  const draws = uniforms(3_000);
  const signals = Array.from({ length: 1_000 }, (_, entry) =>
    Float64Array.from([0, 1], (place) => Math.sqrt(12) * ((draws[3 * entry + place] ?? 0) - 0.5)),
  );
  const gaps = Float64Array.from(signals, (row) => 0.05 * Math.exp(0.2 * (row[0] ?? 0)));
  const moved = Float64Array.from(
    signals,
    (row, entry) => (0.01 * Math.exp(0.4 * (row[1] ?? 0))) / (1 - (draws[3 * entry + 2] ?? 0)) ** 0.25,
  );

  it("error: no entries, and none that moved, give no tilt", () => {
    assert.equal(fitTilt({ signals: [], gaps: new Float64Array(), moves: new Float64Array() }).length, 0);
    assert.deepEqual([...fitTilt({ signals, gaps, moves: new Float64Array(1_000) })], [0, 0]);
  });

  it("default: the minimum that scipy finds, to 1e-6", () => {
    fitTilt({ signals, gaps, moves: moved }).forEach((value, place) => {
      assert.ok(Math.abs(value - (vectors.tilt[place] ?? Number.NaN)) < 1e-6, `${value}`);
    });
  });

  it("behavior: a walk has no tilt before 180 days of signals, and does not see what comes after", () => {
    const startSec = bars.endSec.map((end) => end - 3_600);
    const firstDay = Math.floor((startSec[0] ?? 0) / 86_400);
    const values = (scale: number): ReadonlyMap<number, number> =>
      new Map(Array.from({ length: 251 }, (_, day) => [firstDay + day, (day > 240 ? scale : 1) * Math.sin(day)]));
    const walk = (scale: number): Float64Array | undefined => {
      const signal = { name: "s", family: "f", lagDays: 1, values: values(scale) };
      const everywhere = { fall: new Float64Array(ROWS).fill(0.01), rise: new Float64Array(ROWS).fill(0.01) };
      return tiltWalk([{ startSec, forecast: everywhere, moves, signals: [signal] }], HORIZON)[0]?.fall;
    };
    const [one, other] = [walk(1), walk(-5)];
    const begins = one?.findIndex(Number.isFinite) ?? -1;
    // 30 days until the first score, 180 until the first fit.
    assert.ok(begins > 205 * 24 && begins < 215 * 24, `${begins}`);
    const lastSame = 241 * 24;
    assert.deepEqual(one?.subarray(0, lastSame), other?.subarray(0, lastSame));
    assert.notDeepEqual(one, other);
  });
});
