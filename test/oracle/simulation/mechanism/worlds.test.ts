/** Paths and parameters of the mechanism: bad input, sound hours, no look ahead, and bounds that every point keeps. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { hasCode } from "../../../../oracle/domain/errors.ts";
import type { BarSeries } from "../../../../oracle/domain/market.ts";
import { paretoFront } from "../../../../oracle/math/pareto-front.ts";
import { createRng } from "../../../../oracle/math/rng.ts";
import { generatePath, type WorldKind } from "../../../../oracle/simulation/mechanism/generated-path.ts";
import {
  configuredParameters,
  PARAMETER_RANGES,
  parametersAt,
  pointOf,
  termsWith,
} from "../../../../oracle/simulation/mechanism/mechanism-parameters.ts";
import type { VaultTerms } from "../../../../oracle/simulation/vault/vault-terms.ts";
import { configuredTerms } from "../../../../scripts/deploy/configured-terms.ts";
import { readDeploymentConfig } from "../../../../scripts/deploy/deployment-config.ts";
import { compareProxy } from "../../../../scripts/evaluate/mechanism/compare-proxy.ts";
import { STUDY_CONFIG } from "../../../../scripts/mechanism/run-task.ts";
import { seededHours } from "../vault/vault-bed.ts";

const BARS_LENGTH = 24 * 150;

function realBars(): BarSeries {
  const hours = seededHours(BARS_LENGTH, "mechanism-bars");
  const column = (name: "open" | "high" | "low" | "close") => Float64Array.from(hours, (hour) => hour[name]);
  return {
    spanSec: 3_600,
    endSec: Float64Array.from(hours, ({ startSec }) => startSec + 3_600),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: new Float64Array(BARS_LENGTH).fill(1),
  };
}

function path(kind: WorldKind, bars: BarSeries | null, hours = 600) {
  return generatePath({ kind, asset: "BTC", hours, startSec: 0, rng: createRng(`path-${kind}`), bars });
}

describe("paths", () => {
  it("error: MECHANISM_BARS_SHORT for blocks and replays without enough real hours", () => {
    const short = (error: unknown) => hasCode(error, "MECHANISM_BARS_SHORT");
    assert.throws(() => path("blocks", null), short);
    assert.throws(() => path("replay", realBars(), BARS_LENGTH), short);
  });

  it("behavior: every hour holds its extremes, follows on the last, and repeats from the seed", () => {
    for (const kind of ["gbm", "jumps", "blocks", "crisis", "replay"] as const) {
      const hours = path(kind, realBars());
      assert.equal(hours.length, 600);
      hours.forEach((hour, place) => {
        assert.ok(hour.high >= Math.max(hour.open, hour.close) * (1 - 1e-12), kind);
        assert.ok(hour.low <= Math.min(hour.open, hour.close) * (1 + 1e-12), kind);
        if (place > 0) assert.equal(hour.open, hours[place - 1]?.close);
      });
      assert.deepEqual(hours, path(kind, realBars()));
    }
  });

  it("behavior: Brownian hours have the asked variance and the bridge's mean range", () => {
    const hours = path("gbm", null, 20_000);
    const squares = hours.map(({ open, close }) => Math.log(close / open) ** 2);
    const vol = Math.sqrt((squares.reduce((sum, value) => sum + value, 0) / squares.length) * 8_760);
    assert.ok(Math.abs(vol / 0.34 - 1) < 0.02);
    // E[max − min] of Brownian motion over one hour is √(8/π)·σ (Feller 1951).
    const range = hours.reduce((sum, { high, low }) => sum + Math.log(high / low), 0) / hours.length;
    const expected = Math.sqrt(8 / Math.PI) * (0.34 / Math.sqrt(8_760));
    // Both extremes are drawn apart from each other, given the end: their sum's mean stays right.
    assert.ok(Math.abs(range / expected - 1) < 0.02);
  });

  it("behavior: volatilities at an hour do not know what follows", () => {
    const bars = realBars();
    const cut = 400;
    const changed = { ...bars, close: bars.close.map((value, place) => (place >= cut ? value * 1.5 : value)) };
    const [one, other] = [path("replay", bars, 120), path("replay", { ...changed, high: changed.close }, 120)];
    // 240 hours come before the path.
    for (let hour = 0; hour <= cut - 240; hour += 1) assert.equal(one[hour]?.modelVol, other[hour]?.modelVol);
  });
});

describe("parameters", () => {
  let terms: VaultTerms;
  before(async () => {
    terms = configuredTerms(await readDeploymentConfig(STUDY_CONFIG), "BTC");
  });

  it("behavior: the reviewed configuration is a point of its own ranges, and changes nothing", () => {
    const configured = configuredParameters(terms);
    assert.deepEqual(parametersAt(pointOf(configured)), configured);
    assert.deepEqual(termsWith(terms, configured), terms);
  });

  it("behavior: every point keeps floor ≤ ρ, π + δ ≤ ρ, and six hours with validity and delay", () => {
    const rng = createRng("parameters");
    for (let turn = 0; turn < 500; turn += 1) {
      const parameters = parametersAt(PARAMETER_RANGES.map(() => 1.4 * rng.uniform() - 0.2));
      const changed = termsWith(terms, parameters);
      for (const {
        rhoFloorBps,
        rhoDefaultBps,
        piFloorBps,
        piDefaultBps,
        piCapBps,
        deltaBps,
      } of changed.classes.values()) {
        assert.ok(rhoFloorBps <= rhoDefaultBps && rhoDefaultBps <= 10_000);
        assert.ok(piFloorBps <= piDefaultBps && piDefaultBps <= piCapBps);
        assert.ok(piDefaultBps + deltaBps <= rhoDefaultBps && piFloorBps + deltaBps <= rhoFloorBps);
      }
      const { graceMinutes, rampMinutes, orderlyMinutes, lateMinutes } = parameters;
      assert.ok(graceMinutes + rampMinutes + orderlyMinutes + lateMinutes <= 175);
    }
  });
});

describe("the closed-form score", () => {
  it("behavior: follows the scoring stage: correlation above 0.99, median within 10 %", () => {
    for (const { rhoCorrelation, piCorrelation, rhoRatio, positions } of compareProxy()) {
      assert.ok(positions > 1_000);
      assert.ok(rhoCorrelation > 0.99 && piCorrelation > 0.99);
      assert.ok(rhoRatio[0] > 0.9 && rhoRatio[0] < 1.1);
    }
  });
});

describe("paretoFront", () => {
  it("behavior: keeps what nothing beats, equal points both", () => {
    assert.deepEqual(paretoFront([]), []);
    const points = [
      [1, 3],
      [2, 2],
      [2, 3],
      [3, 1],
      [1, 3],
    ];
    assert.deepEqual(paretoFront(points), [0, 1, 3, 4]);
  });
});
