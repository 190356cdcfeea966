/** What the breaker lets through of mixed reports: the mirror against the deployed RiskOracle, entry by entry and word by word. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { BREAKER_MODES, BREAKER_REASONS } from "../../../oracle/domain/breaker.ts";
import type { RiskEntry } from "../../../oracle/domain/report.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { clampEntry } from "../../../oracle/rules/clamp-entry.ts";
import { pauseLoosening } from "../../../oracle/rules/loosening-pause.ts";
import { type AppliedEntry, applyEntry, initialWord } from "../../../oracle/rules/risk-rules.ts";
import { unpackRiskWord } from "../../../oracle/rules/risk-word.ts";
import { randomRiskClass } from "../../../scripts/generate/random-risk-class.ts";
import { deployBed, MAX_GAP_SEC, type OracleBed, submitTo } from "./oracle-bed.ts";

const CLASSES = 6;
const POSITIONS = 60;
const FREE_REPORTS = 8;
const PAUSED_REPORTS = 40;
/** Wishes lean downward, so that values lie below the class defaults and there is something to pause. */
const DOWNWARD_BPS = 100;
/** One in so many positions is in a report. */
const SHARE = 3;
const GAPS_SEC = [90, 900, 4_000, MAX_GAP_SEC];

/** One value on its way: the word before, and what the mirror makes of it. */
interface Judged {
  readonly entry: RiskEntry;
  readonly word: bigint;
  readonly free: AppliedEntry;
  readonly paused: AppliedEntry;
  /** The same value as that of the other subject: quantiles and positions differ once they are stale. */
  readonly otherwise: AppliedEntry;
}

interface Times {
  readonly observedAtSec: number;
  readonly appliedAtSec: number;
}

function judge(
  rng: Rng,
  value: { readonly id: number; readonly word: bigint; readonly riskClass: RiskClass; readonly times: Times },
  subject: "position" | "class",
): Judged {
  const { word, riskClass, times } = value;
  const context = { riskClass, ...times };
  const entry = randomEntry(rng, value.id, word, riskClass);
  const nearest = clampEntry(word, entry, context);
  // Most wishes as operators clamp them, some as they come.
  const chosen = {
    ...(nearest.ok && rng.integer(4) > 0 ? nearest.value : entry),
    score: subject === "class" ? 0 : 100,
  };
  const free = applyEntry(word, chosen, context);
  const pause = { riskClass, nowSec: times.appliedAtSec };
  const paused = pauseLoosening(word, free, { ...pause, subject });
  const otherwise = pauseLoosening(word, free, { ...pause, subject: subject === "class" ? "position" : "class" });
  return { entry: chosen, word, free, paused, otherwise };
}

function randomEntry(rng: Rng, id: number, word: bigint, riskClass: RiskClass): RiskEntry {
  const state = unpackRiskWord(word);
  const near = (value: number, width: number) => Math.max(0, value + rng.integer(2 * width + 1) - width);
  const isRefresh = rng.integer(4) === 0;
  return {
    sourceIndex: 0,
    positionId: BigInt(id),
    epoch: state.epoch,
    rhoBps: isRefresh ? state.rhoTarget : near(state.rhoTarget - DOWNWARD_BPS, 400),
    piBps: isRefresh ? state.pi : near(state.pi, riskClass.piStepBps),
    score: 100,
  };
}

describe("pauseLoosening", () => {
  const rng = createRng("loosening-pause-1");
  const classes = Array.from({ length: CLASSES }, (_, id) => {
    const riskClass = { ...randomRiskClass(rng), active: true };
    // In half of the classes nothing ever rises above its first score: there only the default speaks for a stale quantile.
    return id % 2 === 0 ? riskClass : { ...riskClass, maxAboveOpenBps: 0 };
  });
  const allClassIds = classes.map((_, id) => id);
  const allIds = Array.from({ length: POSITIONS }, (_, index) => BigInt(index + 1));
  let deployed: OracleBed;
  let epoch = 0n;
  before(async () => {
    deployed = await deployBed(classes, POSITIONS);
  });

  /** Signs and submits a random report in a block at a chosen time; returns the mirror's view of it and the chain's. */
  async function push() {
    const { oracle, client } = deployed;
    const head = Number((await client.getBlock()).timestamp);
    const appliedAtSec = head + 1 + rng.integer(GAPS_SEC[rng.integer(GAPS_SEC.length)] ?? 1);
    const times = { observedAtSec: Math.max(head + 1, appliedAtSec - rng.integer(60)), appliedAtSec };
    // Those that a report leaves out grow stale, so that their fallback ramps run.
    const ids = allIds.filter(() => rng.integer(SHARE) === 0);
    const words = await oracle.read.positionWords([0, ids]);
    const classIds = allClassIds.filter(() => rng.integer(SHARE) > 0);
    const classWords = await oracle.read.classWords([classIds]);
    const positions = ids.map((id, index) => {
      const riskClass = classes[Number(id) % CLASSES];
      const word = words[index];
      assert.ok(riskClass !== undefined && word !== undefined);
      return judge(rng, { id: Number(id), word, riskClass, times }, "position");
    });
    const quantiles = classIds.map((id, index) => {
      const riskClass = classes[id];
      assert.ok(riskClass !== undefined);
      const word = classWords[index] || initialWord(id, riskClass);
      return judge(rng, { id, word, riskClass, times }, "class");
    });
    epoch += 1n;
    const outcomes = await submitTo(deployed, {
      epoch,
      ...times,
      entries: positions.map(({ entry }) => entry),
      quantiles: quantiles.map(({ entry: { positionId, rhoBps, piBps } }) => ({
        classId: Number(positionId),
        rhoBps,
        piBps,
      })),
    });
    const after = {
      words: await oracle.read.positionWords([0, ids]),
      classWords: await oracle.read.classWords([classIds]),
    };
    return { positions, quantiles, outcomes, after, classWords };
  }

  it("behavior: numbers of modes and reasons are the chain's", async () => {
    assert.equal((await deployed.oracle.read.status()).mode, BREAKER_MODES.indexOf("NORMAL"));
    for (let report = 0; report < FREE_REPORTS; report += 1) {
      const { positions, outcomes } = await push();
      assert.deepEqual(
        outcomes.entries,
        positions.map(({ free }) => free.outcome),
      );
    }
    await deployed.oracle.write.tripBreaker([BREAKER_MODES.indexOf("TIGHTEN_ONLY"), 0]);
    const { mode, reason } = await deployed.oracle.read.status();
    assert.equal(BREAKER_MODES[mode], "TIGHTEN_ONLY");
    assert.equal(BREAKER_REASONS[reason], "GUARDIAN");
  });

  it("default: mixed reports end as the mirror says, to the bit, and every way to lower a requirement occurs", async () => {
    const seen = new Map<string, number>();
    const note = (what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1);
    for (let report = 0; report < PAUSED_REPORTS; report += 1) {
      const { positions, quantiles, outcomes, after, classWords } = await push();
      const outcomesOf = (values: readonly Judged[]) => values.map(({ paused }) => paused.outcome);
      assert.deepEqual(outcomes.entries, outcomesOf(positions));
      assert.deepEqual(outcomes.classQuantiles, outcomesOf(quantiles));
      assert.deepEqual(
        after.words,
        positions.map(({ paused }) => paused.word),
      );
      assert.deepEqual(
        after.classWords,
        // A refused first quantile leaves the slot empty.
        quantiles.map(({ paused, word }, index) => (paused.word === word ? (classWords[index] ?? 0n) : paused.word)),
      );
      for (const { free, paused } of positions) note(`position ${free.outcome} → ${paused.outcome}`);
      for (const { free, paused, otherwise } of quantiles) {
        note(`class ${free.outcome} → ${paused.outcome}`);
        if (paused.outcome !== otherwise.outcome) note("class stale below the default");
      }
    }
    for (const expected of [
      "position APPLIED_TIGHTENED → APPLIED_TIGHTENED",
      "position APPLIED_TIGHTENED → LOOSENING_PAUSED",
      "position APPLIED_LOOSENED → LOOSENING_PAUSED",
      "position REFRESHED → REFRESHED",
      "position REFRESHED → LOOSENING_PAUSED",
      "class APPLIED_TIGHTENED → APPLIED_TIGHTENED",
      "class APPLIED_LOOSENED → LOOSENING_PAUSED",
      "class REFRESHED → LOOSENING_PAUSED",
      "class stale below the default",
    ]) {
      assert.ok((seen.get(expected) ?? 0) > 0, `${expected} did not occur: ${JSON.stringify([...seen])}`);
    }
  });
});
