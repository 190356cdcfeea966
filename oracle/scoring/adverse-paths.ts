/** What a series is revalued on: paths of one asset in the direction that hurts its writer, stretched to the learned tail. */

import type { CascadeCurve } from "../domain/cascade.ts";
import type { OptionKind } from "../domain/positions.ts";
import type { QuantilePrediction } from "../domain/prediction.ts";
import { extraFallAt } from "./cascade-fixed-point.ts";
import { pathWeights } from "./path-weights.ts";
import type { SpotScenarios } from "./scenarios.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import { type LogMoveQuantiles, learnedAt, logFalls, logRises, stretchMoves } from "./tail-recalibration.ts";

/** One direction of one asset. Arrays of a step are `[paths]`. */
export interface AdversePaths {
  readonly kind: OptionKind;
  readonly stepHours: number;
  /** Running worst move before the learned stretch, log units ≥ 0. */
  readonly rawMove: readonly Float64Array[];
  /** Running worst move after it. */
  readonly move: readonly Float64Array[];
  /** Signed log return at the end of the step, scaled like the worst move. */
  readonly logReturn: readonly Float64Array[];
  /** Prices and their logarithms at the running worst move, USD. */
  readonly forward: readonly Float64Array[];
  readonly logForward: readonly Float64Array[];
  /** Implied-volatility shock of each path, standard deviations. `[paths]` */
  readonly volShock: Float64Array;
  /** Weights for counted probabilities by horizon, see {@link pathWeights}; `null` where the learned quantiles do not hold. `[step][paths]` */
  readonly weights: readonly Float64Array[] | null;
}

/** Inputs of {@link adversePaths}. */
export interface AdversePathsInput {
  /** Puts are hurt by falls, calls by rises. */
  readonly kind: OptionKind;
  /** USD. */
  readonly spot: number;
  readonly scenarios: SpotScenarios;
  readonly quantiles: Pick<QuantilePrediction, "fall" | "rise">;
  readonly volShock: Float64Array;
  readonly settings: Pick<ScoringSettings, "minStretch" | "maxStretch">;
}

/** Builds the adverse paths of one direction; the stretched worst move stays a running maximum. */
export function adversePaths(input: AdversePathsInput): AdversePaths {
  const paths = pathsOf(input, (move) => move);
  const learned = learnedMoves(input);
  const weights = paths.move.map((moves, step) =>
    pathWeights(moves, learnedAt(learned, (step + 1) * paths.stepHours), input.settings.minStretch),
  );
  return { ...paths, weights };
}

/**
 * The adverse paths of falls, each fall deepened by `share` of what forced selling would add to it. What is added rises with
 * the fall, so worst moves stay running maxima and rise with all that they rose with.
 *
 * @param share 0 to 1.
 */
export function cascadePaths(
  input: AdversePathsInput,
  curve: Pick<CascadeCurve, "shock" | "extra">,
  share: number,
): AdversePaths {
  return pathsOf(input, (move) => move + share * extraFallAt(curve, move));
}

function pathsOf(input: AdversePathsInput, deepened: (move: number) => number): AdversePaths {
  const { kind, scenarios } = input;
  const rawMove = kind === "put" ? scenarios.fall : scenarios.rise;
  const learned = learnedMoves(input);
  const stretched = rawMove.map((moves, step) =>
    stretchMoves(moves, learnedAt(learned, (step + 1) * scenarios.stepHours), input.settings).map(deepened),
  );
  const move = runningMaximum(stretched);
  const logSpot = Math.log(input.spot);
  const sign = kind === "put" ? -1 : 1;
  const logForward = move.map((moves) => moves.map((size) => logSpot + sign * size));
  return {
    kind,
    stepHours: scenarios.stepHours,
    rawMove,
    move,
    logReturn: scenarios.logReturn.map((returns, step) => scaleLike(returns, rawMove[step], stretched[step])),
    forward: logForward.map((logs) => logs.map(Math.exp)),
    logForward,
    volShock: input.volShock,
    weights: null,
  };
}

function learnedMoves({ kind, quantiles }: AdversePathsInput): LogMoveQuantiles {
  return kind === "put" ? logFalls(quantiles.fall) : logRises(quantiles.rise);
}

function runningMaximum(steps: readonly Float64Array[]): readonly Float64Array[] {
  const maxima: Float64Array[] = [];
  steps.forEach((moves, step) => {
    const before = maxima[step - 1];
    maxima.push(before === undefined ? moves : moves.map((move, path) => Math.max(move, before[path] ?? 0)));
  });
  return maxima;
}

function scaleLike(
  returns: Float64Array,
  raw: Float64Array | undefined,
  stretched: Float64Array | undefined,
): Float64Array {
  return returns.map((value, path) => {
    const before = raw?.[path] ?? 0;
    return before > 0 ? value * ((stretched?.[path] ?? 0) / before) : value;
  });
}
