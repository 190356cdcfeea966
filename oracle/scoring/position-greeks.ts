/** Greeks of one short position, in the score's own units: under the spot price, at the carried strike, with the score's volatility. */
import type { CoinGreeks, Sensitivities, UsdGreeks } from "../domain/greeks.ts";
import { type Position, tenorYears } from "../domain/positions.ts";
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../domain/units.ts";
import { type Black76Input, black76, black76Coin } from "../math/black76.ts";
import type { AssetContext } from "./asset-context.ts";
import { hasFailedModel } from "./prediction-check.ts";
import { carriedStrike, seriesVol } from "./series-vol.ts";

/** One volatility point, decimal a year. */
export const VOL_POINT = 0.01;
/** One day, years. */
export const DAY_YEARS = SECONDS_PER_DAY / SECONDS_PER_YEAR;

/**
 * Greeks of a short position, its size included (`UsdGreeks`, `CoinGreeks` give signs and units).
 *
 * @param context of the position's asset; `null` for one without a usable market or prediction.
 * @returns `null` where anything is not known or not a finite number: unknown, never zero. So it is without a collateral,
 * though no Greek needs it: such a position has no current score that they could fit.
 */
export function positionGreeks(
  position: Pick<Position, "kind" | "strike" | "size" | "expirySec" | "collateralPerContract">,
  context: AssetContext | null,
  atSec: number,
): Sensitivities | null {
  if (context === null) return null;
  const { kind, size } = position;
  const vol = seriesVol(position, context, atSec);
  const { spot } = context.market;
  const tenor = tenorYears(position, atSec);
  const option = {
    ...{ kind, strike: carriedStrike(position, vol), forward: spot, tenorYears: tenor },
    impliedVol: vol.impliedVol,
  };
  if (!isPriceable(option) || !isPositive(size) || !Number.isFinite(position.collateralPerContract)) return null;
  const [usd, coin] = [usdGreeks(option, size), coinGreeks(option, size)];
  if (![...Object.values(usd), ...Object.values(coin)].every(Number.isFinite)) return null;
  const isDoubted = context.doubted || hasFailedModel(context.fallbacks);
  const { impliedVol, source: volSource, quotesAgeSec } = vol;
  const forwardUsd = spot * vol.basis;
  return { spotUsd: spot, forwardUsd, impliedVol, volSource, quotesAgeSec, tenorYears: tenor, isDoubted, usd, coin };
}

function isPriceable({ forward, strike, tenorYears: tenor, impliedVol }: Black76Input): boolean {
  // Twice, so that a forward moved a little is a number still.
  return isPositive(2 * forward) && isPositive(strike) && isPositive(impliedVol) && Number.isFinite(tenor);
}

function isPositive(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

/** Short: what the holder gains the writer loses. Subtracted from zero, so that no zero has a sign. */
function shortOf(size: number): (value: number) => number {
  return (value) => 0 - size * value;
}

function usdGreeks(option: Black76Input, size: number): UsdGreeks {
  const long = black76(option);
  const short = shortOf(size);
  return {
    value: short(long.price),
    delta: short(long.delta),
    deltaUsd: short(long.delta * option.forward),
    gamma: short(long.gamma),
    gammaUsd: short(long.gamma * option.forward * option.forward),
    vega: short(long.vega * VOL_POINT),
    theta: short(long.theta * DAY_YEARS),
    vanna: short(long.vanna * VOL_POINT),
    volga: short(long.volga * VOL_POINT * VOL_POINT),
  };
}

function coinGreeks(option: Black76Input, size: number): CoinGreeks {
  const long = black76Coin(option);
  const short = shortOf(size);
  return {
    value: short(long.price),
    netDelta: short(long.delta),
    netDeltaUsd: short(long.delta * option.forward),
    gamma: short(long.gamma),
    vega: short(long.vega * VOL_POINT),
    theta: short(long.theta * DAY_YEARS),
    vanna: short(long.vanna * VOL_POINT),
    volga: short(long.volga * VOL_POINT * VOL_POINT),
  };
}
