/** Holds an agreed price against what depends on it elsewhere: marks, indices and the forward that options imply. */
import type { ReadingFault } from "./reading-faults.ts";

/** A price of the same coin that is made otherwise. USD. */
export interface PriceAnchor {
  /** E.g. `deribit/index`. */
  readonly name: string;
  readonly price: number;
  /** Years to delivery; 0 for what is due now. */
  readonly years: number;
}

/** Mark and index of one venue stood up to 1 % apart in crashes. */
const BASIS_LIMIT = 0.02;
/** Widest carry of a future, log points a year: it adds to the limit of what is due later. */
const CARRY_A_YEAR = 0.3;

/** The first anchor that the price contradicts, or `null`. Anchors without a positive price say nothing. */
export function basisConflict(price: number, anchors: readonly PriceAnchor[]): ReadingFault | null {
  for (const { name, price: anchor, years } of anchors) {
    const distance = Math.log(price / anchor);
    const limit = BASIS_LIMIT + CARRY_A_YEAR * Math.max(0, years);
    if (Number.isFinite(distance) && Math.abs(distance) > limit)
      return { reason: "basis-conflict", detail: `${distance.toFixed(4)} from ${name}, limit ${limit.toFixed(4)}` };
  }
  return null;
}
