/** What an attack on a venue costs at least: the book must be walked, and walked again whenever it comes back. */
import { PlimsollError } from "../../domain/errors.ts";
import type { DepthBand } from "../../domain/market.ts";

/** What is bought with the money. */
export interface PriceHold {
  /** Distance of the venue's price from the others, decimal. */
  readonly distance: number;
  /** Minutes for which it is held there. */
  readonly minutes: number;
  /** Venues that are held. */
  readonly venues: number;
}

/** How venues work. */
export interface VenueTerms {
  /** Share of the notional that a taker pays, one way. */
  readonly takerFee: number;
  /** How often the depth that was taken comes back in an hour. */
  readonly refillsPerHour: number;
}

/** Listed taker fees of large venues, 2025; refills as the score's own close-out assumes them (`depthRefillsPerHour`). */
export const VENUE_TERMS: VenueTerms = { takerFee: 0.0005, refillsPerHour: 4 };

const MINUTES_PER_HOUR = 60;

/**
 * Least cost, USD. Walking a book that fills evenly costs half the distance on what rests there; every refill is sold into by others at the
 * full distance. Both legs pay fees. Whatever arbitrage between venues or moves against the attacker cost comes on top.
 *
 * @param bands resting notional of the side that is walked, ascending in distance.
 * @throws PlimsollError `ATTACK_COST_UNKNOWN` where the book has no bands, or a number is negative or not finite.
 */
export function holdingCost(
  { distance, minutes, venues }: PriceHold,
  bands: readonly DepthBand[],
  { takerFee, refillsPerHour }: VenueTerms = VENUE_TERMS,
): number {
  const notional = notionalWithin(distance, bands);
  const fees = 2 * takerFee;
  const refills = (refillsPerHour * minutes) / MINUTES_PER_HOUR;
  const cost = venues * notional * (distance / 2 + fees + refills * (distance + fees));
  if (Number.isFinite(cost) && [distance, minutes, venues, cost].every((value) => value >= 0)) return cost;
  throw new PlimsollError({
    code: "ATTACK_COST_UNKNOWN",
    problem: `Holding ${venues} venues off by ${distance} for ${minutes} minutes has no cost that is known.`,
    remedy: "Give a book with notionals by distance, and a distance, minutes and venues that are not negative.",
    context: { distance, minutes, venues, bands: bands.length },
  });
}

/** Linear between bands, from zero at mid, and on at the last slope beyond them. */
function notionalWithin(distance: number, bands: readonly DepthBand[]): number {
  let [from, below] = [0, 0];
  let slope = Number.NaN;
  for (const { distance: to, notionalUsd } of bands) {
    slope = (notionalUsd - below) / (to - from);
    if (distance <= to) return below + slope * (distance - from);
    [from, below] = [to, notionalUsd];
  }
  return below + slope * (distance - from);
}
