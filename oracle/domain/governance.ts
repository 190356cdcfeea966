/** What people are shown of the DAO: bounds in force, proposals with their state and effect, what was executed. */
import type { RiskClass } from "./risk-class.ts";
import type { Address, Hex } from "./units.ts";

/** States of a proposal in the order of the governor's numbers. */
export const PROPOSAL_STATES = [
  "pending",
  "active",
  "canceled",
  "defeated",
  "succeeded",
  "queued",
  "expired",
  "executed",
] as const;
/** One of {@link PROPOSAL_STATES}. */
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** One bound of a class that a call changes; lanes as `tighten.stepBps`. */
export interface BoundChange {
  readonly field: string;
  readonly from: number;
  readonly to: number;
}

/** One call of a proposal. */
export interface ProposalCall {
  readonly target: Address;
  /** `null` for a function that this version does not know. */
  readonly functionName: string | null;
  readonly calldata: Hex;
  /** Class whose bounds the call sets; `null` for any other call. */
  readonly classId: number | null;
  /** Against the bounds of now, or of just before the execution. */
  readonly changes: readonly BoundChange[];
}

/** A position whose ratio a proposal would move, at the prices and scores of now. */
export interface ProposalMove {
  readonly positionId: string;
  readonly owner: Address;
  readonly classId: number;
  readonly rhoBeforeBps: number;
  readonly rhoAfterBps: number;
  readonly healthBefore: number;
  readonly healthAfter: number;
}

/** What a proposal would do to live positions, were it executed now. */
export interface ProposalEffect {
  readonly atSec: number;
  /** Positions looked at. */
  readonly positions: number;
  readonly moved: readonly ProposalMove[];
  /** Of these, how many would fall below health 1. */
  readonly newlyUnhealthy: number;
  /** Positions whose market has no valid price: their effect is unknown. */
  readonly unpriced: number;
}

/** One proposal. */
export interface ProposalRow {
  /** Decimal number of the governor. */
  readonly id: string;
  readonly proposer: Address;
  readonly description: string;
  readonly state: ProposalState;
  readonly createdAtSec: number;
  readonly voteStartSec: number;
  readonly voteEndSec: number;
  /** First second at which it may be executed; `null` before it is queued. */
  readonly executableAtSec: number | null;
  readonly executedAtSec: number | null;
  /** Transaction of the execution. */
  readonly executedIn: Hex | null;
  /** Votes in whole tokens. */
  readonly votes: { readonly for: number; readonly against: number; readonly abstain: number };
  /** Votes that must take part, whole tokens; `null` before the snapshot. */
  readonly quorum: number | null;
  readonly calls: readonly ProposalCall[];
  /** `null` once it is decided, and where it sets no bounds. */
  readonly effect: ProposalEffect | null;
}

/** The DAO as of a block. */
export interface GovernanceReport {
  readonly atSec: number;
  readonly blockNumber: string;
  readonly governor: Address;
  readonly classes: readonly { readonly classId: number; readonly bounds: RiskClass }[];
  /** The newest first. */
  readonly proposals: readonly ProposalRow[];
}
