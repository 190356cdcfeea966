/** Total implied variance of one expiry as a raw SVI curve, with its derivatives and Durrleman's test of its density. */

/** `w(k) = a + b (ρ (k − m) + √((k − m)² + σ²))` (Gatheral and Jacquier, arXiv 1204.0646, eq. 3.1). */
export interface SviSlice {
  /** Level of total variance; the least total variance is a + b σ √(1 − ρ²) > 0. */
  readonly a: number;
  /** Slope of the wings, > 0. */
  readonly b: number;
  /** Tilt, −1…1. */
  readonly rho: number;
  /** Log moneyness ln(K/F) of the bend. */
  readonly m: number;
  /** Roundness of the bend, > 0. */
  readonly sigma: number;
}

/** Total variance σ²T at a log moneyness ln(K/F). */
export function sviVariance({ a, b, rho, m, sigma }: SviSlice, logMoneyness: number): number {
  const distance = logMoneyness - m;
  return a + b * (rho * distance + Math.sqrt(distance * distance + sigma * sigma));
}

/**
 * Durrleman's g: the risk-neutral density at a log moneyness has its sign (Gatheral and Jacquier, eq. 2.1); a slice has no
 * butterfly arbitrage where it is never negative and the wings rise by less than 2.
 */
export function sviDensitySign(slice: SviSlice, logMoneyness: number): number {
  const { b, rho, m, sigma } = slice;
  const distance = logMoneyness - m;
  const root = Math.sqrt(distance * distance + sigma * sigma);
  const variance = sviVariance(slice, logMoneyness);
  const slope = b * (rho + distance / root);
  const curvature = (b * sigma * sigma) / (root * root * root);
  const tilt = 1 - (logMoneyness * slope) / (2 * variance);
  return tilt * tilt - ((slope * slope) / 4) * (1 / variance + 1 / 4) + curvature / 2;
}

/** Steepest rise of total variance per unit of log moneyness, of either wing; Lee's moment formula allows at most 2. */
export function sviWingSlope({ b, rho }: SviSlice): number {
  return b * (1 + Math.abs(rho));
}
