/** Expected shortfall of the close-out cost of one position, by full revaluation on every path: the student's teacher. */
import { SHORTFALL_LEVELS } from "../domain/close-out-features.ts";
import { PlimsollError } from "../domain/errors.ts";
import { type PayoffBounds, payoffBounds } from "../domain/positions.ts";
import type { AdversePaths } from "./adverse-paths.ts";
import { type CostTerms, closeOutCost } from "./close-out-cost.ts";
import { depthLeft } from "./depth-curve.ts";
import { type LossDistribution, lossDistribution } from "./loss-distribution.ts";
import { largestValues, tailRanks, tailStatistics } from "./tail-statistics.ts";
import { volResponse } from "./vol-surface.ts";

/** One position as its close-out sees it. Direction, spot, depth, spread and price risk are those of `terms`. */
export interface CloseOutCase {
  readonly terms: CostTerms;
  /** USD. */
  readonly strike: number;
  /** Years to expiry. */
  readonly tenorYears: number;
  /** Implied volatility of this strike, decimal a year. */
  readonly impliedVol: number;
  /** Contracts. */
  readonly size: number;
  /** Horizon in steps of the paths, from 1. */
  readonly steps: number;
}

/** Expected shortfall of `min(max_t V_t + C, L)`, collateral units per contract (coins for calls, USD for puts). */
export interface CloseOutShortfall {
  readonly bounds: PayoffBounds;
  /** Value now. */
  readonly optionValue: number;
  /** By {@link SHORTFALL_LEVELS}, ascending. */
  readonly shortfalls: readonly number[];
}

/** Fewest paths: the 99 % shortfall is then the mean of ten. */
const LEAST_PATHS = 1_000;

/**
 * Values the position on every path as scoring does (path maximum, adverse shifts of implied volatility only), adds the
 * cost of walking the book that each path leaves, and averages the tails. Non-decreasing in volatility, implied
 * volatility, size, steps and level, non-increasing in depth, path by path.
 *
 * @param paths adverse paths in the direction of the case.
 * @throws PlimsollError `CLOSE_OUT_CASE` for a number outside its range, `CLOSE_OUT_PATHS` for paths of the other direction,
 * fewer than 1 000, or shorter than the horizon.
 */
export function closeOutShortfall(given: CloseOutCase, paths: AdversePaths): CloseOutShortfall {
  requireCase(given);
  requirePaths(given, paths);
  const { terms } = given;
  const bounds = payoffBounds({ kind: terms.kind, strike: given.strike }, terms.spot);
  const distribution = lossDistribution({
    series: { kind: terms.kind, strike: given.strike },
    spot: terms.spot,
    tenorYears: given.tenorYears,
    impliedVol: given.impliedVol,
    response: volResponse(given.tenorYears),
    paths,
    steps: given.steps,
    mode: "path-maximum",
  });
  const losses = lossesOf(given, distribution, bounds.maxLoss);
  const ranks = SHORTFALL_LEVELS.map((level) => tailRanks(losses.length, level, 1));
  const descending = largestValues(losses, Math.max(...ranks.map(({ needed }) => needed)));
  return {
    bounds,
    optionValue: distribution.optionValue,
    shortfalls: ranks.map((rank) => tailStatistics(descending.subarray(0, rank.needed), rank).shortfall),
  };
}

function lossesOf({ terms, size }: CloseOutCase, distribution: LossDistribution, maxLoss: number): Float64Array {
  const trade = { terms, size };
  const { values, hedge, worstMove } = distribution;
  return values.map((value, path) => {
    const cost = closeOutCost(trade, hedge[path] ?? Number.NaN, depthLeft(worstMove[path] ?? Number.NaN));
    return Math.min(value + cost, maxLoss);
  });
}

/**
 * Checks the numbers of a case.
 *
 * @throws PlimsollError `CLOSE_OUT_CASE` naming the number and its range.
 */
export function requireCase(given: CloseOutCase): void {
  const { terms, strike, tenorYears, impliedVol, size, steps } = given;
  const isSound =
    isPositive(terms.spot) &&
    isPositive(strike) &&
    isPositive(tenorYears) &&
    isPositive(impliedVol) &&
    isPositive(size) &&
    isPositive(steps) &&
    Number.isInteger(steps) &&
    terms.priceRisk >= 0;
  if (!isSound) throw faultOf(given);
}

function isPositive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}

function faultOf({
  terms,
  strike,
  tenorYears,
  impliedVol,
  size,
  steps,
}: CloseOutCase): PlimsollError<"CLOSE_OUT_CASE"> {
  const positive = Object.entries({ spot: terms.spot, strike, tenorYears, impliedVol, size, steps });
  const bad = positive.find(([, value]) => !isPositive(value));
  if (bad !== undefined) return badCase(bad[0], bad[1], "above 0 and finite");
  if (!Number.isInteger(steps)) return badCase("steps", steps, "a whole number");
  return badCase("priceRisk", terms.priceRisk, "at least 0");
}

function requirePaths({ terms, steps }: CloseOutCase, paths: AdversePaths): void {
  const { kind, move, volShock } = paths;
  if (kind === terms.kind && move.length >= steps && volShock.length >= LEAST_PATHS) return;
  throw new PlimsollError({
    code: "CLOSE_OUT_PATHS",
    problem: `${volShock.length} ${kind} paths of ${move.length} steps for a ${terms.kind} over ${steps} steps.`,
    remedy: `Give at least ${LEAST_PATHS} paths of the case's direction that reach its horizon.`,
    context: { kind, wanted: terms.kind, steps, length: move.length, paths: volShock.length },
  });
}

function badCase(name: string, value: number, limit: string): PlimsollError<"CLOSE_OUT_CASE"> {
  return new PlimsollError({
    code: "CLOSE_OUT_CASE",
    problem: `The ${name} of a close-out is ${value}; it must be ${limit}.`,
    remedy: "Leave the position out, or judge it by the conservative grid.",
    context: { name, value, limit },
  });
}
