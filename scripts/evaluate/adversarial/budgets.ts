/** What attackers are assumed to reach, before and after the defence of feeds, and what the reach costs. */
import type { DepthBand } from "../../../oracle/domain/market.ts";
import { FEATURE_SETTINGS } from "../../../oracle/ingestion/defence/feature-settings.ts";
import { holdingCost, type PriceHold } from "../../../oracle/training/adversarial/attack-cost.ts";
import type { BendBudget } from "../../../oracle/training/adversarial/bend-market.ts";

/** A reach with its price. */
export interface PricedBudget {
  readonly name: string;
  readonly bend: BendBudget;
  /** What must be held for it. */
  readonly hold: PriceHold;
}

/** Sources of a defended node; the others say the truth. */
const SOURCES = 5;
const { floor } = FEATURE_SETTINGS.price.centre;
/** A minority of one moves the mean of five by a fifth of what is tolerated. */
const DEFENDED = floor / SOURCES;
const MINUTES_PER_HOUR = 60;
const DAY = 24;
const OPEN = 0.01;

/** One source alone, for an hour and for a day; one of five, as far as nobody calls it an outlier. Depth is not bent: hourly files have none. */
export const PRICED_BUDGETS: readonly PricedBudget[] = [
  budget("alone-1h", OPEN, { distance: OPEN, hours: 1 }),
  budget("alone-24h", OPEN, { distance: OPEN, hours: DAY }),
  budget("one-of-five-1h", DEFENDED, { distance: floor, hours: 1 }),
  budget("one-of-five-24h", DEFENDED, { distance: floor, hours: DAY }),
];

function budget(
  name: string,
  price: number,
  { distance, hours }: { readonly distance: number; readonly hours: number },
): PricedBudget {
  return {
    name,
    bend: { price, bars: hours, depth: 0 },
    hold: { distance, minutes: hours * MINUTES_PER_HOUR, venues: 1 },
  };
}

/** Cost of a budget, USD, on a book. @throws PlimsollError `ATTACK_COST_UNKNOWN`. */
export function costOf({ hold }: PricedBudget, bands: readonly DepthBand[]): number {
  return holdingCost(hold, bands);
}
