import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { decodeOutcomes, isSkip } from "../../../oracle/rules/entry-outcome.ts";
import { effectiveParams, openingParams } from "../../../oracle/rules/risk-reading.ts";
import { applyEntry, initialWord } from "../../../oracle/rules/risk-rules.ts";
import { UNKNOWN_WORD, unpackRiskWord } from "../../../oracle/rules/risk-word.ts";
import { sampleRuleCases } from "../../../scripts/generate/rules-vectors.ts";

const DAY_SEC = 86_400;
const START_SEC = 1_700_000_000;

const CLASS: RiskClass = {
  rhoFloorBps: 300,
  rhoCeilingBps: 9_000,
  rhoDefaultBps: 3_000,
  rhoInitialBps: 3_000,
  piFloorBps: 50,
  piCapBps: 4_000,
  piDefaultBps: 1_000,
  deltaBps: 100,
  tighten: { stepBps: 300, driftBps: 900, delaySec: 60 },
  loosen: { stepBps: 150, driftBps: 500, delaySec: 60 },
  windowSec: DAY_SEC,
  validitySec: 2 * DAY_SEC,
  graceMinutes: 10,
  rampMinutes: 30,
  fallbackRampMinutes: 1_440,
  betaBps: 2_000,
  maxAboveOpenBps: 2_000,
  piStepBps: 100,
  active: true,
};

function scored(rhoBps: number): bigint {
  const entry = { epoch: 1, rhoBps, piBps: 200, score: 100 };
  return applyEntry(initialWord(1, CLASS), entry, at(START_SEC)).word;
}

function at(sec: number, riskClass = CLASS) {
  return { riskClass, observedAtSec: sec, appliedAtSec: sec };
}

describe("applyEntry", () => {
  it("default: the committed cases", () => {
    const committed = readFileSync(new URL("../../vectors/rules/rule-cases.json", import.meta.url), "utf8");
    assert.equal(sampleRuleCases(), committed);
  });

  it("behavior: from any instant, a window's reports stay inside the drift around the value at its window's start", () => {
    const rng = createRng("drift-1");
    for (let walk = 0; walk < 40; walk += 1) {
      const path: { readonly sec: number; readonly rho: number }[] = [{ sec: START_SEC, rho: 3_000 }];
      let word = scored(3_000);
      let sec = START_SEC;
      const trend = rng.integer(3);
      for (let step = 0; step < 200; step += 1) {
        sec += 60 + rng.integer(3_000);
        const rises = trend === 2 ? rng.integer(2) === 0 : trend === 0;
        const old = unpackRiskWord(word).rhoTarget;
        const rhoBps = rises ? old + rng.integer(301) : old - rng.integer(151);
        word = applyEntry(word, { epoch: 1, rhoBps, piBps: 200, score: 100 }, at(sec)).word;
        path.push({ sec, rho: unpackRiskWord(word).rhoTarget });
      }
      assertDrift(path);
    }
  });

  it("behavior: where the DAO narrowed the bounds, staying and moving inwards is allowed, moving outwards is not", () => {
    const word = scored(1_000);
    const raised = { ...CLASS, rhoFloorBps: 2_000 };
    const outcome = (rhoBps: number) =>
      applyEntry(word, { epoch: 1, rhoBps, piBps: 200, score: 1 }, at(START_SEC + 60, raised)).outcome;
    assert.deepEqual([999, 1_000, 1_001, 1_300, 1_301].map(outcome), [
      "RHO_BELOW_FLOOR",
      "REFRESHED",
      "APPLIED_TIGHTENED",
      "APPLIED_TIGHTENED",
      "TIGHTEN_STEP",
    ]);
  });
});

/** Checks each value against the value at the start of its own window and of the one before, from the path alone. */
function assertDrift(path: readonly { readonly sec: number; readonly rho: number }[]): void {
  const valueBefore = (sec: number): number => path.findLast((point) => point.sec < sec)?.rho ?? path[0]?.rho ?? 0;
  for (const { sec, rho } of path) {
    const windowStart = sec - (sec % DAY_SEC);
    for (const anchor of [valueBefore(windowStart), valueBefore(windowStart - DAY_SEC)]) {
      assert.ok(rho <= anchor + CLASS.tighten.driftBps, `${rho} above ${anchor}`);
      assert.ok(rho >= anchor - CLASS.loosen.driftBps, `${rho} below ${anchor}`);
    }
  }
}

describe("effectiveParams", () => {
  it("behavior: an unknown word is no value", () => {
    assert.equal(effectiveParams(UNKNOWN_WORD, { riskClass: CLASS, nowSec: START_SEC }).status, "UNKNOWN");
  });

  it("behavior: a tightening waits, then ramps, and new risk meets it at once", () => {
    const word = applyEntry(scored(2_000), { epoch: 1, rhoBps: 2_300, piBps: 200, score: 1 }, at(START_SEC + 60)).word;
    const read = (minutes: number) =>
      effectiveParams(word, { riskClass: CLASS, nowSec: START_SEC + 60 + minutes * 60 });
    assert.deepEqual(
      [0, 10, 11, 25, 40].map((minutes) => read(minutes).rhoBps),
      [2_000, 2_000, 2_010, 2_150, 2_300],
    );
    assert.equal(read(0).rhoInitialBps, 3_000);
    assert.equal(read(0).rhoTargetBps, 2_300);
  });

  it("behavior: stale exactly at validUntil, then towards the default, never above opening plus the greatest rise", () => {
    const word = scored(500);
    const until = START_SEC + CLASS.validitySec;
    const read = (sec: number) => effectiveParams(word, { riskClass: CLASS, nowSec: sec });
    assert.deepEqual(
      [until - 1, until, until + 1].map((sec) => read(sec).status),
      ["FRESH", "STALE", "STALE"],
    );
    assert.deepEqual(
      [until, until + 1, until + DAY_SEC / 2, until + DAY_SEC, until + 9 * DAY_SEC].map((sec) => read(sec).rhoBps),
      [500, 501, 1_750, 2_500, 2_500],
    );
  });
});

describe("openingParams", () => {
  it("behavior: the grid cell or the quantile, whichever is greater, with the surcharge, below the ceiling", () => {
    const open = (word: bigint, sec: number) => openingParams(word, { riskClass: CLASS, nowSec: sec });
    assert.deepEqual(open(UNKNOWN_WORD, START_SEC), { rhoInitialBps: 3_600, piBps: 1_000 });
    assert.deepEqual(open(scored(4_000), START_SEC), { rhoInitialBps: 4_800, piBps: 200 });
    assert.deepEqual(open(scored(8_000), START_SEC), { rhoInitialBps: 9_000, piBps: 200 });
    assert.deepEqual(open(scored(500), START_SEC + 9 * DAY_SEC), { rhoInitialBps: 3_600, piBps: 200 });
  });
});

describe("decodeOutcomes", () => {
  it("default", () => {
    const outcomes = decodeOutcomes(Uint8Array.from([0, 2, 18, 19, 20]));
    assert.deepEqual(outcomes, ["APPLIED_TIGHTENED", "REFRESHED", "SCORE_RANGE", "LOOSENING_PAUSED", null]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome !== null && isSkip(outcome)),
      [false, false, true, true, false],
    );
  });
});
