import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ReportRow } from "../../../oracle/domain/view.ts";
import { createLiveState, type LivePosition } from "../../../oracle/pipeline/local/live-state.ts";
import { samplePosition } from "../../../scripts/bench/scoring-input.ts";
import { greeksReport, VIEW_SOURCE } from "../../helpers/changing-view.ts";

const SHOWN_AT_MOST = 500;

function report(digit: number, state: ReportRow["state"]): ReportRow {
  return {
    epoch: String(digit),
    digest: `0x${digit.toString(16)}`,
    observedAtSec: 1_700_000_000,
    state,
    transactionHash: "0xcd",
    blockNumber: "40",
    entries: 3,
    applied: 2,
    skipped: {},
    signers: [],
    gasUsed: "60000",
  };
}

describe("createLiveState", () => {
  it("error: without a round, and after the end, a position's explanation is unknown", () => {
    const state = createLiveState("test");
    const explanation = (): string | null | undefined => state.positions()[0]?.explanation;
    const source = VIEW_SOURCE.replace("a1", "A1") as typeof VIEW_SOURCE;
    const ratios = { rhoBps: 1, rhoTargetBps: 1, rhoInitialBps: 1, piBps: 1, score: 1 };
    const params = { ...ratios, classId: 1, epoch: 1, observedAt: 1, validUntil: 9, status: "FRESH" } as const;
    const live: LivePosition = { position: samplePosition({ source, id: 7n }), params, health: 1, score: null };
    state.setPositions([live], 1);
    assert.equal(explanation(), null);
    state.setGreeks(greeksReport());
    state.setPositions([live], 2);
    assert.equal(explanation(), greeksReport().positions[0]?.explanation);
    assert.deepEqual(state.greeks(), greeksReport());
    state.setPositions([], 3);
    assert.equal(explanation(), null);
    state.setGreeks(null);
    state.setPositions([live], 4);
    assert.equal(explanation(), null);
  });

  it("behavior: a corrected report takes the place of what was shown of it before", () => {
    const state = createLiveState("test");
    for (const row of [report(1, "accepted"), report(2, "accepted"), report(1, "pending")]) state.addReport(row);
    assert.deepEqual(
      state.reports(SHOWN_AT_MOST).map(({ epoch, state: fate }) => [epoch, fate]),
      [
        ["2", "accepted"],
        ["1", "pending"],
      ],
    );
  });

  it("behavior: the same of a report is told once, and remembered while a thousand others are", () => {
    const state = createLiveState("test");
    let told = 0;
    state.watch(() => {
      told += 1;
    });
    for (const count of [1, 1]) state.addReport(report(count, "accepted"));
    assert.equal(told, 1);
    for (let count = 2; count <= 1_000; count += 1) state.addReport(report(count, "accepted"));
    state.addReport(report(1, "accepted"));
    assert.equal(told, 1_000);
    for (const count of [1_001, 1]) state.addReport(report(count, "accepted"));
    assert.equal(told, 1_002);
  });

  it("behavior: beyond 500 reports the oldest is forgotten", () => {
    const state = createLiveState("test");
    for (let digit = 0; digit <= SHOWN_AT_MOST; digit += 1) state.addReport(report(digit, "accepted"));
    const epochs = state.reports(SHOWN_AT_MOST + 1).map(({ epoch }) => epoch);
    assert.deepEqual([epochs.length, epochs[0], epochs.at(-1)], [SHOWN_AT_MOST, String(SHOWN_AT_MOST), "1"]);
  });
});
