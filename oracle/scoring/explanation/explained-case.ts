/** Everything that the scores of one asset's positions are made of in a round: what is committed to, and explained. */
import type { AssetMarket, MarketDoubt } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { BoundedPair } from "../class-bounds.ts";

/** What all positions of an asset share. */
export interface ExplainedAsset {
  /** Time of the round, seconds. */
  readonly atSec: number;
  /** As far as scoring reads it; `null` where there was none. */
  readonly market: AssetMarket | null;
  readonly prediction: AssetPrediction | null;
  readonly doubts: readonly MarketDoubt[];
  /** Exposure of the asset to the others, 0 to 1. */
  readonly exposure: number;
  /** Volatility of a usual day of the last 30, decimal a year; `null` where the bars do not reach. */
  readonly usualVol: number | null;
}

/** What is a position's own. */
export interface ExplainedPosition {
  readonly position: Position;
  readonly riskClass: RiskClass;
  readonly lastGood: BoundedPair | null;
  /** Contracts of the owner in the series, and of the whole series, inside the position's source. */
  readonly ownerSize: number;
  readonly seriesSize: number;
}
