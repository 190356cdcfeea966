/** How delivery stands, in words and rows that people and programs are shown. */
import { BREAKER_MODES, type BreakerReason, type BreakerStatus } from "./breaker.ts";
import type { Hex } from "./units.ts";

/** Modes as they are shown; a breaker that could not be read is never shown as NORMAL. */
export const SHOWN_MODES = [...BREAKER_MODES, "UNKNOWN"] as const;
/** Fates of a held report. */
export const HELD_STATES = ["waiting", "released", "discarded", "expired"] as const;
/** `expired` when nobody has decided in time. */
export type HeldState = (typeof HELD_STATES)[number];

/** The breaker at the newest block that could be read. */
export interface BreakerRow {
  readonly mode: (typeof SHOWN_MODES)[number];
  /** `null` while unknown. */
  readonly reason: BreakerReason | null;
  /** What the mode means, a sentence. */
  readonly meaning: string;
  /** The reason in words; `null` in NORMAL and while unknown. */
  readonly cause: string | null;
  /** Time of the last change of mode, seconds; `null` while unknown. */
  readonly sinceSec: number | null;
  /** Time of the block that was read, seconds; `null` before the first. */
  readonly readAtSec: number | null;
}

/** A report that the chain keeps back whole, or kept back. */
export interface HeldReportRow {
  readonly digest: Hex;
  readonly epoch: string;
  readonly chunkIndex: number;
  readonly heldAtSec: number;
  /** Last second at which guardian or DAO may release it. */
  readonly releasableUntilSec: number;
  /** Time of the release or the discard; `null` while there is none. */
  readonly decidedAtSec: number | null;
  readonly state: HeldState;
  /** Entries of the report; `null` for one that this node has not signed. */
  readonly entries: number | null;
  /** Entries that it would have tightened, and their summed rise of ρ, basis points. */
  readonly tightened: number;
  readonly tighteningBps: number;
  readonly transactionHash: Hex;
}

/** Breaker and held reports, newest first. */
export interface DeliveryRow {
  readonly breaker: BreakerRow;
  readonly heldReports: readonly HeldReportRow[];
  /** Time of the block at which the held reports were read, seconds; `null` before the first time. */
  readonly heldReadAtSec: number | null;
}

const MEANINGS: Readonly<Record<BreakerRow["mode"], string>> = {
  NORMAL: "Reports may do everything that the rules allow.",
  TIGHTEN_ONLY: "Tighten only: nothing that lowers a requirement is applied.",
  HALTED: "Halted: no report is applied, and the values in force are frozen.",
  UNKNOWN: "The breaker could not be read: its state is unknown.",
};

const CAUSES: Readonly<Record<BreakerReason, string | null>> = {
  NONE: null,
  GUARDIAN: "a decision of the guardian or the DAO",
  BOUND_VIOLATION: "a quorum signed values outside of the class bounds",
  DISPERSION: "the operators disagree too much",
  TIGHTENING_WINDOW: "a report would have passed the window's cap of tightenings",
  PRICE_FEED: "price sources diverge, are stale or implausible",
  SEQUENCER: "the sequencer is down or has just come back",
  HEARTBEAT: "no report has arrived for too long",
  EQUIVOCATION: "one quorum signed two different reports",
};

/** The breaker as it is shown; `null` for one that could not be read. */
export function breakerRow(status: BreakerStatus | null, readAtSec: number | null): BreakerRow {
  if (status === null) {
    return { mode: "UNKNOWN", reason: null, meaning: MEANINGS.UNKNOWN, cause: null, sinceSec: null, readAtSec };
  }
  const { mode, reason, sinceSec } = status;
  return { mode, reason, meaning: MEANINGS[mode], cause: CAUSES[reason], sinceSec, readAtSec };
}

/** What is shown before the first look. */
export const UNKNOWN_DELIVERY: DeliveryRow = {
  breaker: breakerRow(null, null),
  heldReports: [],
  heldReadAtSec: null,
};
