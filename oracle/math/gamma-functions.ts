/** Logarithm of the gamma function and the regularised incomplete beta function. */

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** From here on the Stirling series with the terms below is exact to double precision. */
const STIRLING_START = 15;
/** B(2k) / (2k(2k − 1)) for k = 6…1: Abramowitz and Stegun 6.1.40, highest power first. */
const STIRLING_TERMS = [-691 / 360_360, 1 / 1_188, -1 / 1_680, 1 / 1_260, -1 / 360, 1 / 12];
const MAX_FRACTION_TERMS = 500;
const FRACTION_TOLERANCE = 1e-16;
/** Keeps the denominators of Lentz's method away from zero. */
const LENTZ_FLOOR = 1e-300;

/**
 * ln Γ(x) for positive x, absolute accuracy about 1e-15·max(1, |ln Γ|): recurrence up to 15, then Stirling's series.
 *
 * @param x positive; 0 and +∞ give +∞, negative numbers and NaN give NaN (poles and signs are not needed here).
 */
export function logGamma(x: number): number {
  if (x === 0 || x === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (!(x > 0)) return Number.NaN;
  let shifted = x;
  let product = 1;
  while (shifted < STIRLING_START) {
    product *= shifted;
    shifted += 1;
  }
  const inverse = 1 / shifted;
  let series = 0;
  for (const term of STIRLING_TERMS) series = series * inverse * inverse + term;
  return (shifted - 0.5) * Math.log(shifted) - shifted + LOG_SQRT_2PI + series * inverse - Math.log(product);
}

/** ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), for positive a and b. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Arguments of {@link regularizedBeta}. */
export interface BetaArguments {
  /** Upper limit of the integral, [0, 1]. */
  readonly x: number;
  /** 1 − x, given apart so that neither loses digits near the borders. */
  readonly complement: number;
  /** First and second shape, positive. */
  readonly a: number;
  readonly b: number;
}

/**
 * Regularised incomplete beta function I_x(a, b) by the continued fraction of Abramowitz and Stegun 26.5.8,
 * evaluated by Lentz's method; NaN outside its domain.
 */
export function regularizedBeta(args: BetaArguments): number {
  const { x, complement, a, b } = args;
  if (!(x >= 0 && x <= 1 && a > 0 && b > 0)) return Number.NaN;
  if (x === 0) return 0;
  if (complement === 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta({ x: complement, complement: x, a: b, b: a });
  const front = Math.exp(a * Math.log(x) + b * Math.log(complement) - logBeta(a, b)) / a;
  return front / betaFraction(x, a, b);
}

/** 1 + d₁x/(1 + d₂x/(1 + …)): the continued fraction's value, forward by Lentz. */
function betaFraction(x: number, a: number, b: number): number {
  let value = 1;
  let numeratorRatio = 1;
  let denominatorRatio = 0;
  for (let index = 1; index <= MAX_FRACTION_TERMS; index += 1) {
    const term = betaTerm(index, a, b) * x;
    denominatorRatio = 1 / awayFromZero(1 + term * denominatorRatio);
    numeratorRatio = awayFromZero(1 + term / numeratorRatio);
    const change = numeratorRatio * denominatorRatio;
    value *= change;
    if (Math.abs(change - 1) < FRACTION_TOLERANCE) break;
  }
  return value;
}

function betaTerm(index: number, a: number, b: number): number {
  const m = Math.floor(index / 2);
  if (index % 2 === 0) return (m * (b - m)) / ((a + index - 1) * (a + index));
  return (-(a + m) * (a + b + m)) / ((a + index - 1) * (a + index));
}

function awayFromZero(value: number): number {
  return Math.abs(value) < LENTZ_FLOOR ? LENTZ_FLOOR : value;
}
