/** Reads a surface of SVI slices between its expiries. */
import { type SviSlice, sviVariance } from "./svi.ts";

/** A slice with the time to its expiry. */
export interface TenorSlice {
  readonly tenorYears: number;
  readonly slice: SviSlice;
}

/** A place on a surface. */
export interface SurfacePlace {
  readonly tenorYears: number;
  /** ln(K/F) with the forward of that tenor. */
  readonly logMoneyness: number;
}

/**
 * Total variance: linear in time between two expiries at one log moneyness, which keeps it free of calendar arbitrage; before the first and
 * after the last expiry the implied volatility of each log moneyness stays as it is there.
 *
 * @param slices ascending in tenor, at least one; NaN without any.
 */
export function surfaceVariance(slices: readonly TenorSlice[], { tenorYears, logMoneyness }: SurfacePlace): number {
  const next = slices.findIndex((slice) => slice.tenorYears >= tenorYears);
  const after = next < 0 ? undefined : slices[next];
  const before = next < 0 ? slices.at(-1) : slices[next - 1];
  const edge = before ?? after;
  if (edge === undefined) return Number.NaN;
  if (before === undefined || after === undefined) {
    return sviVariance(edge.slice, logMoneyness) * (tenorYears / edge.tenorYears);
  }
  const share = (tenorYears - before.tenorYears) / (after.tenorYears - before.tenorYears);
  return (1 - share) * sviVariance(before.slice, logMoneyness) + share * sviVariance(after.slice, logMoneyness);
}
