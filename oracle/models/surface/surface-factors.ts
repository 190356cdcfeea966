/** Nine numbers that say what a surface looks like: level, skew and curvature at three constant maturities. */
import { normalInverse } from "../../math/special-functions.ts";
import { surfaceVariance, type TenorSlice } from "../../math/svi-surface.ts";

/** Constant maturities, days. */
export const FACTOR_DAYS = [7, 30, 90] as const;
/** What is read at each maturity: volatility at the forward, 25-delta risk reversal (call less put) and butterfly (their mean less the level). */
export const FACTOR_KINDS = ["level", "riskReversal", "butterfly"] as const;
/** Names such as `level7`, maturities outside, kinds inside. */
export const FACTOR_NAMES: readonly string[] = FACTOR_DAYS.flatMap((days) =>
  FACTOR_KINDS.map((kind) => `${kind}${days}`),
);

const DAYS_PER_YEAR = 365;
/** Distance ln(K/F) of an option with a forward delta of a quarter: deviations on the side of its strike. */
const QUARTER = normalInverse(0.75);
const FIXED_POINT_ROUNDS = 30;
const FIXED_POINT_TOLERANCE = 1e-12;

/**
 * Factors in the order of {@link FACTOR_NAMES}, volatilities as decimals a year. `[9]`
 *
 * @param slices ascending in tenor, at least one.
 */
export function surfaceFactors(slices: readonly TenorSlice[]): Float64Array {
  return Float64Array.from(
    FACTOR_DAYS.flatMap((days) => {
      const tenorYears = days / DAYS_PER_YEAR;
      const vol = (logMoneyness: number): number =>
        Math.sqrt(surfaceVariance(slices, { tenorYears, logMoneyness }) / tenorYears);
      const level = vol(0);
      const [put, call] = [-1, 1].map((side) => vol(quarterStrike({ slices, tenorYears }, side)));
      return [
        level,
        (call ?? Number.NaN) - (put ?? Number.NaN),
        ((call ?? Number.NaN) + (put ?? Number.NaN)) / 2 - level,
      ];
    }),
  );
}

/** Solves k = side · q · s(k) + s(k)²/2 with s the deviation there: N(d1) is a quarter for the call, three quarters for the put. */
function quarterStrike(
  { slices, tenorYears }: { readonly slices: readonly TenorSlice[]; readonly tenorYears: number },
  side: number,
): number {
  let strike = 0;
  for (let round = 0; round < FIXED_POINT_ROUNDS; round += 1) {
    const variance = surfaceVariance(slices, { tenorYears, logMoneyness: strike });
    const next = side * QUARTER * Math.sqrt(variance) + variance / 2;
    if (Math.abs(next - strike) < FIXED_POINT_TOLERANCE) return next;
    strike = next;
  }
  return strike;
}
