/** The fallback for short histories and failed fits: exponentially weighted variance and a heavy-tailed standard shape. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { studentTQuantile } from "../../math/student-t.ts";

/** Half-life of the weights, as in the EWMA baseline of the gap backtest (design/models.md §2b). */
const HALF_LIFE_SEC = 5 * SECONDS_PER_DAY;
/** Returns of hours to days have tails like a t with about four degrees of freedom (Cont 2001, fact 2: index 2 to 5). */
const TAIL_DEGREES = 4;
const SAMPLE_SIZE = 999;

/**
 * Variance of the next step, with weights that halve every five days.
 *
 * @param returns log returns per step, ascending in time; may be empty. `[n]`
 * @param stepSec length of a step, seconds.
 * @param priorVariance variance that stands for the time before the first return; its weight halves likewise.
 */
export function ewmaVariance(returns: Float64Array, stepSec: number, priorVariance: number): number {
  const decay = 2 ** (-stepSec / HALF_LIFE_SEC);
  return returns.reduce((variance, value) => decay * variance + (1 - decay) * value * value, priorVariance);
}

/**
 * Quantiles of Student's t with four degrees of freedom at the mid-points of equal cells, scaled to the unit variance of
 * the whole law: a deterministic stand-in for the residuals of a fit. `[999]`, ascending
 */
export function heavyTailedSample(): Float64Array {
  const scale = Math.sqrt((TAIL_DEGREES - 2) / TAIL_DEGREES);
  return Float64Array.from({ length: SAMPLE_SIZE }, (_, cell) => {
    return scale * studentTQuantile((cell + 0.5) / SAMPLE_SIZE, TAIL_DEGREES);
  });
}
