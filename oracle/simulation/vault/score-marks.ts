/** When the own score of a short lets collateral go, in simulated vaults: mirror of the marks of `contracts/vault/VaultOpening.sol`. */
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { isStale } from "../../rules/risk-reading.ts";
import type { RiskState } from "../../rules/risk-word.ts";
import type { Moment } from "./market-moment.ts";
import type { Short } from "./short.ts";
import { classIdAt, type VaultTerms } from "./vault-terms.ts";

/** What a mark is asked about: the state of the short's word, now. */
export interface ScoreView {
  readonly state: RiskState;
  readonly moment: Moment;
}

/** Marks of one vault. */
export interface ScoreMarks {
  /** Marks the score of a short, where it speaks for the short as it is and no mark stands. */
  mark(short: Short, view: ScoreView): void;
  /** Whether a withdrawal may leave what the short's own score asks for. */
  counts(short: Short, view: ScoreView): boolean;
  /** The short has changed its class: its mark ends. */
  reclassed(short: Short, timeSec: number): void;
  /** The short is gone. */
  forget(short: Short): void;
}

/** `VaultOpening.MARK_WAIT_SEC`: a score gives collateral back this long after its mark. */
const MARK_WAIT_SEC = 20 * SECONDS_PER_HOUR;
/** `VaultOpening.CLASS_WAIT_SEC`: a score counts if it was observed this long after the last change of class. */
const CLASS_WAIT_SEC = 600;

/** Creates the marks of one vault; a growth of risk ends them by itself. */
export function createScoreMarks(terms: VaultTerms): ScoreMarks {
  const reclassedAt = new Map<number, number>();
  const scoredSince = new Map<number, number>();
  const markedSince = ({ plan, coolOffFromSec }: Short): number | null => {
    const since = scoredSince.get(plan.index) ?? 0;
    return since > coolOffFromSec ? since : null;
  };
  const speaks = ({ plan, coolOffFromSec }: Short, { state, moment }: ScoreView): boolean =>
    state.observedAt > coolOffFromSec &&
    state.observedAt > (reclassedAt.get(plan.index) ?? 0) + CLASS_WAIT_SEC &&
    !isStale(state, moment.timeSec) &&
    state.classId === classIdAt(terms, plan.series, moment);
  return {
    mark: (short, view) => {
      if (markedSince(short) === null && speaks(short, view)) scoredSince.set(short.plan.index, view.moment.timeSec);
    },
    counts: (short, view) => {
      const since = markedSince(short);
      return since !== null && view.moment.timeSec >= since + MARK_WAIT_SEC && speaks(short, view);
    },
    reclassed: ({ plan }, timeSec) => {
      reclassedAt.set(plan.index, timeSec);
      scoredSince.delete(plan.index);
    },
    forget: ({ plan }) => {
      reclassedAt.delete(plan.index);
      scoredSince.delete(plan.index);
    },
  };
}
