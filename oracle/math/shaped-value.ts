/** Option values when the log move is skewed and has fat tails: exact under a Gram-Charlier density, as are delta and bounds. */
import { normalCdf, normalPdf } from "./special-functions.ts";

/** Skewness and excess kurtosis of a log move. */
export interface MoveShape {
  readonly skewness: number;
  readonly excessKurtosis: number;
}

/** An option on a move of that shape. */
export interface ShapedOption extends MoveShape {
  readonly kind: "call" | "put";
  /** Forward and strike, quote currency, > 0 and finite. */
  readonly forward: number;
  readonly strike: number;
  /** Standard deviation of the log move to expiry, > 0 and finite. */
  readonly deviation: number;
}

/** Value and delta, quote currency and coins. */
export interface ShapedValue {
  readonly price: number;
  /** With the shape and deviation of the strike's moneyness kept. */
  readonly delta: number;
}

/** Density is checked to be non-negative on this grid; beyond it the fourth power decides. */
const GRID_EDGE = 10;
const GRID_STEP = 0.01;
// Coefficients of the third and fourth Hermite polynomial in the Gram-Charlier series (1/3!, 1/4!).
const THIRD = 1 / 6;
const FOURTH = 1 / 24;

/**
 * Expected payoff under the density φ(z)(1 + s/6·He₃(z) + k/24·He₄(z)) of the standardised log move, its mean set so that
 * the forward is fair (Gram-Charlier type A; Corrado and Su 1996 with the mean restored). With no skewness and no excess it
 * is Black-76. Parity holds exactly; the caller keeps the shape inside {@link admissibleShape}.
 */
export function shapedValue(option: ShapedOption): ShapedValue {
  const { kind, forward, strike, deviation, skewness, excessKurtosis } = option;
  const cubic = skewness * THIRD * deviation ** 3 + excessKurtosis * FOURTH * deviation ** 4;
  const logMean = deviation ** 2 / 2 + Math.log1p(cubic);
  const border = (Math.log(strike / forward) + logMean) / deviation;
  const weigh = (parts: readonly [number, number, number]): number =>
    parts[0] + skewness * THIRD * parts[1] + excessKurtosis * FOURTH * parts[2];
  const delta = weigh(tailMoments(border, deviation)) / (1 + cubic);
  const exercise = weigh(tailMoments(border, 0));
  const price = forward * delta - strike * exercise;
  return kind === "call" ? { price, delta } : { price: price - forward + strike, delta: delta - 1 };
}

/**
 * The shape scaled towards the normal one until its density is nowhere negative (the admissible set is convex, so the
 * largest factor is found in closed form on a grid).
 */
export function admissibleShape({ skewness, excessKurtosis }: MoveShape): MoveShape {
  if (!(excessKurtosis > 0) || !Number.isFinite(skewness)) return { skewness: 0, excessKurtosis: 0 };
  let factor = 1;
  for (let z = -GRID_EDGE; z <= GRID_EDGE; z += GRID_STEP) {
    const square = z * z;
    const third = skewness * THIRD * z * (square - 3);
    const change = third + excessKurtosis * FOURTH * (square * (square - 6) + 3);
    if (change < 0) factor = Math.min(factor, -1 / change);
  }
  return { skewness: factor * skewness, excessKurtosis: factor * excessKurtosis };
}

/** ∫_b^∞ e^{dz − d²/2} He_n(z) φ(z) dz for n = 0, 3, 4, by parts from one n to the next. */
function tailMoments(border: number, deviation: number): readonly [number, number, number] {
  const density = normalPdf(border - deviation);
  const square = border * border;
  const zeroth = normalCdf(deviation - border);
  const first = density + deviation * zeroth;
  const second = border * density + deviation * first;
  const third = (square - 1) * density + deviation * second;
  const fourth = border * (square - 3) * density + deviation * third;
  return [zeroth, third, fourth];
}
