/** A DAO with one proposal that waits for its vote. */
import type { GovernanceReport } from "../../oracle/domain/governance.ts";
import { VIEW_SOURCE, VIEW_TIME_SEC } from "./changing-view.ts";

const LANE = { stepBps: 800, driftBps: 2_000, delaySec: 0 };
const BOUNDS = {
  ...{ rhoFloorBps: 300, rhoCeilingBps: 5_000, rhoDefaultBps: 2_600, rhoInitialBps: 1_200, deltaBps: 100 },
  ...{ piFloorBps: 50, piCapBps: 1_500, piDefaultBps: 500, piStepBps: 200, betaBps: 5_000, maxAboveOpenBps: 4_000 },
  ...{ tighten: LANE, loosen: LANE, windowSec: 86_400, validitySec: 10_800, graceMinutes: 15, rampMinutes: 60 },
  ...{ fallbackRampMinutes: 240, active: true },
};

/** The report, with the given floor in the proposal's change. */
export function governanceReport(floorBps = 400): GovernanceReport {
  return {
    ...{ atSec: VIEW_TIME_SEC, blockNumber: "40", governor: VIEW_SOURCE },
    classes: [{ classId: 122, bounds: BOUNDS }],
    proposals: [
      {
        ...{ id: "7", proposer: VIEW_SOURCE, description: "Raise the floor", state: "active" },
        ...{ createdAtSec: VIEW_TIME_SEC, voteStartSec: VIEW_TIME_SEC + 3_600, voteEndSec: VIEW_TIME_SEC + 90_000 },
        ...{ executableAtSec: null, executedAtSec: null, executedIn: null, quorum: 400_000 },
        votes: { for: 10, against: 0, abstain: 0 },
        calls: [
          {
            ...{ target: VIEW_SOURCE, functionName: "narrowRiskClass", calldata: "0xab", classId: 122 },
            changes: [{ field: "rhoFloorBps", from: 300, to: floorBps }],
          },
        ],
        effect: {
          ...{ atSec: VIEW_TIME_SEC, positions: 1, newlyUnhealthy: 0, unpriced: 0 },
          moved: [
            {
              ...{ positionId: "7", owner: VIEW_SOURCE, classId: 122, rhoBeforeBps: 350, rhoAfterBps: 400 },
              ...{ healthBefore: 1.4, healthAfter: 1.3 },
            },
          ],
        },
      },
    ],
  };
}
