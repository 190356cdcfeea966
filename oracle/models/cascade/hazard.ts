/** The hazard of a liquidation cascade: a calibrated probability that only rises with what may only raise it. */
import { type LogitModel, logistic, logitAt } from "../../math/logit-regression.ts";
import { CASCADE_INPUTS, type CascadeInputs } from "./cascade-inputs.ts";

/** Probability model of one horizon. */
export interface HazardModel {
  readonly horizonHours: number;
  /** Centre and spread of each input on the rows it was fitted on. `[inputs]` each */
  readonly centre: readonly number[];
  readonly spread: readonly number[];
  /** Slopes ≥ 0 on scaled and clipped inputs; the one intercept is that of the judged threshold. */
  readonly logit: LogitModel;
  readonly calibration: BetaCalibration;
  /** Share of the fitted hours that the event followed: what is said without knowing anything. */
  readonly baseRate: number;
}

/**
 * `logit p' = a·ln p − b·ln(1 − p) + c` with a, b ≥ 0 (Kull, Silva Filho and Flach 2017, "Beta calibration", eq. 5); 1, 1, 0
 * changes nothing.
 */
export interface BetaCalibration {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Changes nothing. */
export const NO_CALIBRATION: BetaCalibration = { a: 1, b: 1, c: 0 };
/** Scaled inputs further from their centre count as this far: a logit of an unseen extreme is no measurement. */
const LARGEST_SCORE = 4;
/** Probabilities are kept this far from 0 and 1. */
const LEAST_PROBABILITY = 1e-6;

/** Scaled and clipped inputs in the order of `CASCADE_INPUTS`. `[inputs]` */
export function scaledInputs(
  { centre, spread }: Pick<HazardModel, "centre" | "spread">,
  inputs: CascadeInputs,
): Float64Array {
  return Float64Array.from(CASCADE_INPUTS, (name, place) => {
    const score = (inputs[name] - (centre[place] ?? Number.NaN)) / (spread[place] ?? Number.NaN);
    return Math.min(LARGEST_SCORE, Math.max(-LARGEST_SCORE, score));
  });
}

/** Probability before calibration, in (0, 1), non-decreasing in every input; NaN for inputs that are not finite. */
export function rawHazard(model: Pick<HazardModel, "centre" | "spread" | "logit">, inputs: CascadeInputs): number {
  return bounded(logistic(logitAt(model.logit, scaledInputs(model, inputs))));
}

/** Probability that the event follows within the horizon, in (0, 1), non-decreasing in every input. */
export function hazard(model: HazardModel, inputs: CascadeInputs): number {
  return calibrated(model.calibration, rawHazard(model, inputs));
}

/** A probability after calibration, in (0, 1), non-decreasing. */
export function calibrated({ a, b, c }: BetaCalibration, probability: number): number {
  return bounded(logistic(a * Math.log(probability) - b * Math.log1p(-probability) + c));
}

function bounded(probability: number): number {
  return Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, probability));
}
