/** No-transaction band of a fund's whole exposure in one asset: the sum of the bands of its puts. */
import type { HedgeQuestion } from "../../domain/hedge-advice.ts";
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import type { FundExposure } from "../../scoring/fund-exposure.ts";
import { hedgeBands } from "./hedge-band.ts";

/** Taker's cost at large venues with half a spread; a mandate's slippage bounds what is really paid. */
export const HEDGE_COST_BPS = 10;
/** The network's questions begin an hour before expiry. */
const LEAST_DAYS = 1 / 24;
/** A coin's volatility outside of these is a fault of the data; the delta counts, its band is that of the edge. */
const VOL_LIMITS = [0.01, 10] as const;

/**
 * Sum of the exposures' bands, coins of the hedge; what is held is shared among them by their deltas. Wider than the band of
 * the sum would be: costs that cancel are counted.
 */
export async function exposureBand(
  hedger: Hedger,
  exposures: readonly FundExposure[],
  heldCoins: number,
): Promise<readonly [number, number]> {
  const all = exposures.reduce((sum, { deltaCoins }) => sum + deltaCoins, 0);
  const questions = exposures.map((one) => toQuestion(one, all > 0 ? (heldCoins * one.deltaCoins) / all : 0));
  const bands = await hedgeBands(questions, hedger);
  const sum = (of: (row: number) => number): number => bands.reduce((total, _, row) => total + of(row), 0);
  const sizeOf = (row: number): number => exposures[row]?.size ?? 0;
  return [
    sum((row) => (bands[row]?.lower ?? Number.NaN) * sizeOf(row)),
    sum((row) => (bands[row]?.upper ?? Number.NaN) * sizeOf(row)),
  ];
}

function toQuestion({ spot, strike, impliedVol, tenorYears, size }: FundExposure, held: number): HedgeQuestion {
  const [least, greatest] = VOL_LIMITS;
  return {
    kind: "put",
    spot,
    strike,
    days: Math.max(LEAST_DAYS, (tenorYears * SECONDS_PER_YEAR) / SECONDS_PER_DAY),
    impliedVol: Math.min(Math.max(impliedVol, least), greatest),
    forecastVol: null,
    soldVol: null,
    size,
    held,
    settlement: "quote",
    costBps: HEDGE_COST_BPS,
    gasUsd: 0,
    maxTrade: null,
  };
}
