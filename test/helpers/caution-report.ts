/** States and reports of caution for tests. */
import type { CautionReport, CautionState } from "../../oracle/domain/caution.ts";

/** An operator that calls for caution on BTC. */
export function cautionState(fields: Partial<CautionState> = {}): CautionState {
  return {
    ...{ asset: "BTC", atSec: 1_700_000_000, reading: { kind: "reached", doubt: null }, phase: "calling" },
    ...{ isCalling: true, probability24h: 0.6, expectedFall: 0.02 },
    ...fields,
  };
}

/** A report of one operator that calls while the others do not know. */
export function cautionReport(fields: Partial<CautionState> = {}): CautionReport {
  return {
    limits: { leastProbability: 0.5, leastExpectedFall: 0.01, releaseProbability: 0.3 },
    states: [cautionState(fields)],
    votes: { calls: [], unknown: ["BTC"] },
  };
}
