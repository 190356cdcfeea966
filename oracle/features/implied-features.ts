/** Implied-volatility index: level and premium over realised volatility. */
import { SECONDS_PER_DAY } from "../domain/units.ts";
import type { FeatureContext, FeatureRecipe } from "./feature-recipe.ts";
import { realisedVol } from "./realised-features.ts";

/** Daily indices arrive a day late; anything older than this is missing. */
const MAX_AGE_SEC = 4 * SECONDS_PER_DAY;
const WEEK_SEC = 7 * SECONDS_PER_DAY;
/** 500 % a year; DVOL peaked below 200 % (BTC, 2021). */
const MAX_VOL = 5;
const MAX_LOG_RATIO = 3;

/** Implied-volatility index, decimal a year, and ln(index / 7-day realised volatility). */
export const IMPLIED_FEATURES: readonly FeatureRecipe[] = [
  {
    definition: {
      name: "implied-vol",
      family: "implied",
      unit: "decimal a year",
      windowSec: 0,
      source: "vol-index",
      min: 0,
      max: MAX_VOL,
      monotone: 1,
    },
    compute: impliedVol,
  },
  {
    definition: {
      name: "log-implied-realised-ratio-7d",
      family: "implied",
      unit: "1",
      windowSec: WEEK_SEC,
      source: "vol-index",
      min: -MAX_LOG_RATIO,
      max: MAX_LOG_RATIO,
      monotone: 0,
    },
    compute: (context) => Math.log(impliedVol(context) / realisedVol(context.history, WEEK_SEC)),
  },
];

function impliedVol({ market, atSec }: FeatureContext): number {
  const index = market.volIndex;
  if (index === null || index.receivedTimeSec > atSec || atSec - index.sourceTimeSec > MAX_AGE_SEC) return Number.NaN;
  return index.impliedVol;
}
