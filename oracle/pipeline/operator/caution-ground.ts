/** What a round hands to the watch over caution: whose states are due, and whether the book behind them is whole. */
import { hasEveryLoan, type LendingReading } from "../../domain/lending.ts";
import type { MarketSnapshot } from "../../domain/market.ts";
import { hidesPositions, type PositionReject } from "../../ingestion/sources/source-positions.ts";
import type { CautionGround } from "./caution-watch.ts";
import type { ChainState } from "./chain-state.ts";

/** What a round has read. */
export interface CautionFacts extends Pick<CautionGround, "cascades"> {
  readonly snapshot: MarketSnapshot;
  readonly chain: Pick<ChainState, "positions" | "breaker">;
  readonly lending: Pick<LendingReading, "rejected">;
  /** Positions that were not taken. */
  readonly rejected: readonly PositionReject[];
}

/** Assets are those of the market and those of the positions: one that has lost its market is not known, not forgotten. */
export function cautionGround({ snapshot, chain, lending, rejected, cascades }: CautionFacts): CautionGround {
  return {
    assets: new Set([...snapshot.assets.keys(), ...chain.positions.map(({ asset }) => asset)]),
    cascades,
    isBookComplete: hasEveryLoan(lending) && !rejected.some(hidesPositions),
    breaker: chain.breaker,
    atSec: snapshot.atSec,
  };
}
