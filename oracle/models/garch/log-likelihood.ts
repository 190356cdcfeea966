/** Log-likelihood of a GARCH model: the sum of ln f(z) − ½ ln h over the returns. */
import { logBeta } from "../../math/gamma-functions.ts";
import { skewedTConstants } from "../../math/student-t.ts";
import { filterVariances, startVarianceOf } from "./conditional-variance.ts";
import type { GarchParameters, GarchSpec, StartRule } from "./garch-types.ts";

const LOG_2PI = Math.log(2 * Math.PI);
/** A running product is turned into its logarithm when it leaves this range: far fewer logarithms, the same sum. */
const SMALLEST_PRODUCT = 1e-100;
const LARGEST_PRODUCT = 1e100;

/** What {@link createLogLikelihood} evaluates. */
export interface LikelihoodOptions {
  readonly spec: GarchSpec;
  readonly startRule: StartRule;
}

/**
 * Prepares the log-likelihood of a series as a function of the parameters; work space is allocated once.
 *
 * @param returns `[n]`
 * @returns function that gives −∞ where the parameters admit no positive variance.
 */
export function createLogLikelihood(
  returns: Float64Array,
  options: LikelihoodOptions,
): (parameters: GarchParameters) => number {
  const { spec, startRule } = options;
  const variances = new Float64Array(returns.length);
  const kernels = new Float64Array(returns.length);
  const backcast = startRule === "backcast" ? startVarianceOf(returns, 0, startRule) : null;
  return (parameters) => {
    const startVariance = backcast ?? startVarianceOf(returns, parameters.mu, startRule);
    filterVariances({ variance: spec.variance, parameters, returns, startVariance }, variances);
    const sum = sumLogDensities({ spec, parameters, returns, variances, kernels });
    return Number.isFinite(sum) ? sum : Number.NEGATIVE_INFINITY;
  };
}

interface DensityInput {
  readonly spec: GarchSpec;
  readonly parameters: GarchParameters;
  readonly returns: Float64Array;
  readonly variances: Float64Array;
  /** Work space: the t density's 1 + z²/(ν − 2) of each return. `[n]` */
  readonly kernels: Float64Array;
}

function sumLogDensities(input: DensityInput): number {
  const { distribution } = input.spec;
  if (distribution === "normal") return sumNormal(input);
  if (!(input.parameters.shape > 2)) return Number.NaN;
  return distribution === "t" ? sumStudent(input) : sumSkewed(input);
}

function sumNormal({ parameters, returns, variances }: DensityInput): number {
  let squares = 0;
  for (let index = 0; index < returns.length; index += 1) {
    const shock = (returns[index] ?? 0) - parameters.mu;
    squares += (shock * shock) / (variances[index] ?? 0);
  }
  return -0.5 * (returns.length * LOG_2PI + sumLogs(variances) + squares);
}

function sumStudent({ parameters, returns, variances, kernels }: DensityInput): number {
  const { mu, shape } = parameters;
  const inverse = 1 / (shape - 2);
  for (let index = 0; index < returns.length; index += 1) {
    const shock = (returns[index] ?? 0) - mu;
    kernels[index] = 1 + (inverse * shock * shock) / (variances[index] ?? 0);
  }
  const constant = -logBeta(0.5, shape / 2) - 0.5 * Math.log(shape - 2);
  return returns.length * constant - 0.5 * sumLogs(variances) - 0.5 * (shape + 1) * sumLogs(kernels);
}

function sumSkewed({ parameters, returns, variances, kernels }: DensityInput): number {
  const { mu, shape, skew } = parameters;
  const { shift, scale, logConstant } = skewedTConstants(shape, skew);
  const inverse = 1 / (shape - 2);
  for (let index = 0; index < returns.length; index += 1) {
    const moved = (scale * ((returns[index] ?? 0) - mu)) / Math.sqrt(variances[index] ?? 0) + shift;
    const folded = moved < 0 ? moved * skew : moved / skew;
    kernels[index] = 1 + inverse * folded * folded;
  }
  return returns.length * logConstant - 0.5 * sumLogs(variances) - 0.5 * (shape + 1) * sumLogs(kernels);
}

/** Sum of the logarithms; NaN when a value is not positive. */
function sumLogs(values: Float64Array): number {
  let sum = 0;
  let product = 1;
  for (const value of values) {
    if (!(value > 0)) return Number.NaN;
    product *= value;
    if (product > SMALLEST_PRODUCT && product < LARGEST_PRODUCT) continue;
    sum += Math.log(product);
    product = 1;
  }
  return sum + Math.log(product);
}
