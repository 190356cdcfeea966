/** Ninety days of a market that the node makes for itself, and what would have been in it under other bounds. */
import type { AssetSymbol } from "./market.ts";
import type { OptionKind } from "./positions.ts";
import type { RiskClass } from "./risk-class.ts";

/** How far the making of the history is. */
export interface HistoryState {
  readonly state: "running" | "done" | "failed";
  /** In words, e.g. `simulator crash-recovery seed 7`: never a market that was. */
  readonly label: string;
  /** Span of the whole history, seconds. */
  readonly fromSec: number;
  readonly toSec: number;
  readonly weeks: number;
  readonly weeksDone: number;
  /** Time that the rest will take, seconds of this machine; `null` before the first week was made here. */
  readonly etaSec: number | null;
  /** Why it failed; `null` unless it has. */
  readonly fault: string | null;
}

/** Which bounds are held against the present ones. */
export interface ReplayQuestion {
  readonly classId: number;
  readonly present: RiskClass;
  readonly proposed: RiskClass;
}

/** What became of the shorts of a class under some bounds. */
export interface ReplayOutcome {
  /** Mean and greatest maintenance ρ over all hours of all shorts, basis points; `null` without any. */
  readonly meanRhoBps: number | null;
  readonly greatestRhoBps: number | null;
  /** Reports in which what was asked for was not what the rules accepted. */
  readonly clamped: number;
  readonly tightened: number;
  readonly loosened: number;
  /** Shorts that were flagged, and that were liquidated, in part or whole. */
  readonly flagged: number;
  readonly liquidated: number;
  /** Mean collateral over the hours, USD. */
  readonly lockedUsd: number;
  /** What settlements left unpaid in the whole market of the asset, USD. */
  readonly shortfallUsd: number;
  /** What liquidations cost writers beyond fair value in the whole market of the asset, USD. */
  readonly chargeUsd: number;
}

/** One short under some bounds. */
export interface ReplayedFate {
  readonly meanRhoBps: number | null;
  readonly greatestRhoBps: number | null;
  readonly clamped: number;
  readonly lockedUsd: number;
  readonly isFlagged: boolean;
  readonly isLiquidated: boolean;
}

/** One short under both. */
export interface ReplayedShort {
  readonly index: number;
  readonly kind: OptionKind;
  /** USD. */
  readonly strike: number;
  readonly openSec: number;
  readonly expirySec: number;
  /** Contracts. */
  readonly size: number;
  readonly present: ReplayedFate;
  readonly proposed: ReplayedFate;
}

/** The class at one time under both; `null` where it has no short then. */
export interface ReplayPoint {
  readonly atSec: number;
  /** USD. */
  readonly spot: number;
  /** Mean of what the scoring asked for, before any rule, basis points. */
  readonly askedRhoBps: number | null;
  readonly presentRhoBps: number | null;
  readonly proposedRhoBps: number | null;
  readonly presentLockedUsd: number;
  readonly proposedLockedUsd: number;
}

/** The past of a class under present and under proposed bounds. */
export interface HistoryReplay {
  readonly label: string;
  readonly fromSec: number;
  readonly toSec: number;
  readonly classId: number;
  readonly asset: AssetSymbol;
  readonly present: ReplayOutcome;
  readonly proposed: ReplayOutcome;
  /** Every six hours. */
  readonly points: readonly ReplayPoint[];
  /** Shorts that were in the class, in the order of their opening. */
  readonly shorts: readonly ReplayedShort[];
}

/** Source of the history. */
export interface HistoryView {
  state(): HistoryState;
  /**
   * Replays the class.
   *
   * @returns `null` while the answer is being worked out: it is there when the same is asked again.
   * @throws PlimsollError `HISTORY_EMPTY` before the first week, `REPLAY_CLASS_UNKNOWN`, `REPLAY_BUSY`.
   */
  replay(question: ReplayQuestion): Promise<HistoryReplay | null>;
}
