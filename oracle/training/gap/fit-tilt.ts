/** Fits how signals should tilt a given gap: small exponents that make it cheaper at an equal tail, shrunk to none. */
import { choleskyFactor, choleskySolve, dotProduct } from "../../math/linear-algebra.ts";

/** Entries that a tilt is fitted on. */
export interface TiltRows {
  /** Signals of each entry, of about unit variance. `[entry][signal]` */
  readonly signals: readonly Float64Array[];
  /** Gap without tilt. `[entry]` */
  readonly gaps: Float64Array;
  /** Move that came. `[entry]` */
  readonly moves: Float64Array;
}

/** Power of the tail loss: the tail index of hourly to daily returns, 3 to 5 (Cont 2001). */
const TAIL_POWER = 4;
/** Weight of the squared exponents: one per cent of the entries decide; with 3 and less the forecast's own exponents fitted worse than chosen ones. */
const RIDGE = 10;
const NEWTON_STEPS = 12;
const LONGEST_STEP = 0.5;
const DONE = 1e-9;

/**
 * Minimises `ln Σ gap·e^{b·x} + (1/p)·ln Σ (move/(gap·e^{b·x}))^p + ridge/2·|b|²` by Newton's method. The objective is free of
 * the gap's scale and convex, since both terms are log-sums of exponentials of linear functions; for moves with a power tail p its
 * minimum is the cheapest allocation at a given breach rate.
 *
 * @returns exponents by signal; zeros without entries that moved. `[signal]`
 */
export function fitTilt({ signals, gaps, moves }: TiltRows): Float64Array {
  const width = signals[0]?.length ?? 0;
  let point = new Float64Array(width);
  if (width === 0 || !moves.some((move) => move > 0)) return point;
  const logGaps = gaps.map(Math.log);
  const logRatios = moves.map((move, entry) => TAIL_POWER * (Math.log(move) - (logGaps[entry] ?? Number.NaN)));
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    const tilts = Float64Array.from(signals, (row) => dotProduct(row, point));
    const cost = momentsOf(
      signals,
      logGaps.map((log, entry) => log + (tilts[entry] ?? 0)),
    );
    const tail = momentsOf(
      signals,
      logRatios.map((log, entry) => log - TAIL_POWER * (tilts[entry] ?? 0)),
    );
    const gradient = point.map((value, k) => (cost.mean[k] ?? 0) - (tail.mean[k] ?? 0) + RIDGE * value);
    const factor = choleskyFactor(
      cost.covariance.map((value, k) => {
        const isDiagonal = k % (width + 1) === 0;
        return value + TAIL_POWER * (tail.covariance[k] ?? 0) + (isDiagonal ? RIDGE : 0);
      }),
    );
    if (factor === null) return point;
    const move = choleskySolve(factor, gradient);
    point = point.map((value, k) => value - Math.min(LONGEST_STEP, Math.max(-LONGEST_STEP, move[k] ?? 0)));
    if (Math.max(...move.map(Math.abs)) < DONE) break;
  }
  return point;
}

/** Mean and covariance of the signals under weights proportional to e^log. */
function momentsOf(
  signals: readonly Float64Array[],
  logs: Float64Array,
): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const width = signals[0]?.length ?? 0;
  const top = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  const [mean, covariance] = [new Float64Array(width), new Float64Array(width * width)];
  let total = 0;
  signals.forEach((row, entry) => {
    const weight = Math.exp((logs[entry] ?? Number.NaN) - top);
    total += weight;
    row.forEach((left, i) => {
      mean[i] = (mean[i] ?? 0) + weight * left;
      row.forEach((right, j) => {
        covariance[i * width + j] = (covariance[i * width + j] ?? 0) + weight * left * right;
      });
    });
  });
  const centre = mean.map((sum) => sum / total);
  return {
    mean: centre,
    covariance: covariance.map(
      (sum, k) => sum / total - (centre[Math.floor(k / width)] ?? 0) * (centre[k % width] ?? 0),
    ),
  };
}
