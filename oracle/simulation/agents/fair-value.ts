/** What an option is worth in the replayed market: the yardstick of the keepers and of the holders who sell to them. */
import type { AssetMarket } from "../../domain/market.ts";
import { type OptionSeries, tenorYears } from "../../domain/positions.ts";
import { SECONDS_PER_YEAR } from "../../domain/units.ts";
import { black76, black76Coin } from "../../math/black76.ts";

/** Implied over realised volatility where the market has no index; see `docs/models/score.md`. */
const IMPLIED_PREMIUM = 1.1;
const FLOOR_VOL = 0.3;
const CEILING_VOL = 4;
/** Bars of the realised volatility: two days of hours. */
const REALISED_BARS = 48;

/**
 * Value of one contract in collateral units (coins for calls, USD for puts): Black-76 at the volatility index of the
 * market, or at its realised volatility of the last two days times a premium.
 */
export function fairValue(series: OptionSeries, market: AssetMarket, atSec: number): number {
  const option = {
    kind: series.kind,
    forward: market.spot,
    strike: series.strike,
    tenorYears: tenorYears(series, atSec),
    impliedVol: currentVol(market),
  };
  return series.kind === "call" ? black76Coin(option).price : black76(option).price;
}

function currentVol(market: AssetMarket): number {
  const vol = market.volIndex?.impliedVol ?? realisedVol(market) * IMPLIED_PREMIUM;
  return Math.min(CEILING_VOL, Math.max(FLOOR_VOL, vol));
}

function realisedVol(market: AssetMarket): number {
  const closes = market.bars.close.slice(-REALISED_BARS - 1);
  let sum = 0;
  for (let index = 1; index < closes.length; index += 1) {
    const step = Math.log((closes[index] ?? 1) / (closes[index - 1] ?? 1));
    sum += step * step;
  }
  const perBar = sum / Math.max(1, closes.length - 1);
  return Math.sqrt((perBar * SECONDS_PER_YEAR) / market.bars.spanSec);
}
