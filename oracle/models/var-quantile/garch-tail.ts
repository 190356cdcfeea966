/** Tails from GARCH(1,1), refitted on a trailing window: under the fitted law, and with the residuals that came. */
import { filterReturns } from "../garch/filter-returns.ts";
import { fitGarch } from "../garch/fit-garch.ts";
import type { ErrorDistribution, GarchFit } from "../garch/garch-types.ts";
import { empiricalTail } from "./empirical-tail.ts";
import { ewmaDeviations, scaledPoint, studentTail } from "./normal-tail.ts";
import { FIT_WINDOW, MIN_HISTORY, REFIT_STEPS, type TailPath, tailPath } from "./tail-path.ts";

/** Below this shape the variance means nothing (design/models.md §4, known traps). */
const BOUNDS = { minShape: 2.5 };

/** What the model knows before a step. */
export interface GarchStep {
  readonly mean: number;
  readonly deviation: number;
  readonly shape: number;
  /** Standardised residuals of the window, ascending. */
  readonly residuals: Float64Array;
}

/**
 * Walks over daily returns with a refit every 30 steps; a fit that fails leaves the last one in force.
 *
 * @param returns ascending in time, decimal or percent. `[n]`
 * @returns one entry a step, `null` without history or fit. `[n]`
 */
export function garchWalk(
  returns: Float64Array,
  distribution: Exclude<ErrorDistribution, "skewed-t">,
): readonly (GarchStep | null)[] {
  let fit: GarchFit | null = null;
  return Array.from(returns, (_, step): GarchStep | null => {
    if (step < MIN_HISTORY) return null;
    const past = returns.subarray(Math.max(0, step - FIT_WINDOW), step);
    if ((step - MIN_HISTORY) % REFIT_STEPS === 0) {
      const startFrom = fit === null ? {} : { startFrom: fit.parameters };
      const outcome = fitGarch(past, { spec: { variance: "garch", distribution }, bounds: BOUNDS, ...startFrom });
      if (outcome.ok) fit = outcome.value;
    }
    if (fit === null) return null;
    const { nextVariance, residuals } = filterReturns(past, fit);
    const { mu: mean, shape } = fit.parameters;
    return { mean, deviation: Math.sqrt(nextVariance), shape, residuals: residuals.sort() };
  });
}

/** Tail under the law that was fitted. */
export function parametricTail(walk: readonly (GarchStep | null)[], levels: readonly number[]): TailPath {
  return tailOf(walk, levels, (step, level) => studentTail(level, step.shape));
}

/** Filtered historical simulation: residuals of the window instead of the law. */
export function residualTail(walk: readonly (GarchStep | null)[], levels: readonly number[]): TailPath {
  return tailOf(walk, levels, (step, level) => empiricalTail(step.residuals, level));
}

/** Mean of the GARCH and of the EWMA standard deviation of each step; NaN where one of them is missing. `[n]` */
export function blendedDeviations(returns: Float64Array): Float64Array {
  const walk = garchWalk(returns, "normal");
  return ewmaDeviations(returns).map((ewma, step) => ((walk[step]?.deviation ?? Number.NaN) + ewma) / 2);
}

function tailOf(
  walk: readonly (GarchStep | null)[],
  levels: readonly number[],
  unitTail: (step: GarchStep, level: number) => ReturnType<typeof studentTail>,
): TailPath {
  return tailPath(walk.length, levels, (place, level) => {
    const step = walk[place] ?? null;
    return step === null ? scaledPoint(undefined) : scaledPoint(unitTail(step, level), step.deviation, step.mean);
  });
}
