/** What the hedger sees of one short option before it decides: free of scale, the same in training and when it serves. */
import { normalPdf } from "../../math/special-functions.ts";
import { callValue } from "./hedge-paths.ts";

/** Inputs of the network, in order. The last two change with what was traded before. */
export const HEDGE_FEATURES = [
  "moneyness",
  "deviation",
  "time",
  "delta",
  "density",
  "cost",
  "forecast",
  "level",
  "gas",
  "limit",
  "held",
  "result",
] as const;
/** Inputs that trades do not change. */
export const MARKET_FEATURES = HEDGE_FEATURES.length - 2;
/** Place of the delta among the inputs: the band is laid around it. */
export const DELTA_FEATURE = 3;

/** Largest size of the running result that the network is shown, deviations of the start. */
export const GREATEST_RESULT = 3;

/** A short call (a short put is the call less one coin) before a decision; prices in units of the spot at the start. */
export interface HedgeState {
  /** Spot over strike. */
  readonly spotOverStrike: number;
  /** Implied volatility times root tenor, now, > 0. */
  readonly deviation: number;
  /** Decisions that remain until expiry, this one included, > 0. */
  readonly stepsLeft: number;
  /** Call delta at that deviation, 0…1. */
  readonly delta: number;
  /** Proportional cost of a trade, share of its value, ≥ 0. */
  readonly cost: number;
  /** Forecast volatility until the next decision over implied volatility, > 0. */
  readonly forecastRatio: number;
  /** Implied volatility now over that at the start, > 0. */
  readonly levelRatio: number;
  /** Fixed cost of a trade over the value of one coin, ≥ 0. */
  readonly gas: number;
  /** Largest trade, coins a contract, > 0. */
  readonly limit: number;
}

/** A short call before a decision, with what was traded before. */
export interface HedgeRequest extends HedgeState {
  /** Coins held for one contract. */
  readonly held: number;
  /** Gains less costs less the option's rise so far, deviations of the start; 0 at the start. */
  readonly result: number;
}

/**
 * What a network is told of the market. Without the forecast it sees one that equals implied volatility; without the surface
 * it sees the volatility of the start all the way.
 */
export interface Knowledge {
  readonly forecast: boolean;
  readonly surface: boolean;
}

/** How far a reader of the network believes it, and what it is told. */
export interface Caution {
  /** Share of the log move of implied volatility since the start that is believed, 0…1; 1 believes the quote of the day. */
  readonly surfaceTrust: number;
  /** Weight of the band of theory in both edges, 0…1; 0 follows the network alone. */
  readonly shrinkage: number;
}

/** Everything is known. */
export const FULL_KNOWLEDGE: Knowledge = { forecast: true, surface: true };

/** Moneyness beyond this many deviations is as far as far can be. */
const FARTHEST = 5;
/** Centre of the deviations of training: 60 % over 30 days. */
const USUAL_DEVIATION = 0.172;
/** A month of days. */
const USUAL_STEPS = 30;
/** Costs are seen relative to 20 bp, gas to 5 bp of a coin. */
const USUAL_COST = 0.002;
const SMALLEST_COST = 1e-4;
const USUAL_GAS = 5e-4;
/** Ratios beyond a factor of e say no more than e. */
const GREATEST_LOG_RATIO = 1;

/** Writes the market's inputs of one row at an offset, {@link MARKET_FEATURES} numbers. */
export function writeMarketFeatures(rows: Float32Array | Float64Array, offset: number, state: HedgeState): void {
  const moneyness = Math.log(state.spotOverStrike) / state.deviation;
  rows[offset] = clamp(moneyness, FARTHEST);
  rows[offset + 1] = Math.log(state.deviation / USUAL_DEVIATION);
  rows[offset + 2] = Math.sqrt(state.stepsLeft / USUAL_STEPS);
  rows[offset + DELTA_FEATURE] = state.delta;
  rows[offset + 4] = normalPdf(moneyness + 0.5 * state.deviation);
  rows[offset + 5] = Math.log((state.cost + SMALLEST_COST) / USUAL_COST);
  rows[offset + 6] = clamp(Math.log(state.forecastRatio), GREATEST_LOG_RATIO);
  rows[offset + 7] = clamp(Math.log(state.levelRatio), GREATEST_LOG_RATIO);
  rows[offset + 8] = Math.log1p(state.gas / USUAL_GAS);
  rows[offset + 9] = Math.min(state.limit, 1);
}

/** Rows of states as {@link seenRequest} gives them. `[requests, HEDGE_FEATURES.length]` */
export function requestFeatures(requests: readonly HedgeRequest[]): Float32Array {
  const width = HEDGE_FEATURES.length;
  const features = new Float32Array(requests.length * width);
  requests.forEach((request, row) => {
    writeMarketFeatures(features, row * width, request);
    features[row * width + MARKET_FEATURES] = request.held;
    features[row * width + MARKET_FEATURES + 1] = clamp(request.result, GREATEST_RESULT);
  });
  return features;
}

/** What is left of a request once what is unknown or not believed has been taken out. @param surfaceTrust see {@link Caution}. */
export function seenRequest(request: HedgeRequest, knowledge: Knowledge, surfaceTrust: number): HedgeRequest {
  const told = knowledge.forecast ? request : { ...request, forecastRatio: 1 };
  const trust = knowledge.surface ? surfaceTrust : 0;
  if (trust === 1 || request.levelRatio === 1) return told;
  const levelRatio = request.levelRatio ** trust;
  const deviation = (request.deviation / request.levelRatio) * levelRatio;
  return { ...told, deviation, levelRatio, delta: callValue(request.spotOverStrike, 1, deviation).delta };
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit);
}
