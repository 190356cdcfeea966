/** Pinball loss and breach rate of adverse-move quantiles, and the moves of the EWMA-normal baseline. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import { normalInverse } from "../../math/special-functions.ts";
import type { QuantileManifest } from "../../models/manifest.ts";
import type { AdverseMoves } from "../../models/quantile-net/read-moves.ts";
import type { QuantileSample } from "../dataset/quantile-samples.ts";

/** Loss and breach rate of one policy, `[horizon][level]` for each direction. */
export type PolicyMetrics = Omit<QuantileManifest["metrics"]["network"], "meanRatioToGarch">;

/** A cell of a table: mean over the samples of some function of label, stated quantile and level. */
type CellTerm = (realised: number, stated: number, level: number) => number;

/** Pinball loss of Koenker and Bassett 1978, equation 2: decimal move. */
export function pinball(realised: number, stated: number, level: number): number {
  const error = realised - stated;
  return Math.max(level * error, (level - 1) * error);
}

/** Means over samples; realised and stated moves are decimals of spot. */
export function policyMetrics(samples: readonly QuantileSample[], moves: readonly AdverseMoves[]): PolicyMetrics {
  const table = (direction: "fall" | "rise", term: CellTerm): number[][] =>
    QUANTILE_HORIZONS_HOURS.map((_, horizon) =>
      QUANTILE_LEVELS.map((level, place) => {
        const total = samples.reduce((sum, sample, index) => {
          const stated = moves[index]?.[direction][horizon]?.[place] ?? Number.NaN;
          return sum + term(realisedMove(sample, direction, horizon), stated, level);
        }, 0);
        return total / samples.length;
      }),
    );
  const breach: CellTerm = (realised, stated) => Number(realised > stated);
  return {
    pinball: { fall: table("fall", pinball), rise: table("rise", pinball) },
    breach: { fall: table("fall", breach), rise: table("rise", breach) },
  };
}

/** Mean over all cells of a policy's pinball loss divided by the reference's. */
export function meanPinballRatio(policy: PolicyMetrics, reference: PolicyMetrics): number {
  const flat = ({ pinball: tables }: PolicyMetrics): number[] => [...tables.fall, ...tables.rise].flat();
  const denominators = flat(reference);
  const ratios = flat(policy).map((value, index) => value / (denominators[index] ?? Number.NaN));
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

/** Quantiles of the extremes of a driftless Brownian path (reflection principle), decimal moves. */
export function ewmaNormalMoves(sigmaPerHour: number): AdverseMoves {
  const logMoves = QUANTILE_HORIZONS_HOURS.map((hours) =>
    Float64Array.from(QUANTILE_LEVELS, (level) => sigmaPerHour * Math.sqrt(hours) * normalInverse((1 + level) / 2)),
  );
  return {
    fall: logMoves.map((row) => row.map((log) => -Math.expm1(-log))),
    rise: logMoves.map((row) => row.map((log) => Math.expm1(log))),
  };
}

function realisedMove({ labels }: QuantileSample, direction: "fall" | "rise", horizon: number): number {
  const log = labels[direction][horizon] ?? Number.NaN;
  return direction === "fall" ? -Math.expm1(-log) : Math.expm1(log);
}
