/** Looks for static arbitrage in a set of slices, on a dense grid and in the limit of far strikes. */
import { type SviSlice, sviDensitySign, sviVariance, sviWingSlope } from "../../math/svi.ts";
import type { TenorSlice } from "../../math/svi-surface.ts";

/** Counts of grid points at which a surface can be arbitraged. */
export interface Arbitrage {
  /** Points with a negative density, and wings that rise by more than 2. */
  readonly butterfly: number;
  /** Points at which a later expiry has less total variance than the one before it. */
  readonly calendar: number;
  /** Points looked at, of either kind. */
  readonly points: number;
}

/** Strikes from a seventh to seven times the forward. */
const GREATEST_MONEYNESS = 2;
const STEP = 0.01;
/** For short expiries the grid is finer: a tenth of the standard deviation, up to twelve to each side. */
const NEAR_STEPS = 120;
const STEPS_PER_DEVIATION = 10;
/** Lee's moment formula. */
const STEEPEST_WING = 2;

/** @param slices ascending in tenor. */
export function findArbitrage(slices: readonly TenorSlice[]): Arbitrage {
  let [butterfly, calendar, points] = [0, 0, 0];
  slices.forEach(({ slice }, place) => {
    const before = slices[place - 1]?.slice ?? null;
    for (const logMoneyness of gridOf(slice)) {
      points += 1;
      if (!(sviDensitySign(slice, logMoneyness) >= 0)) butterfly += 1;
      if (before !== null && !(sviVariance(slice, logMoneyness) >= sviVariance(before, logMoneyness))) calendar += 1;
    }
    if (!(sviWingSlope(slice) <= STEEPEST_WING)) butterfly += 1;
    if (before !== null && !isSteeper(slice, before)) calendar += 1;
  });
  return { butterfly, calendar, points };
}

/** Whether neither wing of the later slice is flatter: beyond the grid the wings are straight. */
function isSteeper(later: SviSlice, earlier: SviSlice): boolean {
  return ([-1, 1] as const).every((side) => later.b * (1 + side * later.rho) >= earlier.b * (1 + side * earlier.rho));
}

function gridOf(slice: SviSlice): readonly number[] {
  const deviation = Math.sqrt(sviVariance(slice, 0));
  const far = Math.round(GREATEST_MONEYNESS / STEP);
  const near = Array.from({ length: 2 * NEAR_STEPS + 1 }, (_, place) => (place - NEAR_STEPS) / STEPS_PER_DEVIATION);
  return [
    ...Array.from({ length: 2 * far + 1 }, (_, place) => (place - far) * STEP),
    ...near.map((place) => place * deviation).filter((place) => Math.abs(place) <= GREATEST_MONEYNESS),
  ];
}
