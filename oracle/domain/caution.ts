/** What operators say of caution: whether a wave of forced selling calls for it, what cannot be known, and where an episode stands. */
import type { AssetSymbol } from "./market.ts";

/** From where on operators call for caution; set by the DAO, in the configuration of a deployment. */
export interface CautionLimits {
  /** Least probability of a wave within 24 h, 0…1. */
  readonly leastProbability: number;
  /** Least product of that probability and the further log fall that a fall of a tenth sets off, ≥ 0. */
  readonly leastExpectedFall: number;
  /** An episode ends when the probability falls below this; less than `leastProbability`, so that one episode calls once. */
  readonly releaseProbability: number;
}

/** Why it is not known whether the limits are reached: no hazard, or positions are missing that could make the difference. */
export type CautionDoubt = "hazard-unknown" | "book-incomplete" | "size-unknown";

/** Whether the limits are reached. `unknown` is no vote for calm, and ends no episode. */
export type CautionReading =
  | { readonly kind: "reached" | "below"; readonly doubt: null }
  | { readonly kind: "unknown"; readonly doubt: CautionDoubt };

/**
 * Where an episode stands: none; this operator calls; the breaker has left NORMAL since; it was re-armed while the hazard had not
 * fallen, and this episode calls no more.
 */
export const CAUTION_PHASES = ["calm", "calling", "heeded", "spent"] as const;
/** One of {@link CAUTION_PHASES}. */
export type CautionPhase = (typeof CAUTION_PHASES)[number];

/** What one operator says of one asset at an anchor. */
export interface CautionState {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  readonly reading: CautionReading;
  readonly phase: CautionPhase;
  /** Whether it calls for caution now: only while the limits are reached, once an episode. */
  readonly isCalling: boolean;
  /** Probability of a wave within 24 h; `null` while it is not known. */
  readonly probability24h: number | null;
  /** Its product with the further log fall after a fall of a tenth: a lower bound while positions are missing; `null` while not known. */
  readonly expectedFall: number | null;
}

/** What the operators say together. */
export interface CautionVotes {
  /** Assets for which a quorum calls. */
  readonly calls: readonly AssetSymbol[];
  /** Assets for which a quorum would, if all who do not know did. */
  readonly unknown: readonly AssetSymbol[];
}

/** The newest round as people and programs see it. */
export interface CautionReport {
  /** `null` where the deployment has no limits: then nobody calls, whatever the hazard. */
  readonly limits: CautionLimits | null;
  /** What the first operator says. */
  readonly states: readonly CautionState[];
  readonly votes: CautionVotes;
}
