/** The unconstrained point that a slice is searched at: any five numbers are a curve with positive variance. */
import type { SviSlice } from "../../math/svi.ts";

/**
 * Logarithm of the least variance, logarithm of the wings' slope, inverse hyperbolic tangent of the tilt, place of the bend and
 * logarithm of its roundness, all in units of the slice's scale s: log moneyness over s, total variance over s². `[5]`
 */
export type SviPoint = Float64Array;

/** Numbers in a point. */
export const SVI_POINT_SIZE = 5;

/** A smile as crypto chains have it: from it every search begins. Rounded medians of free fits before 2026-05-30. */
export const USUAL_SMILE: SviPoint = Float64Array.of(Math.log(0.7), Math.log(0.25), -0.1, 0, Math.log(1.2));

/** The slice of a point. @param scale standard deviation to the expiry at the money, > 0. */
export function sliceOf(point: SviPoint, scale: number): SviSlice {
  const [least = 0, slope = 0, tilt = 0, place = 0, round = 0] = point;
  const rho = Math.tanh(tilt);
  const b = Math.exp(slope);
  const sigma = Math.exp(round);
  return {
    a: scale * scale * (Math.exp(least) - b * sigma * Math.sqrt(1 - rho * rho)),
    b: scale * b,
    rho,
    m: scale * place,
    sigma: scale * sigma,
  };
}

/**
 * Total variance at a log moneyness with its derivatives by the five numbers.
 *
 * @param slopes receives the derivatives. `[5]`
 */
export function pointVariance(
  point: SviPoint,
  at: { readonly logMoneyness: number; readonly scale: number },
  slopes: Float64Array,
): number {
  const [least = 0, slope = 0, tilt = 0, place = 0, round = 0] = point;
  const rho = Math.tanh(tilt);
  const b = Math.exp(slope);
  const sigma = Math.exp(round);
  const level = Math.exp(least);
  const cosine = Math.sqrt(1 - rho * rho);
  const distance = at.logMoneyness / at.scale - place;
  const root = Math.sqrt(distance * distance + sigma * sigma);
  const rise = b * (rho * distance + root - sigma * cosine);
  const unit = at.scale * at.scale;
  slopes[0] = unit * level;
  slopes[1] = unit * rise;
  slopes[2] = unit * b * (distance * cosine + sigma * rho) * cosine;
  slopes[3] = -unit * b * (rho + distance / root);
  slopes[4] = unit * b * (sigma / root - cosine) * sigma;
  return unit * (level + rise);
}
