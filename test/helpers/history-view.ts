/** A history in the making, and a replay of it, for tests of the API and of the page alone. */
import type { HistoryReplay, HistoryState, HistoryView, ReplayOutcome } from "../../oracle/domain/history.ts";
import { VIEW_CLASS } from "./changing-trail.ts";

const TO_SEC = Date.UTC(2026, 0, 5) / 1_000;
const WEEK_SEC = 604_800;
const FROM_SEC = TO_SEC - 13 * WEEK_SEC;

/** Three of thirteen weeks, with the given fields replaced. */
export function historyState(fields: Partial<HistoryState> = {}): HistoryState {
  return {
    ...{ state: "running", label: "simulator crash-recovery seed 7", fromSec: FROM_SEC, toSec: TO_SEC },
    ...{ weeks: 13, weeksDone: 3, etaSec: 95, fault: null },
    ...fields,
  };
}

/** One short that keeps its place under the present bounds and is liquidated under the proposed ones. */
export function historyReplay(fields: Partial<HistoryReplay> = {}): HistoryReplay {
  const present: ReplayOutcome = {
    ...{ meanRhoBps: 640, greatestRhoBps: 1_200, clamped: 4, tightened: 30, loosened: 28, flagged: 0, liquidated: 0 },
    ...{ lockedUsd: 81_000, shortfallUsd: 120, chargeUsd: 0 },
  };
  const fate = {
    meanRhoBps: 640,
    greatestRhoBps: 1_200,
    clamped: 4,
    lockedUsd: 9_000,
    isFlagged: false,
    isLiquidated: false,
  };
  const point = {
    spot: 60_000,
    askedRhoBps: 600,
    presentRhoBps: 640,
    presentLockedUsd: 81_000,
    proposedLockedUsd: 90_000,
  };
  return {
    ...{ label: "simulator crash-recovery seed 7", fromSec: FROM_SEC, toSec: FROM_SEC + 3 * WEEK_SEC },
    ...{ classId: VIEW_CLASS, asset: "BTC", present },
    proposed: { ...present, meanRhoBps: 1_700, flagged: 1, liquidated: 1, lockedUsd: 90_000, shortfallUsd: 0 },
    points: [0, 1, 2].map((turn) => ({
      ...point,
      atSec: FROM_SEC + turn * 21_600,
      proposedRhoBps: turn === 0 ? null : 1_700,
    })),
    shorts: [
      {
        ...{ index: 5, kind: "put", strike: 54_000, openSec: FROM_SEC, expirySec: FROM_SEC + WEEK_SEC, size: 1.5 },
        ...{ present: fate, proposed: { ...fate, meanRhoBps: 1_700, isFlagged: true, isLiquidated: true } },
      },
    ],
    ...fields,
  };
}

/** A history that stands still. @param replay what every question is answered, or how it is refused. */
export function historyView(
  state: Partial<HistoryState> = {},
  replay: HistoryView["replay"] = async () => historyReplay(),
): HistoryView {
  return { state: () => historyState(state), replay };
}
