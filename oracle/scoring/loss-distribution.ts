/** Scenario values of one series: Black-76 revaluation along the adverse paths, shared by all positions of the series. */
import type { OptionSeries } from "../domain/positions.ts";
import { fastNormalCdf, revalue } from "../math/black76-kernel.ts";
import type { AdversePaths } from "./adverse-paths.ts";
import type { VolResponse } from "./vol-surface.ts";

/** One series with its scenarios. */
export interface LossInput {
  readonly series: Pick<OptionSeries, "kind" | "strike">;
  /** USD. */
  readonly spot: number;
  /** Years to expiry now, > 0. */
  readonly tenorYears: number;
  /** Implied volatility of this strike now, decimal a year. */
  readonly impliedVol: number;
  readonly response: VolResponse;
  /** Adverse paths in the direction of the series: falls for puts, rises for calls. */
  readonly paths: AdversePaths;
  /** Horizon in steps of the paths, 1…length. */
  readonly steps: number;
  /** `path-maximum`: the worst value of the horizon, as signed. `endpoint`: the value at its end, as backtested. */
  readonly mode: "path-maximum" | "endpoint";
}

/** Distribution of an option's value over the horizon, collateral units (coins for calls, USD for puts) per contract. */
export interface LossDistribution {
  /** Value now. */
  readonly optionValue: number;
  /** Scenario values; with `path-maximum` never below the value now. `[paths]` */
  readonly values: Float64Array;
  /** Coins to be traded per contract when the position is taken over, now and at the worst of each path, 0…1. */
  readonly hedgeNow: number;
  readonly hedge: Float64Array;
  /** Worst log move of the underlying within the horizon, ≥ 0. `[paths]` */
  readonly worstMove: Float64Array;
}

/**
 * Scenario values of a series. Pure; the same function serves the live score and the collateral backtest.
 *
 * In `path-maximum` mode every step is valued at the running worst spot, at the tenor of the step's beginning and with
 * only adverse shifts of implied volatility. Each term is then non-decreasing in spot volatility, in implied volatility
 * and in the number of steps, path by path, and so is every quantile of the result.
 */
export function lossDistribution(input: LossInput): LossDistribution {
  const { series, spot, paths } = input;
  const optionValue = valueNow(input);
  const worstMove = paths.move[input.steps - 1] ?? new Float64Array(0);
  const values = input.mode === "path-maximum" ? pathMaxima(input, optionValue) : endpointValues(input);
  const coins = series.kind === "put" ? 1 : Math.min(1, series.strike / spot);
  const impliedVols = new Float64Array(worstMove.length);
  shiftedVols(input, input.steps - 1, impliedVols);
  const hedge = worstMove.map((move, path) => coins * hedgeRatio(input, move, impliedVols[path] ?? 0));
  return { optionValue, values, hedge, worstMove, hedgeNow: coins * hedgeRatio(input, 0, input.impliedVol) };
}

/** Tenor at the beginning of a step (counted from 0), years, never negative. */
export function tenorAtStep(input: Pick<LossInput, "tenorYears" | "paths">, step: number): number {
  return Math.max(0, input.tenorYears - (step * input.paths.stepHours) / HOURS_PER_YEAR);
}

const HOURS_PER_YEAR = 8760;
/** A lasting fall of implied volatility is not taken below this share of today's. */
const SMALLEST_VOL_RATIO = 0.3;

function valueNow(input: LossInput): number {
  const value = new Float64Array(1);
  revalue(
    {
      ...input.series,
      forwards: Float64Array.of(input.spot),
      logForwards: Float64Array.of(Math.log(input.spot)),
      impliedVols: Float64Array.of(input.impliedVol),
      tenorYears: input.tenorYears,
      inCoin: input.series.kind === "call",
    },
    value,
  );
  return value[0] ?? Number.NaN;
}

function pathMaxima(input: LossInput, optionValue: number): Float64Array {
  const { paths } = input;
  const maxima = new Float64Array(paths.volShock.length).fill(optionValue);
  const values = new Float64Array(maxima.length);
  const impliedVols = new Float64Array(maxima.length);
  for (let step = 0; step < input.steps; step += 1) {
    shiftedVols(input, step, impliedVols);
    revalue(stepInput(input, step, impliedVols), values);
    for (let path = 0; path < maxima.length; path += 1) {
      const value = values[path] ?? Number.NaN;
      // A NaN compares false with everything: written once, no later step replaces it, and the score falls to doubt.
      if (value > (maxima[path] ?? 0) || Number.isNaN(value)) maxima[path] = value;
    }
  }
  return maxima;
}

/** Implied volatility of all paths at the end of a step: a fall, or a rise for calls, may lift it, and nothing lowers it. */
function shiftedVols(
  { series, impliedVol, response, paths }: LossInput,
  step: number,
  impliedVols: Float64Array,
): void {
  const perMove = impliedVol * (series.kind === "put" ? response.perFall : response.perRise);
  const perShock = impliedVol * response.perRootHour * Math.sqrt((step + 1) * paths.stepHours);
  const moves = paths.move[step] ?? new Float64Array(0);
  for (let path = 0; path < impliedVols.length; path += 1) {
    const shift = perMove * (moves[path] ?? Number.NaN) + perShock * (paths.volShock[path] ?? Number.NaN);
    impliedVols[path] = shift <= 0 ? impliedVol : impliedVol + shift;
  }
}

function stepInput(input: LossInput, step: number, impliedVols: Float64Array) {
  const none = new Float64Array(0);
  return {
    kind: input.series.kind,
    strike: input.series.strike,
    forwards: input.paths.forward[step] ?? none,
    logForwards: input.paths.logForward[step] ?? none,
    impliedVols,
    tenorYears: tenorAtStep(input, step),
    inCoin: input.series.kind === "call",
  };
}

function endpointValues(input: LossInput): Float64Array {
  const { paths, response, spot } = input;
  const returns = paths.logReturn[input.steps - 1] ?? new Float64Array(0);
  const values = new Float64Array(returns.length);
  const rootHours = Math.sqrt(input.steps * paths.stepHours);
  const impliedVols = returns.map((move, path) => {
    const level = move < 0 ? response.perFall * -move : response.perRise * move;
    const shift = level + response.perRootHour * (paths.volShock[path] ?? 0) * rootHours;
    return input.impliedVol * Math.max(SMALLEST_VOL_RATIO, 1 + shift);
  });
  const logForwards = returns.map((move) => Math.log(spot) + move);
  const scenario = { ...stepInput(input, input.steps, impliedVols), logForwards, forwards: logForwards.map(Math.exp) };
  revalue(scenario, values);
  return values;
}

/**
 * Share of the contract that whoever takes it over must trade: the probability 2Φ(−d) of touching the strike, d its
 * distance in standard deviations (reflection principle), 1 in the money. It bounds the delta of a USD put and of a coin
 * call from above and, unlike delta, is non-decreasing in volatility and in the adverse move everywhere.
 *
 * @param distance log distance to the strike, ≤ 0 in the money.
 * @param deviation implied standard deviation over the tenor, log units ≥ 0.
 * @returns 0…1.
 */
export function touchProbability(distance: number, deviation: number): number {
  if (distance <= 0) return 1;
  return deviation === 0 ? 0 : Math.min(1, 2 * fastNormalCdf(-distance / deviation));
}

function hedgeRatio(input: LossInput, move: number, impliedVol: number): number {
  const { series, spot } = input;
  const gap = series.kind === "put" ? Math.log(spot / series.strike) : Math.log(series.strike / spot);
  return touchProbability(gap - move, impliedVol * Math.sqrt(input.tenorYears));
}
