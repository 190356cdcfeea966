/** Tails of a portfolio of equal shares: the joint bootstrap that is rotated, against rules that see the portfolio alone. */
import { historicalTail } from "../../../oracle/models/var-quantile/empirical-tail.ts";
import { garchWalk, parametricTail } from "../../../oracle/models/var-quantile/garch-tail.ts";
import { type PortfolioAssets, portfolioTail } from "../../../oracle/models/var-quantile/portfolio-tail.ts";
import { JUDGED_LEVELS, type TailPath } from "../../../oracle/models/var-quantile/tail-path.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { commonSteps, tailScores } from "../../../oracle/training/evaluate/tail-scores.ts";

/** Scores by level of each rule on the same steps. */
export interface PortfolioTails {
  readonly steps: readonly number[];
  readonly tails: Readonly<Record<"rotated" | "historical" | "garchT", readonly Metrics[]>>;
}

/** Scores from a step on; `null` where no step has a forecast of every rule. */
export function portfolioTails(assets: Omit<PortfolioAssets, "weights">, fromStep: number): PortfolioTails | null {
  const { returns } = assets;
  const weights = returns.map(() => 1 / returns.length);
  const own = (returns[0] ?? new Float64Array()).map((_, step) =>
    returns.reduce((sum, column, asset) => sum + (weights[asset] ?? 0) * (column[step] ?? Number.NaN), 0),
  );
  const paths = {
    rotated: portfolioTail({ ...assets, weights }, JUDGED_LEVELS),
    historical: historicalTail(own, JUDGED_LEVELS),
    garchT: parametricTail(garchWalk(own, "t"), JUDGED_LEVELS),
  };
  const steps = fromStep < 0 ? [] : commonSteps(Object.values(paths), fromStep);
  if (steps.length === 0) return null;
  const scored = (path: TailPath): readonly Metrics[] =>
    tailScores(path, own, { levels: JUDGED_LEVELS, steps }).map((score) => ({ ...score }));
  const { rotated, historical, garchT } = paths;
  return { steps, tails: { rotated: scored(rotated), historical: scored(historical), garchT: scored(garchT) } };
}
