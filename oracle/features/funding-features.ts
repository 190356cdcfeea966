/** Perpetual funding: level and change. */
import type { FundingRate } from "../domain/market.ts";
import { SECONDS_PER_DAY } from "../domain/units.ts";
import type { FeatureContext, FeatureRecipe } from "./feature-recipe.ts";

/** Three settlements: a level older than a day is missing. */
const MAX_AGE_SEC = SECONDS_PER_DAY;
/** 2 % per 8 h; Binance caps BTC and ETH at 0.3 %, smaller perpetuals at 2 to 3 %. */
const MAX_RATE = 0.02;

/** Newest funding rate and its change over a day, decimal per 8 h. */
export const FUNDING_FEATURES: readonly FeatureRecipe[] = [
  fundingRecipe("funding-level", 0, ({ market, atSec }) => rateAt(market.funding, atSec, atSec)),
  fundingRecipe("funding-change-24h", SECONDS_PER_DAY, ({ market, atSec }) => {
    const now = rateAt(market.funding, atSec, atSec);
    return now - rateAt(market.funding, atSec, atSec - SECONDS_PER_DAY);
  }),
];

function fundingRecipe(name: string, windowSec: number, compute: (context: FeatureContext) => number): FeatureRecipe {
  return {
    definition: {
      name,
      family: "funding",
      unit: "decimal per 8 h",
      windowSec,
      source: "funding",
      min: -MAX_RATE,
      max: MAX_RATE,
      monotone: 0,
    },
    compute,
  };
}

/** Newest rate made by `timeSec`, known at `atSec`, at most a day old; the list ascends in time and is read from its end. */
function rateAt(funding: readonly FundingRate[], atSec: number, timeSec: number): number {
  for (let index = funding.length - 1; index >= 0; index -= 1) {
    const entry = funding[index];
    if (entry === undefined || entry.receivedTimeSec > atSec || entry.sourceTimeSec > timeSec) continue;
    return timeSec - entry.sourceTimeSec > MAX_AGE_SEC ? Number.NaN : entry.ratePer8h;
  }
  return Number.NaN;
}
