/** Loss of one watched forecast in units that do not change with volatility. */
import { QUANTILE_LEVELS } from "../../domain/prediction.ts";
import { WATCH_DIRECTIONS, type WatchedStep } from "./watched-step.ts";

/** Horizons whose windows do not overlap at the step of the watch: those of 1 and 4 hours. */
const LOSS_HORIZONS = [0, 1] as const;
/** Mean pinball loss of the network in standard deviations, both horizons, 2021-08 to 2024 (measured, BTC and ETH). */
const USUAL_LOSS = 0.122;
/** One step counts at most as this many usual losses, so that a single jump is not yet an alarm. */
const LOSS_CAP = 7;

/** Index of the longest horizon in the loss: the loss is known when it is over. */
export const LOSS_HORIZON: number = Math.max(...LOSS_HORIZONS);

/**
 * Mean pinball loss over directions and levels of the 1 and 4 hour forecasts, in usual losses, at most 7 each.
 *
 * @returns 1 on average for a model that is as good as in training; NaN while a horizon is not over.
 */
export function normalisedLoss(step: Pick<WatchedStep, "stated" | "realised">): number {
  let sum = 0;
  for (const horizon of LOSS_HORIZONS) {
    const losses = WATCH_DIRECTIONS.map((direction) => {
      const realised = step.realised[direction][horizon] ?? Number.NaN;
      return meanPinball(realised, step.stated[direction][horizon] ?? new Float64Array());
    });
    const mean = losses.reduce((total, loss) => total + loss, 0) / losses.length;
    // Math.min keeps NaN.
    sum += Math.min(LOSS_CAP, mean / USUAL_LOSS);
  }
  return sum / LOSS_HORIZONS.length;
}

function meanPinball(realised: number, stated: Float64Array): number {
  let sum = 0;
  for (const [place, level] of QUANTILE_LEVELS.entries()) {
    const gap = realised - (stated[place] ?? Number.NaN);
    sum += gap > 0 ? level * gap : (level - 1) * gap;
  }
  return sum / QUANTILE_LEVELS.length;
}
