/** What operators take for the last good value is what stands on chain, and after silence that is the fallback ramp. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { OracleReader } from "../../../oracle/chain/oracle-reader.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { type Position, positionKey } from "../../../oracle/domain/positions.ts";
import type { Anchor } from "../../../oracle/domain/report.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { createChainStateReader } from "../../../oracle/pipeline/operator/chain-state.ts";
import { applyEntry, initialWord } from "../../../oracle/rules/risk-rules.ts";

const CLASS_ID = 7;
const SCORED_AT = 1_000_000;
const HASH = `0x${"11".repeat(32)}` as const;
const SOURCE = "0x00000000000000000000000000000000000000a1";
const OTHER_SOURCE = "0x00000000000000000000000000000000000000a2";

const riskClass: RiskClass = {
  rhoFloorBps: 100,
  rhoCeilingBps: 10_000,
  rhoDefaultBps: 4_000,
  rhoInitialBps: 4_000,
  piFloorBps: 20,
  piCapBps: 3_000,
  piDefaultBps: 500,
  deltaBps: 50,
  tighten: { stepBps: 800, driftBps: 4_000, delaySec: 300 },
  loosen: { stepBps: 300, driftBps: 1_500, delaySec: 3_000 },
  windowSec: 86_400,
  validitySec: 3_600,
  graceMinutes: 10,
  rampMinutes: 30,
  fallbackRampMinutes: 60,
  betaBps: 2_000,
  maxAboveOpenBps: 9_000,
  piStepBps: 300,
  active: true,
};

const position: Position = {
  seriesId: 1n,
  asset: "BTC",
  kind: "put",
  strike: 42_000,
  expirySec: SCORED_AT + 864_000,
  source: SOURCE,
  sourceIndex: 0,
  id: 1n,
  epoch: 1,
  owner: SOURCE,
  classId: CLASS_ID,
  size: 1,
  sizeE8: 100_000_000n,
  collateralPerContract: 9_000,
  collateralUnits: 9_000_000_000n,
  flaggedAtSec: null,
};

function scoredWord(rhoBps: number, piBps: number): bigint {
  const entry = { epoch: 1, rhoBps, piBps, score: 200 };
  const context = { riskClass, observedAtSec: SCORED_AT, appliedAtSec: SCORED_AT };
  return applyEntry(initialWord(CLASS_ID, riskClass), entry, context).word;
}

function readerOf(word: bigint, isAllowed = true): OracleReader {
  return {
    anchor: async () => anchorAt(SCORED_AT),
    configDigest: async () => HASH,
    lastEpoch: async () => 0n,
    signerSet: async () => ({ version: 1, signers: [SOURCE], threshold: 1 }),
    sources: async () => [SOURCE],
    isBundleAllowed: async () => isAllowed,
    positionWords: async () => [word],
    classWords: async () => [0n],
    riskClasses: async () => new Map([[CLASS_ID, riskClass]]),
    breaker: async () => ({ mode: "NORMAL", reason: "NONE", sinceSec: 0 }),
  };
}

function anchorAt(timestampSec: number): Anchor {
  return { blockNumber: 5n, blockHash: HASH, timestampSec };
}

async function lastGoodAt(word: bigint, atSec: number) {
  const reader = createChainStateReader({ reader: readerOf(word), bundleHash: HASH });
  const state = await reader.readAt(anchorAt(atSec), [position]);
  return state.lastGood.get(positionKey(position));
}

describe("createChainStateReader", () => {
  it("error: MODEL_BUNDLE_NOT_ALLOWED", async () => {
    const reader = createChainStateReader({ reader: readerOf(0n, false), bundleHash: HASH });
    await assert.rejects(reader.readAt(anchorAt(SCORED_AT), []), (error) => hasCode(error, "MODEL_BUNDLE_NOT_ALLOWED"));
  });

  it("behavior: unknown and unscored positions have no last good value", async () => {
    assert.equal(await lastGoodAt(0n, SCORED_AT), undefined);
    assert.equal(await lastGoodAt(initialWord(CLASS_ID, riskClass), SCORED_AT), undefined);
  });

  it("default: the last accepted pair while it is fresh", async () => {
    assert.deepEqual(await lastGoodAt(scoredWord(600, 300), SCORED_AT + 60), { rhoBps: 600, piBps: 300 });
  });

  it("behavior: after silence the fallback that stands, so that a doubtful score cannot undercut it", async () => {
    const afterFallback = SCORED_AT + riskClass.validitySec + 2 * 3_600;
    assert.deepEqual(await lastGoodAt(scoredWord(600, 300), afterFallback), { rhoBps: 4_000, piBps: 300 });
  });

  it("behavior: equal ids of two sources keep their own words", async () => {
    const words = [scoredWord(600, 300), scoredWord(900, 300)];
    const reader = createChainStateReader({
      reader: { ...readerOf(0n), positionWords: async (sourceIndex) => [words[sourceIndex] ?? 0n] },
      bundleHash: HASH,
    });
    const second: Position = { ...position, source: OTHER_SOURCE, sourceIndex: 1 };
    const state = await reader.readAt(anchorAt(SCORED_AT + 600), [position, second]);
    assert.deepEqual(
      [position, second].map((one) => state.lastGood.get(positionKey(one))?.rhoBps),
      [600, 900],
    );
    assert.deepEqual([...state.sourceIndexes.values()], [0, 1]);
    const wish = { positionId: 1n, epoch: 1, rhoBps: 2_000, piBps: 300, score: 100 };
    const clamped = [0, 1].map((sourceIndex) => state.view.rules.clampEntry({ ...wish, sourceIndex }));
    assert.deepEqual(
      clamped.map((outcome) => outcome.ok && outcome.value.rhoBps),
      [600, 900].map((rhoBps) => rhoBps + riskClass.tighten.stepBps),
    );
  });

  it("behavior: a position without a word is left out, and said", async () => {
    const reader = createChainStateReader({ reader: readerOf(0n), bundleHash: HASH });
    const state = await reader.readAt(anchorAt(SCORED_AT), [position]);
    assert.deepEqual(state.positions, []);
    assert.deepEqual(state.rejected, [{ source: SOURCE, reason: "unknown-position", count: 1 }]);
  });

  it("behavior: the chain's rules clamp a wish to what would be accepted at the anchor", async () => {
    const reader = createChainStateReader({ reader: readerOf(scoredWord(600, 300)), bundleHash: HASH });
    const { view } = await reader.readAt(anchorAt(SCORED_AT + 600), [position]);
    const wish = { sourceIndex: 0, positionId: 1n, epoch: 1, rhoBps: 5_000, piBps: 300, score: 100 };
    const clamped = view.rules.clampEntry(wish);
    assert.ok(clamped.ok);
    assert.equal(clamped.value.rhoBps, 600 + riskClass.tighten.stepBps);
    assert.equal(view.rules.clampEntry({ ...wish, sourceIndex: 1 }).ok, false);
    assert.equal(view.rules.positionEpoch(0, 1n), 1);
    assert.equal(view.rules.positionEpoch(0, 2n), null);
  });
});
