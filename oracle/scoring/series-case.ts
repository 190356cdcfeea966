/** One series over one horizon, valued once and shared by all its positions. */
import type { OptionSeries } from "../domain/positions.ts";
import { type PayoffBounds, payoffBounds, tenorYears } from "../domain/positions.ts";
import type { AdversePaths } from "./adverse-paths.ts";
import type { AssetContext } from "./asset-context.ts";
import { depthsLeft } from "./close-out-cost.ts";
import { type LossDistribution, lossDistribution } from "./loss-distribution.ts";
import { isTrusted } from "./prediction-check.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import { carriedStrike, seriesVol } from "./series-vol.ts";
import { stressedRequirement } from "./stressed-requirement.ts";
import { type TailShares, tailShares } from "./tail-attribution.ts";
import { largestValues, type TailRanks, type TailStatistics, tailRanks, tailStatistics } from "./tail-statistics.ts";

/** Scenario values of a series with the statistics of their tail. */
export interface SeriesCase {
  readonly bounds: PayoffBounds;
  readonly distribution: LossDistribution;
  /** Share of depth left at the worst of each path. `[paths]` */
  readonly depth: Float64Array;
  readonly ranks: TailRanks;
  /** Statistics of the value alone, and the smallest value of the tail. */
  readonly valueTail: TailStatistics;
  readonly tailThreshold: number;
  readonly shares: TailShares;
  /** Weights with which paths count in a probability; `null` for 1 each, as on every doubt. `[paths]` */
  readonly weights: Float64Array | null;
  /** Requirement under the stressed window's volatility, share of L − I. */
  readonly stressed: number;
}

/** Inputs of {@link seriesCase}. */
export interface SeriesCaseInput {
  readonly series: OptionSeries;
  readonly context: AssetContext;
  readonly paths: AdversePaths;
  readonly steps: number;
  readonly atSec: number;
  readonly settings: ScoringSettings;
}

/** Values a series on its adverse paths. */
export function seriesCase(input: SeriesCaseInput): SeriesCase {
  const { series, context, paths, settings } = input;
  const { spot } = context.market;
  const tenor = tenorYears(series, input.atSec);
  const vol = seriesVol(series, context, input.atSec);
  const { impliedVol, response } = vol;
  const lossInput = {
    series: { kind: series.kind, strike: carriedStrike(series, vol) },
    spot,
    paths,
    tenorYears: tenor,
    ...{ impliedVol, response },
    steps: input.steps,
    mode: "path-maximum",
  } as const;
  const distribution = lossDistribution(lossInput);
  const ranks = tailRanks(settings.paths, settings.confidence, settings.shortfallTailRatio);
  const descending = largestValues(distribution.values, ranks.needed);
  const tailThreshold = descending[descending.length - 1] ?? Number.NaN;
  return {
    bounds: payoffBounds(series, spot),
    distribution,
    depth: depthsLeft(distribution.worstMove),
    ranks,
    valueTail: tailStatistics(descending, ranks),
    tailThreshold,
    shares: tailShares(lossInput, distribution, tailThreshold),
    // A doubted asset's probabilities are counted as the paths are: nothing may lower them.
    weights: isTrusted(context) ? (paths.weights?.[input.steps - 1] ?? null) : null,
    stressed: stressedRequirement({
      ...{ asset: series.asset, series, spot, tenorYears: tenor },
      horizonSec: settings.horizonSec,
    }),
  };
}
