/** Black-76 value and Greeks of European options on a future, in quote currency and in coin. */
import { normalCdf, normalPdf } from "./special-functions.ts";

/** One European option on a forward; interest is zero, as for coin-margined crypto options. */
export interface Black76Input {
  readonly kind: "call" | "put";
  /** Forward price, quote currency, > 0 and finite. */
  readonly forward: number;
  /** Strike, quote currency, > 0 and finite. */
  readonly strike: number;
  /** Time to expiry, years, ≥ 0 and finite. */
  readonly tenorYears: number;
  /** Volatility, decimal a year (0.6 = 60 %), ≥ 0 and finite. */
  readonly impliedVol: number;
}

/** Value and sensitivities of one option. */
export interface OptionGreeks {
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  /** Per 1.00 of volatility. */
  readonly vega: number;
  /** Per year of passing time, ≤ 0. */
  readonly theta: number;
  /** Change of delta per 1.00 of volatility. */
  readonly vanna: number;
  /** Change of vega per 1.00 of volatility. */
  readonly volga: number;
}

/** Below this the moneyness in standard deviations may overflow; off the strike every Greek is zero long before. */
const SMALLEST_DEVIATION = 1e-100;

/** Thrown for inputs outside the ranges of {@link Black76Input}; `math` imports nothing, so the error is its own. */
export class Black76InputError extends Error {
  override readonly name = "Black76InputError";
  readonly code = "BLACK76_INPUT";
  readonly field: string;
  readonly value: number;

  constructor(field: string, value: number, limit: string) {
    super(`BLACK76_INPUT: ${field} is ${value}, it must be ${limit}. Reject the value before pricing.`);
    this.field = field;
    this.value = value;
  }
}

/**
 * Value and Greeks in quote currency (Black, "The pricing of commodity contracts", 1976, with zero interest).
 *
 * With zero tenor or zero volatility the value is the intrinsic value, delta the step function (one half at the strike),
 * and gamma, theta and volga are 0; vega and vanna keep their limits, which are positive only at the strike.
 *
 * @throws Black76InputError `BLACK76_INPUT` for a value outside its range, NaN and infinities included.
 */
export function black76(input: Black76Input): OptionGreeks {
  assertBlack76Input(input);
  const { kind, forward, strike, impliedVol } = input;
  const rootTenor = Math.sqrt(input.tenorYears);
  const deviation = impliedVol * rootTenor;
  if (deviation < SMALLEST_DEVIATION) return degenerate(input, rootTenor);
  const upper = Math.log(forward / strike) / deviation + 0.5 * deviation;
  const lower = upper - deviation;
  const density = normalPdf(upper);
  const sign = kind === "call" ? 1 : -1;
  const price = sign * (forward * normalCdf(sign * upper) - strike * normalCdf(sign * lower));
  const vega = forward * density * rootTenor;
  return {
    price: Math.max(price, intrinsicValue(input)),
    delta: sign * normalCdf(sign * upper),
    gamma: density / (forward * deviation),
    vega,
    theta: (-forward * density * impliedVol) / (2 * rootTenor),
    vanna: (-density * lower) / impliedVol,
    volga: (vega * upper * lower) / impliedVol,
  };
}

/**
 * Value and Greeks in coin (an inverse option): value, vega and theta are those in quote currency divided by the forward;
 * delta and gamma are the first and second derivative of the coin value by the *relative* move of the forward,
 * `F ∂(V/F)/∂F = Δ − V/F` (the net delta, coins) and `F² ∂²(V/F)/∂F² = F Γ − 2 (Δ − V/F)`; vanna is the net delta's change
 * with volatility.
 *
 * @throws Black76InputError `BLACK76_INPUT` as {@link black76}.
 */
export function black76Coin(input: Black76Input): OptionGreeks {
  const quote = black76(input);
  const price = quote.price / input.forward;
  const delta = quote.delta - price;
  return {
    price,
    delta,
    gamma: input.forward * quote.gamma - 2 * delta,
    vega: quote.vega / input.forward,
    theta: quote.theta / input.forward,
    vanna: quote.vanna - quote.vega / input.forward,
    volga: quote.volga / input.forward,
  };
}

/** Value if exercised now, quote currency, ≥ 0. */
export function intrinsicValue(input: Pick<Black76Input, "kind" | "forward" | "strike">): number {
  return Math.max(input.kind === "call" ? input.forward - input.strike : input.strike - input.forward, 0);
}

/**
 * Checks the ranges of {@link Black76Input}.
 *
 * @throws Black76InputError `BLACK76_INPUT` naming the field, its value and the limit.
 */
export function assertBlack76Input(input: Black76Input): void {
  for (const field of ["forward", "strike"] as const) {
    if (!(input[field] > 0 && Number.isFinite(input[field]))) {
      throw new Black76InputError(field, input[field], "positive and finite");
    }
  }
  for (const field of ["tenorYears", "impliedVol"] as const) {
    if (!(input[field] >= 0 && Number.isFinite(input[field]))) {
      throw new Black76InputError(field, input[field], "zero or positive, and finite");
    }
  }
}

function degenerate(input: Black76Input, rootTenor: number): OptionGreeks {
  const { kind, forward, strike } = input;
  const atStrike = forward === strike;
  const exercised = kind === "call" ? forward > strike : forward < strike;
  const size = atStrike ? 0.5 : Number(exercised);
  return {
    price: intrinsicValue(input),
    delta: kind === "call" ? size : 0 - size,
    gamma: 0,
    vega: atStrike ? forward * normalPdf(0) * rootTenor : 0,
    theta: 0,
    vanna: atStrike ? 0.5 * normalPdf(0) * rootTenor : 0,
    volga: 0,
  };
}
