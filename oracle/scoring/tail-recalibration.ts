/** Stretches simulated adverse moves so that their quantiles meet the learned ones. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../domain/prediction.ts";
import type { ScoringSettings } from "./scoring-settings.ts";

/** Learned quantiles of one direction as logarithmic moves. `[horizon][level]` */
export type LogMoveQuantiles = readonly Float64Array[];

/** A fall of all but this share of the price is as far as a logarithm is taken. */
const LARGEST_FALL = 0.999;

/** Falls `1 − min/S` as logarithmic moves `−ln(min/S)`. */
export function logFalls(fall: readonly Float64Array[]): LogMoveQuantiles {
  return fall.map((levels) => levels.map((move) => -Math.log(1 - Math.min(move, LARGEST_FALL))));
}

/** Rises `max/S − 1` as logarithmic moves `ln(max/S)`. */
export function logRises(rise: readonly Float64Array[]): LogMoveQuantiles {
  return rise.map((levels) => levels.map((move) => Math.log1p(move)));
}

/**
 * Learned quantiles at any horizon: linear between horizons in the square root of time, proportional to it outside.
 *
 * @returns log moves at {@link QUANTILE_LEVELS}, non-decreasing in horizon where the input is. `[level]`
 */
export function learnedAt(quantiles: LogMoveQuantiles, hours: number): Float64Array {
  const roots = QUANTILE_HORIZONS_HOURS.map(Math.sqrt);
  const root = Math.sqrt(hours);
  const last = roots.length - 1;
  const next = roots.findIndex((edge) => root <= edge);
  if (next === 0) return scaled(quantiles[0], root / (roots[0] ?? 1));
  if (next === -1) return scaled(quantiles[last], root / (roots[last] ?? 1));
  const low = roots[next - 1] ?? 0;
  const weight = (root - low) / ((roots[next] ?? 0) - low);
  const before = quantiles[next - 1];
  const after = quantiles[next];
  return QUANTILE_LEVELS.reduce((moves, _, level) => {
    moves[level] = (1 - weight) * (before?.[level] ?? Number.NaN) + weight * (after?.[level] ?? Number.NaN);
    return moves;
  }, new Float64Array(QUANTILE_LEVELS.length));
}

/**
 * Maps simulated moves to moves whose quantiles are the learned ones (quantile mapping, piecewise linear between the
 * levels, constant ratio outside), within `minStretch…maxStretch` times the simulated move.
 *
 * The map does not depend on the confidence level, so a requirement read from the result is non-decreasing in it; it is
 * non-decreasing in the learned quantiles and in the simulated volatility.
 *
 * @param moves simulated worst moves up to one time, log units ≥ 0. `[paths]`
 * @param learned learned quantiles of the same window, log units. `[level]`
 * @returns `[paths]`
 */
export function stretchMoves(
  moves: Float64Array,
  learned: Float64Array,
  settings: Pick<ScoringSettings, "minStretch" | "maxStretch">,
): Float64Array {
  const sorted = moves.slice().sort();
  const simulated = QUANTILE_LEVELS.map((level) => sorted[Math.ceil(level * sorted.length) - 1] ?? 0);
  return moves.map((move) => {
    if (!(move > 0)) return move;
    const target = mapMove(move, simulated, learned);
    return Math.min(Math.max(target, settings.minStretch * move), settings.maxStretch * move);
  });
}

function mapMove(move: number, simulated: readonly number[], learned: Float64Array): number {
  const last = simulated.length - 1;
  let next = 0;
  while (next <= last && move > (simulated[next] ?? 0)) next += 1;
  if (next === 0 || next > last) {
    const node = Math.min(next, last);
    return move * ((learned[node] ?? 0) / (simulated[node] ?? 1));
  }
  const low = simulated[next - 1] ?? 0;
  const high = simulated[next] ?? 0;
  const share = (move - low) / (high - low);
  return (1 - share) * (learned[next - 1] ?? 0) + share * (learned[next] ?? 0);
}

function scaled(levels: Float64Array | undefined, factor: number): Float64Array {
  return (levels ?? new Float64Array(QUANTILE_LEVELS.length).fill(Number.NaN)).map((move) => move * factor);
}
