/** Student's t distribution and its standardised and skewed forms, which GARCH models use for their errors. */
import { logBeta, regularizedBeta } from "./gamma-functions.ts";
import { normalCdf, normalInverse, normalPdf } from "./special-functions.ts";

const MAX_QUANTILE_STEPS = 200;
const QUANTILE_TOLERANCE = 1e-15;

/** Density of Student's t with `degrees` > 0 degrees of freedom; `degrees` = ∞ is the normal. */
export function studentTPdf(x: number, degrees: number): number {
  if (degrees === Number.POSITIVE_INFINITY) return normalPdf(x);
  const logScale = -logBeta(0.5, degrees / 2) - 0.5 * Math.log(degrees);
  return Math.exp(logScale - 0.5 * (degrees + 1) * Math.log1p((x * x) / degrees));
}

/** Distribution function of Student's t by the incomplete beta function (Abramowitz and Stegun 26.7.1). */
export function studentTCdf(x: number, degrees: number): number {
  if (degrees === Number.POSITIVE_INFINITY) return normalCdf(x);
  if (Number.isNaN(x) || !(degrees > 0)) return Number.NaN;
  if (Math.abs(x) === Number.POSITIVE_INFINITY) return x > 0 ? 1 : 0;
  const square = x * x;
  const total = degrees + square;
  const tail = 0.5 * regularizedBeta({ x: degrees / total, complement: square / total, a: degrees / 2, b: 0.5 });
  return x > 0 ? 1 - tail : tail;
}

/**
 * Quantile of Student's t by Newton steps on the distribution function, kept inside a bracket.
 *
 * @param probability in [0, 1]; 0 and 1 give ∓∞, anything outside NaN.
 */
export function studentTQuantile(probability: number, degrees: number): number {
  if (!(probability >= 0 && probability <= 1 && degrees > 0)) return Number.NaN;
  if (probability === 0.5) return 0;
  if (probability > 0.5) return -lowerQuantile(1 - probability, degrees);
  return lowerQuantile(probability, degrees);
}

function lowerQuantile(probability: number, degrees: number): number {
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  let high = 0;
  let low = Math.min(-1, normalInverse(probability));
  while (studentTCdf(low, degrees) > probability) {
    high = low;
    low *= 2;
  }
  let x = low;
  for (let step = 0; step < MAX_QUANTILE_STEPS; step += 1) {
    const excess = studentTCdf(x, degrees) - probability;
    if (excess > 0) high = x;
    else low = x;
    const newton = x - excess / studentTPdf(x, degrees);
    const next = newton > low && newton < high ? newton : 0.5 * (low + high);
    if (Math.abs(next - x) <= QUANTILE_TOLERANCE * Math.abs(x)) return next;
    x = next;
  }
  return x;
}

/** Constants of the standardised skewed t, computed once per likelihood evaluation. */
export interface SkewedTConstants {
  readonly degrees: number;
  readonly skew: number;
  /** Mean and standard deviation of the unstandardised skewed variable. */
  readonly shift: number;
  readonly scale: number;
  /** Logarithm of the density's constant factor. */
  readonly logConstant: number;
}

/**
 * Constants of the Fernández-Steel skewed t with mean 0 and variance 1 (Fernández and Steel 1998, standardised as in
 * Lambert and Laurent 2001; the `sstd` of the R package fGarch). Skew 1 is the symmetric t, below 1 leans to losses.
 *
 * @param degrees degrees of freedom above 2.
 * @param skew positive skewness parameter ξ.
 */
export function skewedTConstants(degrees: number, skew: number): SkewedTConstants {
  const inverse = 1 / skew;
  const absoluteMean = (2 * Math.sqrt(degrees - 2)) / ((degrees - 1) * Math.exp(logBeta(0.5, degrees / 2)));
  const squaredMean = absoluteMean * absoluteMean;
  const shift = absoluteMean * (skew - inverse);
  const scale = Math.sqrt((1 - squaredMean) * (skew * skew + inverse * inverse) + 2 * squaredMean - 1);
  const symmetric = -logBeta(0.5, degrees / 2) - 0.5 * Math.log(degrees - 2);
  return { degrees, skew, shift, scale, logConstant: symmetric + Math.log((2 * scale) / (skew + inverse)) };
}

/** Log density at `x` of the standardised skewed t with the given constants. */
export function skewedTLogDensity(x: number, constants: SkewedTConstants): number {
  const { degrees, skew, shift, scale, logConstant } = constants;
  const moved = x * scale + shift;
  const folded = moved < 0 ? moved * skew : moved / skew;
  return logConstant - 0.5 * (degrees + 1) * Math.log1p((folded * folded) / (degrees - 2));
}

/**
 * Share of the variance of a standardised skewed t that lies below zero, E[x²; x < 0]; ½ for skew 1.
 *
 * Below its mode the skewed density is a compressed symmetric one, so its truncated moments are those of the
 * standardised t: M₀ = F(a), M₁ = −f(a)(ν − 2 + a²)/(ν − 1), M₂ = (ν − 1)F_{ν−2}(a) − (ν − 2)F(a), where F_{ν−2} is the
 * plain t with ν − 2 degrees (by parts). Skews above 1 mirror those below.
 */
export function skewedTFallShare(constants: SkewedTConstants): number {
  const { degrees, skew, shift, scale } = constants;
  if (skew > 1) return 1 - skewedTFallShare(skewedTConstants(degrees, 1 / skew));
  const border = shift * skew;
  const unit = Math.sqrt(degrees / (degrees - 2));
  const below = studentTCdf(border * unit, degrees);
  const density = studentTPdf(border * unit, degrees) * unit;
  const first = (-density * (degrees - 2 + border * border)) / (degrees - 1);
  const second = (degrees - 1) * studentTCdf(border, degrees - 2) - (degrees - 2) * below;
  const squares = second / (skew * skew) - (2 * shift * first) / skew + shift * shift * below;
  return ((2 / (skew + 1 / skew)) * squares) / (skew * scale * scale);
}
