/** Says which parameters of a fit ended at a bound of the search. */
import { type BoundReport, freeParameters, type GarchParameters, type GarchSpec } from "./garch-types.ts";
import type { ParameterBounds } from "./parameter-transform.ts";

/** A value this close to a bound (size for weights and persistence, share of the range for shape and skew) counts as bound. */
const AT_BOUND = 1e-4;

/** Range of one value of the search, and how close counts as bound. */
interface Range {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  readonly margin: number;
}

/**
 * Parameters, or the persistence, that ended at a bound.
 *
 * @param parameters of the series scaled to unit variance.
 * @returns in canonical order, the persistence last.
 */
export function reportBounds(
  parameters: GarchParameters,
  spec: GarchSpec,
  bounds: ParameterBounds,
): readonly BoundReport[] {
  const ranges = searchRanges(parameters, spec, bounds);
  return [...freeParameters(spec), "persistence" as const].flatMap((name): BoundReport[] => {
    const range = ranges[name];
    if (range === undefined) return [];
    const { value, lower, upper, margin } = range;
    if (value < lower + margin) return [{ name, side: "lower", value, bound: lower }];
    return value > upper - margin ? [{ name, side: "upper", value, bound: upper }] : [];
  });
}

function searchRanges(
  { alpha, gamma, beta, shape, skew }: GarchParameters,
  { variance }: GarchSpec,
  { maxPersistence, minShape, maxShape, maxSkew }: ParameterBounds,
): Readonly<Partial<Record<BoundReport["name"], Range>>> {
  const isLog = variance === "egarch";
  const above = (value: number, lower: number): Range => ({
    value,
    lower,
    upper: Number.POSITIVE_INFINITY,
    margin: AT_BOUND,
  });
  const weights = isLog ? {} : { alpha: above(alpha, 0), beta: above(beta, 0) };
  const persistence = isLog ? Math.abs(beta) : alpha + gamma / 2 + beta;
  return {
    ...weights,
    // GJR reacts to falls with α + γ, which stays non-negative.
    ...(variance === "gjr" ? { gamma: above(gamma, -alpha) } : {}),
    shape: { value: shape, lower: minShape, upper: maxShape, margin: AT_BOUND * (maxShape - minShape) },
    skew: { value: skew, lower: 1 / maxSkew, upper: maxSkew, margin: AT_BOUND * Math.log(maxSkew) },
    persistence: { value: persistence, lower: Number.NEGATIVE_INFINITY, upper: maxPersistence, margin: AT_BOUND },
  };
}
