/** What the automatic hedger of an insurance fund sees, does and refuses. */
import type { Address } from "./units.ts";

/** Why nothing, or less than wanted, was traded. A refusal of the chain is named by its error. */
export type HedgeRefusal =
  /** A position of the fund, or its market, has no known Greeks: unknown is not zero. */
  | "delta-unknown"
  /** The guardian has stopped the mandate. */
  | "paused"
  /** The terms have ended: what is left is brought home. */
  | "ended"
  /** Inside the band costs exceed what the trade would save. */
  | "inside-band"
  /** The mandate leaves so small a gap alone. */
  | "within-tolerance"
  /** The band asks for a trade away from the target. */
  | "away-from-target"
  | "turnover-capped"
  | "margin-capped"
  /** The venue marks the coin at nothing. */
  | "price-unknown"
  /** Market or models of a position are doubted: the hedge may shrink. */
  | "greeks-doubted"
  /** The target on chain is not the number that this node reported: the hedge may shrink. */
  | "target-differs"
  /** The exposure is younger than a few looks: the hedge grows for what has stood since then. */
  | "target-unproven"
  /** A transaction of the hedger, or of the reporter, is on its way: what the chain says is about to change. */
  | "transaction-pending"
  | "report-pending"
  /** The look before is still at work. */
  | "look-running"
  /** The look was cut off; the log has the error. */
  | "look-failed";

/** One mandate after the newest look at it. */
export interface FundHedgeRow {
  readonly asset: string;
  readonly mandate: Address;
  readonly venue: Address;
  /** Second of the newest look that read the chain, by the chain. */
  readonly atSec: number;
  /** Seconds by which the newest look that was tried is later, by the market; 0 where it read the chain. */
  readonly ageSec: number;
  /** What cut the newest look off; `null` for nothing. */
  readonly fault: string | null;
  readonly isPaused: boolean;
  /** The terms end at this second. */
  readonly untilSec: number;
  /** Coins that the fund gains per USD of the coin's rise, without the hedge; `null` while unknown. */
  readonly netDeltaCoins: number | null;
  /** Positions inside this band are left alone; `null` while unknown. */
  readonly lowerCoins: number | null;
  readonly upperCoins: number | null;
  /** Contracts of one coin at the venue, negative for short. */
  readonly positionCoins: number;
  /** Margin sent and not come home, what the venue account is worth, and capital beside it, USD. */
  readonly marginUsd: number;
  readonly equityUsd: number;
  readonly idleUsd: number;
  /** What the newest look did, in words; `null` when nothing. */
  readonly action: string | null;
  /**
   * Refusals of this run by reason: {@link HedgeRefusal}, a contract error, or `band:` with why a band was not the network's,
   * `band:exact` where there was none.
   */
  readonly refused: Readonly<Record<string, number>>;
}
