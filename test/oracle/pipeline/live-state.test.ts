import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ReportRow } from "../../../oracle/domain/view.ts";
import { createLiveState } from "../../../oracle/pipeline/local/live-state.ts";

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

  it("behavior: beyond 500 reports the oldest is forgotten", () => {
    const state = createLiveState("test");
    for (let digit = 0; digit <= SHOWN_AT_MOST; digit += 1) state.addReport(report(digit, "accepted"));
    const epochs = state.reports(SHOWN_AT_MOST + 1).map(({ epoch }) => epoch);
    assert.deepEqual([epochs.length, epochs[0], epochs.at(-1)], [SHOWN_AT_MOST, String(SHOWN_AT_MOST), "1"]);
  });
});
