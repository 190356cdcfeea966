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
  | "margin-capped";

/** One mandate after the newest look at it. */
export interface FundHedgeRow {
  readonly asset: string;
  readonly mandate: Address;
  readonly venue: Address;
  /** Second of the look, by the chain. */
  readonly atSec: number;
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
  /** Refusals of this run by reason: {@link HedgeRefusal} or a contract error. */
  readonly refused: Readonly<Record<string, number>>;
}
