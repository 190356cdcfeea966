/** Black-76 values and all Greeks of many options at once: columns in, columns out, nothing allocated. */
import { fastNormalCdf } from "./black76-kernel.ts";

/** Options as columns of one length `[n]`; ranges are the caller's duty, a NaN stays in its own row. */
export interface OptionColumns {
  /** 1 for a call, −1 for a put. */
  readonly signs: Int8Array;
  /** Forward prices and strikes, quote currency, > 0. */
  readonly forwards: Float64Array;
  readonly strikes: Float64Array;
  /** Years to expiry, ≥ 0. */
  readonly tenorYears: Float64Array;
  /** Decimal a year, ≥ 0. */
  readonly impliedVols: Float64Array;
}

/** Where the results go; units as `OptionGreeks` of black76.ts, in quote currency or in coin. `[n]` each */
export interface GreekColumns {
  readonly price: Float64Array;
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  readonly vega: Float64Array;
  readonly theta: Float64Array;
  readonly vanna: Float64Array;
  readonly volga: Float64Array;
}

/** What the values are counted in. */
export type GreekUnit = "quote" | "coin";

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
/** As in black76.ts: smaller deviations are intrinsic value. */
const SMALLEST_DEVIATION = 1e-100;

/** Columns for `n` results. */
export function greekColumns(n: number): GreekColumns {
  const column = (): Float64Array => new Float64Array(n);
  return {
    price: column(),
    delta: column(),
    gamma: column(),
    vega: column(),
    theta: column(),
    vanna: column(),
    volga: column(),
  };
}

/**
 * Fills the columns; equal to `black76` and `black76Coin` within 1e-12 of the forward, and within 1e-8 relative wherever the
 * time value is above 1e-7 of the forward.
 */
export function fillGreeks(options: OptionColumns, greeks: GreekColumns, unit: GreekUnit): void {
  const { forwards, strikes, tenorYears, impliedVols, signs } = options;
  for (let row = 0; row < forwards.length; row += 1) {
    const forward = forwards[row] ?? Number.NaN;
    const strike = strikes[row] ?? Number.NaN;
    const sign = signs[row] ?? Number.NaN;
    const vol = impliedVols[row] ?? Number.NaN;
    const rootTenor = Math.sqrt(tenorYears[row] ?? Number.NaN);
    const deviation = vol * rootTenor;
    if (deviation < SMALLEST_DEVIATION) {
      fillStill(greeks, row, { forward, strike, sign, rootTenor });
    } else {
      const upper = Math.log(forward / strike) / deviation + 0.5 * deviation;
      const lower = upper - deviation;
      const density = Math.exp(-0.5 * upper * upper) / ROOT_TWO_PI;
      const delta = sign * fastNormalCdf(sign * upper);
      const vega = forward * density * rootTenor;
      const priced = forward * delta - sign * strike * fastNormalCdf(sign * lower);
      greeks.price[row] = Math.max(priced, sign * (forward - strike), 0);
      greeks.delta[row] = delta;
      greeks.gamma[row] = density / (forward * deviation);
      greeks.vega[row] = vega;
      greeks.theta[row] = (-forward * density * vol) / (2 * rootTenor);
      greeks.vanna[row] = (-density * lower) / vol;
      greeks.volga[row] = (vega * upper * lower) / vol;
    }
  }
  if (unit === "coin") turnToCoin(greeks, forwards);
}

interface StillOption {
  readonly forward: number;
  readonly strike: number;
  readonly sign: number;
  readonly rootTenor: number;
}

/** Zero deviation: the limits that black76.ts gives. */
function fillStill(greeks: GreekColumns, row: number, { forward, strike, sign, rootTenor }: StillOption): void {
  const atStrike = forward === strike;
  const exercised = Number(sign * (forward - strike) > 0);
  const vega = atStrike ? (forward * rootTenor) / ROOT_TWO_PI : 0;
  greeks.price[row] = Math.max(sign * (forward - strike), 0);
  greeks.delta[row] = sign * (atStrike ? 0.5 : exercised) + 0;
  greeks.gamma[row] = 0;
  greeks.vega[row] = vega;
  greeks.theta[row] = 0;
  greeks.vanna[row] = vega / (2 * forward);
  greeks.volga[row] = 0;
}

/** Quote currency to coin, the formulas of `black76Coin`. */
function turnToCoin(greeks: GreekColumns, forwards: Float64Array): void {
  const { price, delta, gamma, vega, theta, vanna, volga } = greeks;
  for (let row = 0; row < forwards.length; row += 1) {
    const forward = forwards[row] ?? Number.NaN;
    const value = (price[row] ?? Number.NaN) / forward;
    const net = (delta[row] ?? Number.NaN) - value;
    const coinVega = (vega[row] ?? Number.NaN) / forward;
    price[row] = value;
    delta[row] = net;
    gamma[row] = forward * (gamma[row] ?? Number.NaN) - 2 * net;
    vega[row] = coinVega;
    theta[row] = (theta[row] ?? Number.NaN) / forward;
    vanna[row] = (vanna[row] ?? Number.NaN) - coinVega;
    volga[row] = (volga[row] ?? Number.NaN) / forward;
  }
}
