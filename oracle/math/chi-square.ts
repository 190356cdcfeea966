/** Tail of the chi-square distribution, for test statistics. */
import { logGamma } from "./gamma-functions.ts";

const MAX_TERMS = 1_000;
const TOLERANCE = 1e-16;
/** Keeps the denominators of Lentz's method away from zero. */
const LENTZ_FLOOR = 1e-300;

/**
 * P(X > x) of a chi-square variable: the regularised upper incomplete gamma function Q(k/2, x/2), by its series below the
 * mean and by its continued fraction above (Abramowitz and Stegun 6.5.29 and 6.5.31).
 *
 * @param x statistic; at or below 0 gives 1.
 * @param degrees degrees of freedom, positive; otherwise NaN.
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (!(degrees > 0) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const [shape, half] = [degrees / 2, x / 2];
  const front = Math.exp(shape * Math.log(half) - half - logGamma(shape));
  return half < shape + 1 ? 1 - front * lowerSeries(shape, half) : front * upperFraction(shape, half);
}

/** Σ xⁿ / (a(a + 1)…(a + n)). */
function lowerSeries(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let index = 1; index < MAX_TERMS && Math.abs(term) > TOLERANCE * sum; index += 1) {
    term *= x / (shape + index);
    sum += term;
  }
  return sum;
}

function upperFraction(shape: number, x: number): number {
  let base = x + 1 - shape;
  let ratio = 1 / LENTZ_FLOOR;
  let inverse = 1 / base;
  let value = inverse;
  for (let index = 1; index < MAX_TERMS; index += 1) {
    const numerator = -index * (index - shape);
    base += 2;
    inverse = 1 / awayFromZero(numerator * inverse + base);
    ratio = awayFromZero(base + numerator / ratio);
    const step = inverse * ratio;
    value *= step;
    if (Math.abs(step - 1) < TOLERANCE) break;
  }
  return value;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < LENTZ_FLOOR ? LENTZ_FLOOR : value;
}
