/** Implied volatility of a Black-76 price: rational start, Halley steps on the logarithm of the price, bracketed. */
import { assertBlack76Input, type Black76Input, Black76InputError, intrinsicValue } from "./black76.ts";
import { normalCdf, normalPdf } from "./special-functions.ts";

/** A price to invert; the other fields as in {@link Black76Input}, with a tenor above zero. */
export interface ImpliedVolInput extends Omit<Black76Input, "impliedVol"> {
  /** Option value, quote currency, finite. */
  readonly price: number;
}

/** The volatility, decimal a year, or why no volatility gives the price. */
export type ImpliedVolResult =
  | { readonly ok: true; readonly impliedVol: number }
  | { readonly ok: false; readonly reason: "below-intrinsic" | "above-maximum" | "zero-tenor" };

/** A root searched in units of total standard deviation s = σ√T. */
interface Root {
  /** −|ln(F/K)|: the out-of-the-money side. */
  readonly moneyness: number;
  /** Time value over √(F K). */
  readonly target: number;
}

/** Half the width of the last step, relative to s. */
const TOLERANCE = 1e-14;
const MAX_STEPS = 100;
/** Beyond s = 80 the price equals its upper bound in double precision for every strike. */
const LARGEST_DEVIATION = 80;

/**
 * Volatility at which Black-76 gives the price; the price comes back within 1e-10 relative wherever double precision
 * can tell volatilities apart.
 *
 * A price equal to intrinsic value gives volatility 0.
 *
 * @throws Black76InputError `BLACK76_INPUT` for a value outside its range, NaN and infinities included.
 */
export function impliedVol(input: ImpliedVolInput): ImpliedVolResult {
  assertBlack76Input({ ...input, impliedVol: 0 });
  if (!Number.isFinite(input.price)) throw new Black76InputError("price", input.price, "finite");
  const { kind, forward, strike, price, tenorYears } = input;
  const timeValue = price - intrinsicValue(input);
  if (timeValue < 0) return { ok: false, reason: "below-intrinsic" };
  if (price >= (kind === "call" ? forward : strike)) return { ok: false, reason: "above-maximum" };
  if (timeValue === 0) return { ok: true, impliedVol: 0 };
  if (tenorYears === 0) return { ok: false, reason: "zero-tenor" };
  const root = { moneyness: -Math.abs(Math.log(forward / strike)), target: timeValue / Math.sqrt(forward * strike) };
  return { ok: true, impliedVol: solve(root) / Math.sqrt(tenorYears) };
}

/** Bracketed Halley iteration; falls back to bisection whenever a step leaves the bracket. */
function solve(root: Root): number {
  let low = 0;
  let high = LARGEST_DEVIATION;
  let deviation = Math.min(startingDeviation(root), LARGEST_DEVIATION / 2);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { gap, slope, curvature } = logPriceGap(root, deviation);
    if (gap > 0) high = deviation;
    else low = deviation;
    const newton = gap / slope;
    const halley = newton / Math.max(0.5, 1 - 0.5 * newton * (curvature / slope));
    const proposed = deviation - halley;
    // The test on the step comes before the bracket: at the root itself the step is zero and the bracket is open there.
    if (slope > 0 && Math.abs(halley) <= TOLERANCE * deviation) return proposed;
    if (high - low <= TOLERANCE * deviation) return deviation;
    deviation = proposed > low && proposed < high ? proposed : 0.5 * (low + high);
  }
  return deviation;
}

/**
 * Rational start of Corrado and Miller ("A note on a simple, accurate formula", Journal of Banking & Finance 20, 1996,
 * eq. 10) where its root is real, else the deviation of largest vega √(2|x|), from which Newton's method is monotone.
 */
function startingDeviation({ moneyness, target }: Root): number {
  const forwardShare = Math.exp(moneyness / 2);
  const strikeShare = 1 / forwardShare;
  const centre = target - (forwardShare - strikeShare) / 2;
  const discriminant = centre * centre - (forwardShare - strikeShare) ** 2 / Math.PI;
  const turning = Math.sqrt(2 * Math.abs(moneyness));
  if (discriminant < 0) return turning;
  const rational = (Math.sqrt(2 * Math.PI) / (forwardShare + strikeShare)) * (centre + Math.sqrt(discriminant));
  return rational > 0 ? rational : turning;
}

/** ln(price) − ln(target) at a deviation, with its first two derivatives; the logarithm keeps far strikes solvable. */
function logPriceGap({ moneyness, target }: Root, deviation: number) {
  const upper = moneyness / deviation + 0.5 * deviation;
  const lower = upper - deviation;
  const half = Math.exp(moneyness / 2);
  const vega = half * normalPdf(upper);
  const price = half * normalCdf(upper) - normalCdf(lower) / half;
  if (!(price > 0) || vega === 0) return { gap: price > target ? 1 : -1, slope: 0, curvature: 0 };
  const slope = vega / price;
  const vegaGrowth = (moneyness * moneyness) / deviation ** 3 - deviation / 4;
  return { gap: Math.log(price / target), slope, curvature: slope * (vegaGrowth - slope) };
}
