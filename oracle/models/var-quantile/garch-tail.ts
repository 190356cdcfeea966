/** Tails from GARCH(1,1), refitted on a trailing window: with normal and t errors, and with the residuals that came. */
import { filterReturns } from "../garch/filter-returns.ts";
import { fitGarch } from "../garch/fit-garch.ts";
import type { ErrorDistribution, GarchFit } from "../garch/garch-types.ts";
import { empiricalTail } from "./empirical-tail.ts";
import { scaledPoint, studentTail } from "./normal-tail.ts";
import { FIT_WINDOW, MIN_HISTORY, REFIT_STEPS, type TailPath, tailPath } from "./tail-path.ts";

/** Below this shape the variance means nothing (design/models.md §4, known traps). */
const BOUNDS = { minShape: 2.5 };

/** Tails of one fit law. */
export interface GarchTails {
  /** Under the law that was fitted. */
  readonly parametric: TailPath;
  /** Filtered historical simulation: residuals of the window instead of the law. */
  readonly filtered: TailPath;
  /** Forecast standard deviation of each step; NaN without history. `[n]` */
  readonly deviations: Float64Array;
}

/**
 * Walks over daily returns with a refit every 30 steps; a fit that fails leaves the last one in force.
 *
 * @param returns ascending in time, decimal or percent. `[n]`
 */
export function garchTails(
  returns: Float64Array,
  levels: readonly number[],
  distribution: Exclude<ErrorDistribution, "skewed-t">,
): GarchTails {
  const walk = walkForward(returns, distribution);
  const deviations = walk.map(({ deviation }) => deviation);
  const parametric = tailPath(returns.length, levels, (step, level) => {
    const state = walk[step];
    return scaledPoint(studentTail(level, state?.shape ?? Number.NaN), state?.deviation, state?.mean);
  });
  const filtered = tailPath(returns.length, levels, (step, level) => {
    const state = walk[step];
    return scaledPoint(
      state === undefined ? state : empiricalTail(state.residuals, level),
      state?.deviation,
      state?.mean,
    );
  });
  return { parametric, filtered, deviations: Float64Array.from(deviations) };
}

interface WalkStep {
  readonly mean: number;
  readonly deviation: number;
  readonly shape: number;
  /** Ascending. */
  readonly residuals: Float64Array;
}

const NOTHING: WalkStep = {
  mean: Number.NaN,
  deviation: Number.NaN,
  shape: Number.NaN,
  residuals: new Float64Array([Number.NaN]),
};

function walkForward(returns: Float64Array, distribution: ErrorDistribution): readonly WalkStep[] {
  let fit: GarchFit | null = null;
  return Array.from(returns, (_, step): WalkStep => {
    if (step < MIN_HISTORY) return NOTHING;
    const past = returns.subarray(Math.max(0, step - FIT_WINDOW), step);
    if ((step - MIN_HISTORY) % REFIT_STEPS === 0) {
      const startFrom = fit === null ? {} : { startFrom: fit.parameters };
      const outcome = fitGarch(past, { spec: { variance: "garch", distribution }, bounds: BOUNDS, ...startFrom });
      if (outcome.ok) fit = outcome.value;
    }
    if (fit === null) return NOTHING;
    const { nextVariance, residuals } = filterReturns(past, fit);
    const { mu: mean, shape } = fit.parameters;
    return { mean, deviation: Math.sqrt(nextVariance), shape, residuals: residuals.sort() };
  });
}
