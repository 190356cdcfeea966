/** A run's trail: what every operator said, what the report and the chain made of it, and the past of the positions. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import type { PositionScore } from "../../../../oracle/domain/score.ts";
import type { LivePosition } from "../../../../oracle/pipeline/local/live-state.ts";
import type { LivedRound } from "../../../../oracle/pipeline/local/trail/round-log.ts";
import { createRunTrail, type RunTrail } from "../../../../oracle/pipeline/local/trail/run-trail.ts";
import type { OperatorRoundResult } from "../../../../oracle/pipeline/operator/operator-settings.ts";
import { samplePosition } from "../../../../scripts/bench/scoring-input.ts";
import { networkFacts, VIEW_OPERATORS } from "../../../helpers/changing-trail.ts";
import { VIEW_SOURCE } from "../../../helpers/changing-view.ts";
import { operatorResult } from "../operator-result.ts";
import { reportLacking } from "../report-lacking.ts";

const SIGNATURE = "0x51";
const SLOT = { configDigest: "0x01", epoch: 1n } as const;
const ENTRY = { sourceIndex: 0, positionId: 7n, epoch: 1, rhoBps: 2_500, piBps: 700, score: 231 };
const ANCHOR = { blockNumber: 1n, blockHash: "0x01", timestampSec: 100 } as const;
const NOWHERE = { state: "accepted", txHash: null, blockNumber: null, blockHash: null, gasUsed: null } as const;
const MINUTE_SEC = 60;

function scoreOf(rhoBps: number): PositionScore {
  const numbers = { piBps: 700, score: 231, probabilityOfDefault: 0.01, optionValue: 0, closeOutCost: 0 };
  return { source: VIEW_SOURCE, id: 7n, epoch: 1, classId: 141, rhoBps, ...numbers, reasons: [], fallbacks: [] };
}

function livePosition(id: bigint, classId = 141): LivePosition {
  const params = { rhoBps: 1, rhoTargetBps: 2, rhoInitialBps: 3, piBps: 4, score: 5, classId, epoch: 1, observedAt: 1 };
  const position = samplePosition({ source: VIEW_SOURCE, id, classId });
  return { position, params: { ...params, validUntil: 9, status: "FRESH" }, health: null, score: null };
}

/** Three operators agree on ρ 25 %, of which two sign; the fourth abstains. */
function livedRound(fields: Partial<OperatorRoundResult> = {}): LivedRound {
  const lacking = reportLacking([{ entry: { ...ENTRY, positionId: 8n }, reason: "LOOSEN_DELAY" }]);
  const attestations = VIEW_OPERATORS.slice(0, 2).map((operator) => ({
    ...({ slot: SLOT, digest: lacking.digest, operator, signature: SIGNATURE } as const),
  }));
  const quorum = { ...lacking, attestations, bundle: { ...lacking.bundle, entries: [ENTRY] } };
  const results = [2_600, 2_610, 2_500].map((rho) => operatorResult({ quorum, scores: [scoreOf(rho)], ...fields }));
  const silent = operatorResult({ observed: false, reason: "no-proposal" });
  const sources = [VIEW_SOURCE] as const;
  return { anchor: ANCHOR, begunAtMs: 5, fate: "quorum", results: [...results, silent], sources };
}

describe("createRunTrail", () => {
  let trail: RunTrail;
  let nowMs: number;
  beforeEach(() => {
    nowMs = 50;
    trail = createRunTrail({ nowMs: () => nowMs, nowSec: () => nowMs / 1_000 });
    trail.setNetwork(networkFacts());
  });

  it("error: what nobody has told is unknown, not empty", () => {
    const empty = createRunTrail({ nowMs: () => 0, nowSec: () => 0 });
    assert.equal(empty.network(), null);
    assert.equal(empty.classes(), null);
    assert.equal(empty.position(VIEW_SOURCE, "7"), null);
    assert.equal(empty.report("0xab"), null);
  });

  it("default: each operator's voice, the median, what was reported and what was left out", () => {
    trail.addRound(livedRound());
    const [row] = trail.rounds(1);
    assert.deepEqual(
      row?.voices.map(({ operator, agreed, signed, reason }) => [operator, agreed, signed, reason]),
      [
        [VIEW_OPERATORS[0], true, true, null],
        [VIEW_OPERATORS[1], true, true, null],
        [VIEW_OPERATORS[2], true, false, null],
        [VIEW_OPERATORS[3], false, false, "no-proposal"],
      ],
    );
    const detail = trail.report(row?.digest ?? "");
    const [reported, leftOut] = detail?.entries ?? [];
    assert.deepEqual(reported?.voicesBps, [2_600, 2_610, 2_500, null]);
    assert.deepEqual([reported?.medianBps, reported?.rhoBps, reported?.outcome], [2_600, 2_500, null]);
    assert.deepEqual([leftOut?.leftOut, leftOut?.rhoBps, leftOut?.medianBps], ["LOOSEN_DELAY", null, null]);
    assert.deepEqual(
      detail?.operators.map(({ signature }) => signature),
      [SIGNATURE, SIGNATURE, null, null],
    );
  });

  it("behavior: the chain's answer is added with its time; before it is unknown", () => {
    trail.addRound(livedRound());
    const digest = trail.rounds(1)[0]?.digest ?? "0x";
    assert.equal(trail.rounds(1)[0]?.answeredAtMs, null);
    nowMs = 80;
    trail.answered(digest, { ...NOWHERE, outcomes: ["APPLIED_TIGHTENED"], quantileOutcomes: [] });
    assert.deepEqual([trail.rounds(1)[0]?.agreedAtMs, trail.rounds(1)[0]?.answeredAtMs], [50, 80]);
    assert.deepEqual(
      trail.report(digest)?.entries.map(({ outcome }) => outcome),
      ["APPLIED_TIGHTENED", null],
    );
  });

  it("behavior: dissent is taken out of what was odd", () => {
    trail.addRound(livedRound({ counts: { dissentingPositions: 2, takeover: 1 } }));
    const voice = trail.rounds(1)[0]?.voices[0];
    assert.deepEqual([voice?.dissent, voice?.odd], [2, { takeover: 1 }]);
    assert.equal(trail.incidents(9).filter(({ kind }) => kind === "dissent").length, 3);
  });

  it("default: the past of a position, by its address in any case, and of its class", () => {
    trail.note([livePosition(7n), livePosition(8n, 142)], MINUTE_SEC);
    trail.note([livePosition(7n)], 2 * MINUTE_SEC);
    trail.note([livePosition(7n)], 2 * MINUTE_SEC);
    assert.deepEqual(
      trail.position(VIEW_SOURCE.toUpperCase().replace("0X", "0x"), "7")?.points.map(({ atSec }) => atSec),
      [MINUTE_SEC, 2 * MINUTE_SEC],
    );
    assert.deepEqual(
      trail.classPositions(142).map(({ id }) => id),
      ["8"],
    );
  });

  it("behavior: ninety days of hours stay", () => {
    for (let hour = 0; hour < 2_200; hour += 1) trail.note([livePosition(7n)], hour);
    const points = trail.position(VIEW_SOURCE, "7")?.points ?? [];
    assert.deepEqual([points.length, points[0]?.atSec], [2_160, 40]);
  });
});
