/** Maximum-likelihood fit of a GARCH-family model: grid start, Nelder-Mead, then BFGS on transformed parameters. */
import type { Outcome } from "../../domain/errors.ts";
import { minimiseBfgs, nelderMead } from "../../math/optimise.ts";
import { mean, meanSquare, variance } from "../../math/statistics.ts";
import { reportBounds } from "./bound-report.ts";
import { filterReturns } from "./filter-returns.ts";
import {
  freeParameters,
  type GarchFailure,
  type GarchFit,
  type GarchParameters,
  type GarchSpec,
  type StartRule,
} from "./garch-types.ts";
import { createLogLikelihood } from "./log-likelihood.ts";
import {
  createTransform,
  DEFAULT_BOUNDS,
  type ParameterBounds,
  type ParameterTransform,
} from "./parameter-transform.ts";
import { rescaleParameters } from "./rescale-parameters.ts";

/** What to fit and how. */
export interface GarchFitOptions {
  readonly spec: GarchSpec;
  /** Default `mean-square`. */
  readonly startRule?: StartRule;
  readonly bounds?: Partial<ParameterBounds>;
  /** Parameters of a smaller model or an earlier fit to start from, in units of the returns; default a small grid. */
  readonly startFrom?: GarchParameters;
}

/** Fewer returns than this cannot tell the reaction from the persistence. */
export const MIN_RETURNS = 100;
/** Spread of the returns, relative to their size, that counts as constant: rounding of doubles. */
const CONSTANT_SPREAD = 1e-12;
/** Starting values: reactions and persistences that financial series usually show. */
const START_REACTIONS = [0.04, 0.12];
const START_PERSISTENCES = [0.9, 0.98];
const START_SHAPE = 6;
/** EGARCH's reaction to the sign of a shock at the start: falls raise volatility more than rises. */
const START_LEVERAGE = -0.05;
/** The rough search: enough to reach the right valley, BFGS does the rest. */
const ROUGH = { maxIterations: 60, tolerance: 1e-5, edge: 0.3 };
/** Mean log-likelihood per return is of order one, so these are relative tolerances. */
const FINE = { maxIterations: 200, gradientTolerance: 1e-8 };
/** A whole further round that gains less than this a return counts as a maximum (rounding, flat bounds). */
const ACCEPTABLE_GAIN = 1e-7;
const MAX_ROUNDS = 4;

/**
 * Fits one model.
 *
 * @param returns ascending in time, any unit; at least {@link MIN_RETURNS}. `[n]`
 * @returns the fit, or why there is none: `GARCH_TOO_FEW_RETURNS`, `GARCH_NOT_FINITE`, `GARCH_CONSTANT_SERIES`,
 * `GARCH_NO_CONVERGENCE`.
 */
export function fitGarch(returns: Float64Array, options: GarchFitOptions): Outcome<GarchFit, GarchFailure> {
  const fault = faultOf(returns);
  if (fault !== null) return { ok: false, reason: fault, detail: `${returns.length} returns` };
  const { spec, startRule = "mean-square" } = options;
  const bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
  const scale = Math.sqrt(variance(returns));
  const scaled = returns.map((value) => value / scale);
  const transform = createTransform(spec, bounds);
  const logLikelihood = createLogLikelihood(scaled, { spec, startRule });
  const objective = (point: Float64Array): number => -logLikelihood(transform.toParameters(point)) / scaled.length;

  const starts =
    options.startFrom === undefined
      ? gridStarts(scaled, spec)
      : [rescaleParameters(options.startFrom, spec, 1 / scale)];
  const best = minimise(objective, bestStart(objective, starts, transform), options.startFrom === undefined);
  if (best === null)
    return { ok: false, reason: "GARCH_NO_CONVERGENCE", detail: `${spec.variance}-${spec.distribution}` };
  const parameters = transform.toParameters(best);
  const boundReports = reportBounds(parameters, spec, bounds);
  const atBounds = boundReports.map(({ name }) => name);
  const natural = rescaleParameters(parameters, spec, scale);
  return { ok: true, value: { ...describeFit(returns, natural, { spec, startRule }), atBounds, boundReports } };
}

function faultOf(returns: Float64Array): GarchFailure | null {
  if (!returns.every(Number.isFinite)) return "GARCH_NOT_FINITE";
  if (returns.length < MIN_RETURNS) return "GARCH_TOO_FEW_RETURNS";
  const size = Math.sqrt(meanSquare(returns));
  return Math.sqrt(variance(returns)) <= CONSTANT_SPREAD * size ? "GARCH_CONSTANT_SERIES" : null;
}

/** Variances, residuals and likelihood of given parameters on given returns. */
function describeFit(
  returns: Float64Array,
  parameters: GarchParameters,
  model: { readonly spec: GarchSpec; readonly startRule: StartRule },
): Omit<GarchFit, "atBounds" | "boundReports"> {
  const { spec, startRule } = model;
  const { variances, residuals, startVariance } = filterReturns(returns, { spec, parameters, startRule });
  const logLikelihood = createLogLikelihood(returns, model)(parameters);
  const names = freeParameters(spec);
  const bic = names.length * Math.log(returns.length) - 2 * logLikelihood;
  return { spec, startRule, parameters, names, logLikelihood, bic, variances, residuals, startVariance };
}

function gridStarts(scaled: Float64Array, spec: GarchSpec): readonly GarchParameters[] {
  const shape = spec.distribution === "normal" ? Number.POSITIVE_INFINITY : START_SHAPE;
  return START_REACTIONS.flatMap((reaction) =>
    START_PERSISTENCES.map((persistence) => {
      const common = { mu: mean(scaled), shape, skew: 1 };
      if (spec.variance === "egarch") {
        return { ...common, omega: 0, alpha: 2 * reaction, gamma: START_LEVERAGE, beta: persistence };
      }
      const gamma = spec.variance === "gjr" ? reaction / 2 : 0;
      const alpha = reaction - gamma / 2;
      return { ...common, omega: 1 - persistence, alpha, gamma, beta: persistence - reaction };
    }),
  );
}

function bestStart(
  objective: (point: Float64Array) => number,
  starts: readonly GarchParameters[],
  transform: ParameterTransform,
): Float64Array {
  const points = starts.map((start) => transform.toPoint(start));
  const values = points.map(objective);
  const best = values.indexOf(Math.min(...values));
  return points[Math.max(0, best)] ?? new Float64Array();
}

/** Alternates the rough and the fine search until the fine one is satisfied or gains nothing. */
function minimise(
  objective: (point: Float64Array) => number,
  start: Float64Array,
  isRough: boolean,
): Float64Array | null {
  let point = isRough ? nelderMead(objective, start, ROUGH).point : start;
  let value = objective(point);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const fine = minimiseBfgs(objective, point, FINE);
    if (!Number.isFinite(fine.value)) return null;
    const gain = value - fine.value;
    point = fine.point;
    value = fine.value;
    if (fine.converged || (round > 0 && gain < ACCEPTABLE_GAIN)) return point;
    point = nelderMead(objective, point, ROUGH).point;
  }
  return null;
}
