/** The market of one asset as vault lives meet it: hours of a path, and moments inside them with option values. */
import type { OptionKind } from "../../domain/positions.ts";
import { SECONDS_PER_YEAR, toFixedPoint } from "../../domain/units.ts";
import { revalue } from "../../math/black76-kernel.ts";
import type { DepthCurve } from "../../scoring/depth-curve.ts";
import { smileRatio, volResponse } from "../../scoring/vol-surface.ts";

/** One hour of one asset. Prices in USD; all but them is known at the hour's start. */
export interface MarketHour {
  readonly startSec: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Level of implied volatility, decimal a year. */
  readonly impliedVol: number;
  /** Book that a close-out meets: bids for puts, asks for calls. */
  readonly curves: Readonly<Record<OptionKind, DepthCurve>>;
}

/** What is valued. */
export interface ValuedSeries {
  /** Place in the plan: values of a moment are kept by it. */
  readonly index: number;
  readonly kind: OptionKind;
  /** USD. */
  readonly strike: number;
  readonly expirySec: number;
}

/** One moment of the path of one direction. */
export interface Moment {
  readonly timeSec: number;
  /** USD. */
  readonly price: number;
  /** USD × 1e8. */
  readonly priceE8: bigint;
  readonly hour: MarketHour;
  /** Value of one contract, collateral units: coins for calls, USD for puts. */
  value(series: ValuedSeries): number;
}

const E8_DECIMALS = 8;

/** A moment whose option values are computed once and shared by all who ask. */
export function momentAt(hour: MarketHour, at: { readonly timeSec: number; readonly price: number }): Moment {
  const { timeSec, price } = at;
  const known = new Map<number, number>();
  return {
    timeSec,
    price,
    priceE8: toFixedPoint(price, E8_DECIMALS),
    hour,
    value: (series) => {
      const found = known.get(series.index);
      if (found !== undefined) return found;
      const value = valueAt(series, hour, at);
      known.set(series.index, value);
      return value;
    },
  };
}

/** Relative half width of the difference that a hedge is read from. */
const HEDGE_STEP = 0.005;

/** Coins that one contract is hedged with, 0…1 or a little more: the slope of its USD value. */
export function hedgeRatio(series: ValuedSeries, { hour, price, timeSec }: Moment): number {
  const usdAt = (at: number): number =>
    valueAt(series, hour, { timeSec, price: at }) * (series.kind === "put" ? 1 : at);
  const step = HEDGE_STEP * price;
  return Math.abs(usdAt(price + step) - usdAt(price - step)) / (2 * step);
}

const FORWARD = new Float64Array(1);
const LOG_FORWARD = new Float64Array(1);
const VOL = new Float64Array(1);
const VALUE = new Float64Array(1);

/**
 * Black-76 at the hour's level of implied volatility, the strike's smile at the hour's opening price, and the rise of implied
 * volatility with a fall since then (the regressions of `scoring/vol-surface.ts`).
 */
function valueAt(series: ValuedSeries, hour: MarketHour, at: { timeSec: number; price: number }): number {
  const tenorYears = Math.max(0, series.expirySec - at.timeSec) / SECONDS_PER_YEAR;
  const fall = Math.max(0, Math.log(hour.open / at.price));
  const smile = smileRatio(series.strike, hour.open, tenorYears);
  FORWARD[0] = at.price;
  LOG_FORWARD[0] = Math.log(at.price);
  VOL[0] = hour.impliedVol * smile * (1 + volResponse(tenorYears).perFall * fall);
  const scenario = { forwards: FORWARD, logForwards: LOG_FORWARD, impliedVols: VOL, tenorYears };
  revalue({ ...scenario, kind: series.kind, strike: series.strike, inCoin: series.kind === "call" }, VALUE);
  return VALUE[0] ?? Number.NaN;
}
