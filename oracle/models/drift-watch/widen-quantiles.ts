/** Applies a widening to a prediction. */
import type { QuantilePrediction } from "../../domain/prediction.ts";

/**
 * Multiplies the log moves of each horizon by `exp(logFactors)`: no move becomes smaller, and moves stay ordered in level and,
 * where the factors do not fall with the horizon, in horizon.
 *
 * @param logFactors at least 0. `[horizon]`
 */
export function widenQuantiles(prediction: QuantilePrediction, logFactors: Float64Array): QuantilePrediction {
  if (logFactors.every((factor) => factor === 0)) return prediction;
  const { fall, rise } = prediction;
  return { ...prediction, fall: widened(fall, logFactors, widerFall), rise: widened(rise, logFactors, widerRise) };
}

function widened(
  moves: readonly Float64Array[],
  logFactors: Float64Array,
  widen: (move: number, factor: number) => number,
): readonly Float64Array[] {
  return moves.map((levels, horizon) => {
    const factor = Math.exp(logFactors[horizon] ?? 0);
    // Rounding may not make a move smaller.
    return levels.map((move) => Math.max(move, widen(move, factor)));
  });
}

function widerFall(move: number, factor: number): number {
  return -Math.expm1(factor * Math.log1p(-move));
}

function widerRise(move: number, factor: number): number {
  return Math.expm1(factor * Math.log1p(move));
}
