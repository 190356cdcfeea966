/** Means of the scores over series: the figures that the targets are about. */
import type { VolScore } from "../../models/vol-lstm/vol-manifest.ts";

/** Mean QLIKE ratios of the combination over the series, by grid and horizon (`24h/168` is 7 days at midnight). */
export interface ScoreMeans {
  readonly [gridAndHorizon: string]: {
    readonly series: number;
    readonly toLogHar: number;
    /** To the best of the asset's own HAR regressions and the exponentially weighted mean, series by series. */
    readonly toBestSimple: number;
    /** `null` where GARCH has no daily grid. */
    readonly toGarchT: number | null;
  };
}

const SIMPLE = ["ownLogHar", "har", "range", "ewma"] as const;

/** Averages scores. */
export function scoreMeans(scores: readonly VolScore[]): ScoreMeans {
  const groups = Map.groupBy(scores, ({ everyHours, horizonHours }) => `${everyHours}h/${horizonHours}`);
  return Object.fromEntries(
    [...groups].map(([name, group]) => {
      const average = (ratio: (score: VolScore) => number): number =>
        group.reduce((sum, score) => sum + ratio(score), 0) / group.length;
      const combined = ({ qlike }: VolScore): number => qlike.combined ?? Number.NaN;
      const hasGarch = group.every(({ qlike }) => qlike.garchT !== undefined);
      return [
        name,
        {
          series: group.length,
          toLogHar: average(({ ratioToLogHar }) => ratioToLogHar),
          toBestSimple: average(
            (score) => combined(score) / Math.min(...SIMPLE.map((policy) => score.qlike[policy] ?? Number.NaN)),
          ),
          toGarchT: hasGarch ? average((score) => combined(score) / (score.qlike.garchT ?? Number.NaN)) : null,
        },
      ];
    }),
  );
}
