/** Paths on which hedges are learned and judged: spot, the market's view of what is left, and the forecast beside it. */
import { fastNormalCdf } from "../../math/black76-kernel.ts";

/** Episodes of one world. Arrays of a step are `[paths]`; spot starts at 1. */
export interface HedgePaths {
  readonly paths: number;
  readonly steps: number;
  /** `[steps + 1]` */
  readonly spot: readonly Float64Array[];
  /** Implied volatility times root of the remaining tenor at each decision. `[steps]` */
  readonly deviation: readonly Float64Array[];
  /** Forecast over implied volatility at each decision. `[steps]` */
  readonly forecastRatio: readonly Float64Array[];
  readonly strike: Float64Array;
}

/** Value and delta of a call on spot at a deviation, no interest. */
export function callValue(
  spot: number,
  strike: number,
  deviation: number,
): { readonly price: number; readonly delta: number } {
  const upper = Math.log(spot / strike) / deviation + 0.5 * deviation;
  const delta = fastNormalCdf(upper);
  return { price: spot * delta - strike * fastNormalCdf(upper - deviation), delta };
}

/** Paths of several worlds side by side, in order. */
export function joinPaths(parts: readonly HedgePaths[]): HedgePaths {
  const [first] = parts;
  const steps = first?.steps ?? 0;
  const paths = parts.reduce((sum, part) => sum + part.paths, 0);
  const join = (of: (part: HedgePaths) => Float64Array | undefined): Float64Array => {
    const joined = new Float64Array(paths);
    let offset = 0;
    for (const part of parts) {
      joined.set(of(part) ?? [], offset);
      offset += part.paths;
    }
    return joined;
  };
  const stepwise = (count: number, of: (part: HedgePaths) => readonly Float64Array[]): readonly Float64Array[] =>
    Array.from({ length: count }, (_, step) => join((part) => of(part)[step]));
  return {
    paths,
    steps,
    spot: stepwise(steps + 1, ({ spot }) => spot),
    deviation: stepwise(steps, ({ deviation }) => deviation),
    forecastRatio: stepwise(steps, ({ forecastRatio }) => forecastRatio),
    strike: join(({ strike }) => strike),
  };
}
