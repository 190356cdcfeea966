/** The risk oracle's breaker as the chain keeps it; mirror of `BreakerMode` and `BreakerReason` in `contracts/types/DeliveryTypes.sol`. */
import type { Outcome } from "./errors.ts";

/** What reports may do, by its number on chain. */
export const BREAKER_MODES = ["NORMAL", "TIGHTEN_ONLY", "HALTED"] as const;
/** See {@link BREAKER_MODES}. */
export type BreakerMode = (typeof BREAKER_MODES)[number];

/** Why the breaker left NORMAL, by its number on chain. */
export const BREAKER_REASONS = [
  "NONE",
  "GUARDIAN",
  "BOUND_VIOLATION",
  "DISPERSION",
  "TIGHTENING_WINDOW",
  "PRICE_FEED",
  "SEQUENCER",
  "HEARTBEAT",
  "EQUIVOCATION",
] as const;
/** See {@link BREAKER_REASONS}. */
export type BreakerReason = (typeof BREAKER_REASONS)[number];

/** The breaker at one block. */
export interface BreakerStatus {
  readonly mode: BreakerMode;
  /** `NONE` exactly in mode NORMAL. */
  readonly reason: BreakerReason;
  /** Time of the last change of mode, seconds. */
  readonly sinceSec: number;
}

/** What an operator knows of the breaker; unreadable is never taken for NORMAL. */
export type BreakerReading = Outcome<BreakerStatus, "breaker-unreadable">;

/** Why a round makes no report although its operators could. */
export type WithheldReason = "halted" | "breaker-unreadable";

/** Why nothing may be signed or sent under a reading; `null` where reports may go out. */
export function withheldBy(breaker: BreakerReading): WithheldReason | null {
  if (!breaker.ok) return breaker.reason;
  return breaker.value.mode === "HALTED" ? "halted" : null;
}

/** Whether the chain skips everything that lowers a requirement. What cannot be read counts as paused. */
export function isLooseningPaused(breaker: BreakerReading): boolean {
  return !breaker.ok || breaker.value.mode !== "NORMAL";
}
