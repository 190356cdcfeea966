/** Projects slices to the SSVI family, which has no static arbitrage by construction. */
import { nelderMead } from "../../math/optimise.ts";
import { type SviSlice, sviVariance } from "../../math/svi.ts";
import type { TenorSlice } from "../../math/svi-surface.ts";

/** Log moneyness, in standard deviations, at which the projection resembles the slices. */
const PLACES = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2];
/** η(1 + |ρ|) ≤ 2 and γ ≤ ½ exclude butterfly arbitrage (Gatheral and Jacquier, arXiv 1204.0646, remark 4.4); a little less. */
const STRONGEST = 1.98;
const GREATEST_POWER = 0.5;
/** Total variance at the money grows by at least this share from expiry to expiry. */
const LEAST_GROWTH = 1e-4;
const SEARCH = { maxIterations: 400, tolerance: 1e-9, edge: 0.3 };
const START = Float64Array.of(-0.2, 0.5, 0);

/**
 * The surface `w = θ/2 (1 + ρφk + √((φk + ρ)² + 1 − ρ²))`, `φ(θ) = η θ^−γ (1 + θ)^(γ − 1)` (eq. 4.1 and 4.5) nearest to the slices, at
 * their own variances at the money made non-decreasing.
 *
 * @param slices ascending in tenor.
 */
export function projectSsvi(slices: readonly TenorSlice[]): readonly TenorSlice[] {
  const levels = risingLevels(slices);
  const misfit = (point: Float64Array): number =>
    slices.reduce((sum, { slice }, place) => {
      const level = levels[place] ?? Number.NaN;
      return sum + distance(slice, ssviSlice(point, level), level);
    }, 0);
  const { point } = nelderMead(misfit, START, SEARCH);
  return slices.map(({ tenorYears }, place) => ({ tenorYears, slice: ssviSlice(point, levels[place] ?? Number.NaN) }));
}

function risingLevels(slices: readonly TenorSlice[]): readonly number[] {
  let least = 0;
  return slices.map(({ slice }) => {
    least = Math.max(least * (1 + LEAST_GROWTH), sviVariance(slice, 0));
    return least;
  });
}

/** The SSVI slice of three unbounded numbers (tilt, strength, power) as raw SVI. */
function ssviSlice([tilt = 0, strength = 0, power = 0]: Float64Array, level: number): SviSlice {
  const rho = Math.tanh(tilt);
  const eta = (STRONGEST / (1 + Math.abs(rho))) * share(strength);
  const gamma = GREATEST_POWER * share(power);
  const phi = eta * level ** -gamma * (1 + level) ** (gamma - 1);
  const cosine = Math.sqrt(1 - rho * rho);
  return { a: (level / 2) * cosine * cosine, b: (level * phi) / 2, rho, m: -rho / phi, sigma: cosine / phi };
}

function share(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function distance(slice: SviSlice, other: SviSlice, level: number): number {
  return PLACES.reduce((sum, place) => {
    const at = place * Math.sqrt(level);
    return sum + Math.log(sviVariance(slice, at) / sviVariance(other, at)) ** 2;
  }, 0);
}
