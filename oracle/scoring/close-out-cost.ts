/** Cost C of taking a position over: book walk at stressed depth, half spread, gas and the liquidator's price risk. */

import type { VolForecast } from "../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import { averageSlippage, type DepthCurve, depthLeft } from "./depth-curve.ts";
import { hourlySigma } from "./scenarios.ts";
import type { ScoringSettings } from "./scoring-settings.ts";

/** What the cost of one asset and direction depends on, position apart. */
export interface CostTerms {
  readonly kind: "call" | "put";
  /** USD. */
  readonly spot: number;
  readonly curve: DepthCurve;
  /** Liquidator's 95 % price risk over the orderly stage, decimal of the traded notional. */
  readonly priceRisk: number;
  readonly gasUsdPerContract: number;
}

/** Cost terms of one asset and direction. */
export function costTerms(
  base: Pick<CostTerms, "kind" | "spot" | "curve">,
  volatility: VolForecast,
  settings: ScoringSettings,
): CostTerms {
  const stage = Math.sqrt(settings.orderlyStageSec / SECONDS_PER_HOUR);
  return {
    ...base,
    priceRisk: settings.priceRiskDeviations * hourlySigma(volatility) * stage,
    gasUsdPerContract: settings.gasUsdPerContract,
  };
}

/**
 * Cost per contract, collateral units; non-decreasing in size, in the hedge ratio and in the loss of depth.
 *
 * @param trade terms of the asset and direction, and the size in contracts.
 * @param hedge coins to trade per contract.
 * @param depth share of today's depth that is left, 0…1.
 */
export function closeOutCost(
  trade: { readonly terms: CostTerms; readonly size: number },
  hedge: number,
  depth: number,
): number {
  const { terms, size } = trade;
  const unit = terms.kind === "put" ? terms.spot : 1;
  const notional = (hedge * size * terms.spot) / depth;
  const perCoin = averageSlippage(terms.curve, notional) + terms.curve.halfSpread / depth + terms.priceRisk;
  return unit * (hedge * perCoin + terms.gasUsdPerContract / terms.spot);
}

/** {@link depthLeft} of many moves at once. `[paths]` */
export function depthsLeft(moves: Float64Array): Float64Array {
  return moves.map(depthLeft);
}
