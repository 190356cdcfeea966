import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { clampEntry } from "../../../oracle/rules/clamp-entry.ts";
import { isSkip } from "../../../oracle/rules/entry-outcome.ts";
import { applyEntry, type EntryValues, initialWord, type RuleContext } from "../../../oracle/rules/risk-rules.ts";
import { UNKNOWN_WORD, unpackRiskWord } from "../../../oracle/rules/risk-word.ts";
import { randomRiskClass } from "../../../scripts/generate/random-risk-class.ts";

const START_SEC = 1_700_000_000;
const WALKS = 300;
const STEPS = 25;

interface Step {
  readonly word: bigint;
  readonly desired: EntryValues;
  readonly context: RuleContext;
}

/** Random wishes along clamped walks; one step in ten has the bounds of another class, as after a change by the DAO. */
function* walks(narrowing: boolean): Iterable<Step> {
  const rng = createRng("clamp-entry-1");
  for (let walk = 0; walk < WALKS; walk += 1) {
    const home = randomRiskClass(rng);
    let word = initialWord(1, home);
    let nowSec = START_SEC + rng.integer(1_000_000);
    for (let step = 0; step < STEPS; step += 1) {
      nowSec += 1 + rng.integer(rng.integer(4) === 0 ? 60_000 : 2_000);
      const riskClass: RiskClass = narrowing && rng.integer(10) === 0 ? randomRiskClass(rng) : home;
      const wish = { word, desired: randomWish(word, rng), context: contextAt(riskClass, nowSec) };
      yield wish;
      word = follow(wish);
    }
  }
}

function randomWish(word: bigint, rng: Rng): EntryValues {
  const { epoch } = unpackRiskWord(word);
  const seen = rng.integer(8) === 0 ? epoch + 1 : epoch;
  return { epoch: seen, rhoBps: rng.integer(6_000), piBps: rng.integer(3_000), score: rng.integer(601) };
}

function contextAt(riskClass: RiskClass, nowSec: number): RuleContext {
  return { riskClass, observedAtSec: nowSec - 1, appliedAtSec: nowSec };
}

function follow({ word, desired, context }: Step): bigint {
  const clamped = clampEntry(word, desired, context);
  return clamped.ok ? applyEntry(word, clamped.value, context).word : word;
}

describe("clampEntry", () => {
  it("error: UNKNOWN_POSITION, OLDER_OBSERVATION and SCORE_RANGE can not be clamped away", () => {
    const riskClass = randomRiskClass(createRng("clamp-entry-2"));
    const context = { riskClass, observedAtSec: START_SEC, appliedAtSec: START_SEC };
    const desired = { epoch: 1, rhoBps: 1_000, piBps: 100, score: 100 };
    assert.deepEqual(clampEntry(UNKNOWN_WORD, desired, context), { ok: false, reason: "UNKNOWN_POSITION" });
    const word = initialWord(1, riskClass);
    const wild = clampEntry(word, { ...desired, score: 601 }, context);
    assert.deepEqual(wild, { ok: false, reason: "SCORE_RANGE" });
    const first = clampEntry(word, desired, context);
    assert.ok(first.ok);
    const scored = applyEntry(word, first.value, context).word;
    assert.deepEqual(clampEntry(scored, desired, context), { ok: false, reason: "OLDER_OBSERVATION" });
  });

  it("behavior: its result always applies, and what applies is left alone", () => {
    for (const { word, desired, context } of walks(true)) {
      const clamped = clampEntry(word, desired, context);
      if (clamped.ok) assert.ok(!isSkip(applyEntry(word, clamped.value, context).outcome));
      if (!isSkip(applyEntry(word, desired, context).outcome)) assert.deepEqual(clamped, { ok: true, value: desired });
    }
  });

  it("behavior: an entry that saw the current epoch is never left out, whatever the DAO narrowed", () => {
    for (const { word, desired, context } of walks(true)) {
      const { epoch, observedAt } = unpackRiskWord(word);
      if (desired.epoch !== epoch || observedAt === 0) continue;
      const clamped = clampEntry(word, desired, context);
      assert.ok(clamped.ok, JSON.stringify(clamped));
    }
  });

  it("behavior: no pair with a nearer ratio applies", () => {
    let checked = 0;
    for (const { word, desired, context } of walks(false)) {
      if (checked % 120 === 0) assertNearest({ word, desired, context });
      checked += 1;
    }
  });
});

/** Tries every nearer ρ with the π values that could rescue it: the least, the present and the wished one. */
function assertNearest({ word, desired, context }: Step): void {
  const clamped = clampEntry(word, desired, context);
  if (!clamped.ok) return;
  const { pi } = unpackRiskWord(word);
  const { piFloorBps, piStepBps } = context.riskClass;
  const distance = Math.abs(clamped.value.rhoBps - desired.rhoBps);
  for (let offset = 0; offset < distance; offset += 1) {
    for (const rhoBps of [desired.rhoBps - offset, desired.rhoBps + offset]) {
      for (const piBps of [piFloorBps, Math.max(piFloorBps, pi - piStepBps), pi, desired.piBps]) {
        const { outcome } = applyEntry(word, { ...desired, rhoBps, piBps }, context);
        assert.ok(isSkip(outcome), `${outcome} at ${rhoBps}/${piBps}, clamped to ${clamped.value.rhoBps}`);
      }
    }
  }
}
