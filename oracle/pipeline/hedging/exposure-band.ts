/** The no-transaction band of a fund: the sum of what the hedger says of each of its exposures. */
import type { HedgeQuestion } from "../../domain/hedge-advice.ts";
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import type { FundExposure } from "../../scoring/fund-exposure.ts";
import { hedgeBands, questionFault } from "./hedge-band.ts";

/** Band of the whole position, coins, and why parts of it are not the network's. */
export interface ExposureBand {
  readonly lower: number;
  readonly upper: number;
  /** Reasons without repetition, e.g. `band:artefact-missing`; empty where all of it is the network's. */
  readonly doubts: readonly string[];
}

/** Taker's cost at large venues with half a spread; a mandate's slippage bounds what is really paid. */
export const HEDGE_COST_BPS = 10;
/** The network's questions begin an hour before expiry. */
const LEAST_DAYS = 1 / 24;
/** A coin's volatility outside of these is a fault of the data; the delta counts, its band is that of the edge. */
const VOL_LIMITS = [0.01, 10] as const;

/**
 * Bands of all exposures in one run of the network; what is held is shared among them by their deltas. Wider than the band
 * of the sum would be: costs that cancel are counted. An exposure that is
 * no question for the hedger counts with its delta and no width: one of them hides neither itself nor the rest of the book.
 *
 * @param held position at the venue, coins.
 */
export async function exposureBand(
  hedger: Hedger,
  exposures: readonly FundExposure[],
  held: number,
): Promise<ExposureBand> {
  const all = exposures.reduce((sum, { deltaCoins }) => sum + deltaCoins, 0);
  const asked = exposures.map((one) => ({
    one,
    question: toQuestion(one, all > 0 ? (held * one.deltaCoins) / all : 0),
  }));
  const valid = asked.filter(({ question }) => questionFault(question) === null);
  const bands = await hedgeBands(
    valid.map(({ question }) => question),
    hedger,
  );
  const parts = valid.map(({ one }, row) => partOf(one, bands[row]));
  const rest = asked.filter(({ question }) => questionFault(question) !== null).map(({ one }) => exactly(one));
  const sums = [...parts, ...rest];
  return {
    lower: sums.reduce((sum, { lower }) => sum + lower, 0),
    upper: sums.reduce((sum, { upper }) => sum + upper, 0),
    doubts: [...new Set(sums.flatMap(({ doubt }) => (doubt === null ? [] : [`band:${doubt}`])))],
  };
}

interface BandPart {
  readonly lower: number;
  readonly upper: number;
  readonly doubt: string | null;
}

function partOf(
  one: FundExposure,
  band: { readonly lower: number; readonly upper: number; readonly fallback: string | null } | undefined,
): BandPart {
  if (band === undefined || !Number.isFinite(band.lower) || !Number.isFinite(band.upper)) return exactly(one);
  return { lower: band.lower * one.size, upper: band.upper * one.size, doubt: band.fallback };
}

/** No band: the hedge is the opposite of the delta. */
function exactly({ deltaCoins }: FundExposure): BandPart {
  return { lower: -deltaCoins, upper: -deltaCoins, doubt: "exact" };
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
