/** What a node reads of other protocols on chain: pools that trade an asset, and changes of risk parameters that others prepare. */
import type { AssetSymbol, DepthBand, Provenance } from "./market.ts";

/** Price of a pool after one block. */
export interface BlockPrice {
  readonly block: number;
  /** USD. */
  readonly price: number;
}

/** State of one automated market maker's pool at the end of a block. `sourceTimeSec` is the block's. */
export interface PoolState extends Provenance {
  readonly kind: "pool";
  readonly asset: AssetSymbol;
  readonly block: number;
  /** USD of a coin at which the next infinitesimal trade is made, without fee. */
  readonly price: number;
  /** Geometric mean of that price over the last {@link PoolState.twapSec}; `null` where the pool does not remember so far back. */
  readonly twap: number | null;
  readonly twapSec: number;
  /** What can be sold to, and bought from, the pool before its price has moved by a distance: USD without fee. */
  readonly bids: readonly DepthBand[];
  readonly asks: readonly DepthBand[];
  /** Coins that traders bought and sold within {@link PoolState.windowSec}. */
  readonly buyCoins: number;
  readonly sellCoins: number;
  readonly swaps: number;
  readonly windowSec: number;
  /** Prices after each of the last blocks, ascending, the newest last; shorter where the pool is younger. */
  readonly blockPrices: readonly BlockPrice[];
}

/** One answer of a Chainlink price feed. `sourceTimeSec` is when it was given (`updatedAt`). */
export interface FeedRound extends Provenance {
  readonly kind: "feed-round";
  readonly asset: AssetSymbol;
  /** USD. */
  readonly price: number;
  /** The proxy's phase: it grows when another aggregator takes over; 0 for an aggregator that is asked without a proxy. */
  readonly phase: number;
  /** Round of that phase's aggregator. */
  readonly round: number;
  /** Time within which the next answer is promised, seconds. */
  readonly heartbeatSec: number;
}

/** How far a change of another protocol's parameters is. */
export type ProposalStage = "proposed" | "queued" | "executed" | "cancelled";

/** What is to change; `unreadable` where a call runs code, or its announcement was not seen. */
export type RiskParameter = "threshold" | "cap" | "price-source" | "liquidation" | "halt" | "unreadable";

/** One parameter of one asset that another protocol changes, or prepares to. `sourceTimeSec` is the time of the stage's block. */
export interface ParameterProposal extends Provenance {
  readonly kind: "proposal";
  readonly asset: AssetSymbol;
  readonly proposalId: string;
  readonly stage: ProposalStage;
  readonly parameter: RiskParameter;
  /** Function or event that says so; empty where none was seen. */
  readonly call: string;
  /** From when on it may be carried out, seconds; `null` where nobody has said. */
  readonly executableSec: number | null;
}
