/** Calibrates nine jump-diffusion parameters to a chain: damped Gauss-Newton within the cube, on the slopes of whatever prices it. */
import type { SliceQuotes } from "../surface/clean-chain.ts";
import { boxedStep } from "./boxed-step.ts";
import { chainCost, chainTargets, localCost } from "./chain-cost.ts";
import type { CubePricer } from "./cube-pricer.ts";
import { PRICER_PARAMETERS } from "./pricer-layout.ts";

/** Where a calibration ended. */
export interface Calibration {
  /** Place in the cube. `[9]` */
  readonly cube: Float64Array;
  /** Half the sum of squared tempered errors, in half spreads. */
  readonly cost: number;
  readonly iterations: number;
}

const MAX_ITERATIONS = 40;
const TOLERANCE = 1e-4;
const FIRST_DAMPING = 1e-2;
const MORE_DAMPING = 3;
const LESS_DAMPING = 1 / 3;
const MOST_DAMPING = 1e6;

/**
 * The parameters of least tempered error.
 *
 * @param start place in the cube, the middle by default.
 * @returns `null` where no quote has a volatility.
 */
export async function calibrate(
  pricer: CubePricer,
  chain: readonly SliceQuotes[],
  start: Float64Array = new Float64Array(PRICER_PARAMETERS),
): Promise<Calibration | null> {
  const targets = chainTargets(chain);
  if (targets.places.length === 0) return null;
  const priceAt = pricer(targets.places);
  let cube: Float64Array = Float64Array.from(start);
  let local = localCost(targets, await priceAt(cube), cube);
  let damping = FIRST_DAMPING;
  let iterations = 0;
  while (iterations < MAX_ITERATIONS && damping < MOST_DAMPING) {
    iterations += 1;
    const next = boxedStep(local, cube, damping);
    const priced = next === null ? null : await priceAt(next);
    const cost = next === null || priced === null ? Number.NaN : chainCost(targets, priced.vols, next);
    if (next === null || priced === null || !(cost < local.cost)) {
      damping *= MORE_DAMPING;
      continue;
    }
    const gain = 1 - cost / local.cost;
    cube = next;
    if (gain < TOLERANCE) return { cube, cost, iterations };
    local = localCost(targets, priced, cube);
    damping *= LESS_DAMPING;
  }
  return { cube, cost: local.cost, iterations };
}
