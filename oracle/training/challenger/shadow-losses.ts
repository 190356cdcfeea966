/** Losses of two models side by side on rows that neither has seen. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS, type QuantilePrediction } from "../../domain/prediction.ts";
import { mean } from "../../math/statistics.ts";
import type { QuantileSample } from "../dataset/quantile-samples.ts";

/** Moves that a model states for one row, decimal. `[horizon][level]` */
export type StatedMoves = Pick<QuantilePrediction, "fall" | "rise">;

/** What is compared; all three have one entry a row. */
export interface ShadowRows {
  readonly samples: readonly QuantileSample[];
  readonly champion: readonly StatedMoves[];
  readonly challenger: readonly StatedMoves[];
}

/** Losses by time, ascending; rows of one time are averaged, so that assets that move together count once. */
export interface ShadowLosses {
  /** Seconds. `[times]` */
  readonly atSec: Float64Array;
  /** `[times]` */
  readonly champion: Float64Array;
  readonly challenger: Float64Array;
}

/** A fall of all but this share of the price is as far as a logarithm is taken. */
const LARGEST_FALL = 0.999;

/** Mean pinball loss over directions, horizons and levels, of log moves in standard deviations: horizons weigh alike. */
export function shadowLosses({ samples, champion, challenger }: ShadowRows): ShadowLosses {
  const byTime = new Map<number, { readonly champion: number[]; readonly challenger: number[] }>();
  for (const [row, sample] of samples.entries()) {
    const [old, fresh] = [champion[row], challenger[row]];
    if (old === undefined || fresh === undefined) continue;
    const losses = byTime.get(sample.atSec) ?? { champion: [], challenger: [] };
    losses.champion.push(rowLoss(sample, old));
    losses.challenger.push(rowLoss(sample, fresh));
    byTime.set(sample.atSec, losses);
  }
  const times = [...byTime].sort(([left], [right]) => left - right);
  return {
    atSec: Float64Array.from(times, ([atSec]) => atSec),
    champion: Float64Array.from(times, ([, losses]) => mean(losses.champion)),
    challenger: Float64Array.from(times, ([, losses]) => mean(losses.challenger)),
  };
}

function rowLoss({ labels, sigma }: QuantileSample, moves: StatedMoves): number {
  let sum = 0;
  for (const horizon of QUANTILE_HORIZONS_HOURS.keys()) {
    const unit = sigma[horizon] ?? Number.NaN;
    for (const [level, probability] of QUANTILE_LEVELS.entries()) {
      const fall = -Math.log1p(-Math.min(moves.fall[horizon]?.[level] ?? Number.NaN, LARGEST_FALL));
      const rise = Math.log1p(moves.rise[horizon]?.[level] ?? Number.NaN);
      sum += pinball(probability, ((labels.fall[horizon] ?? Number.NaN) - fall) / unit);
      sum += pinball(probability, ((labels.rise[horizon] ?? Number.NaN) - rise) / unit);
    }
  }
  return sum / (2 * QUANTILE_HORIZONS_HOURS.length * QUANTILE_LEVELS.length);
}

function pinball(level: number, gap: number): number {
  return gap > 0 ? level * gap : (level - 1) * gap;
}
