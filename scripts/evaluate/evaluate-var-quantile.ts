/** Evaluation of the tail model: days of BTC against six baselines, and a portfolio of two assets with its correlation. */
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { pinballLosses } from "../../oracle/math/tail-tests/tail-losses.ts";
import { adaptTail, combinedTail } from "../../oracle/models/var-quantile/combined-tail.ts";
import { historicalTail } from "../../oracle/models/var-quantile/empirical-tail.ts";
import { garchWalk, parametricTail, residualTail } from "../../oracle/models/var-quantile/garch-tail.ts";
import { harTail } from "../../oracle/models/var-quantile/har-tail.ts";
import { ewmaNormalTail } from "../../oracle/models/var-quantile/normal-tail.ts";
import { JUDGED_LEVELS, type TailPath } from "../../oracle/models/var-quantile/tail-path.ts";
import {
  atLeast,
  atMost,
  type Evaluation,
  isoTime,
  type Metrics,
  type Target,
} from "../../oracle/training/evaluate/evaluation.ts";
import { dieboldMariano } from "../../oracle/training/evaluate/newey-west.ts";
import { commonSteps, forecastAt, type TailScore, tailScores } from "../../oracle/training/evaluate/tail-scores.ts";
import { type DailyReturns, readDailyReturns } from "../data/daily-closes.ts";
import type { EvaluationRequest } from "./registry.ts";
import { evaluateTenAssets } from "./var-quantile/ten-assets.ts";
import { evaluateTwoAssets, type TwoAssetScores } from "./var-quantile/two-assets.ts";

/** design/models.md §3, row `var-quantile`: pinball against the best baseline, p-values, correlation. */
const LIMITS = { twoOfThree: 0.99, third: 1.02, coverageP: 0.05, dynamicP: 0.01, correlationRmse: 0.134 };
/** One day ahead: a few days of dependence. */
const LAGS = 5;

/**
 * Evaluates the combination that serves.
 *
 * @throws PlimsollError `DATA_NOT_FOUND` without daily closes, `EVALUATE_NO_WINDOW` when no day of the window has a forecast
 * of every model, and those of the readers.
 */
export async function evaluateVarQuantile({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const days = readDailyReturns(paths);
  const models = allModels(days.returns);
  const fromStep = fromSec === null ? 0 : days.daySec.findIndex((daySec) => daySec >= fromSec);
  const steps = fromStep < 0 ? [] : commonSteps(Object.values(models), fromStep);
  if (steps.length === 0) throw noWindow(days, fromSec);
  const scores = Object.entries(models).map(([name, path]) => ({
    name,
    scores: tailScores(path, days.returns, { levels: JUDGED_LEVELS, steps }),
  }));
  const served = scores.find(({ name }) => name === SERVED)?.scores ?? [];
  const baselines = scores.filter(({ name }) => name !== SERVED && name !== ADAPTED);
  const portfolio = evaluateTwoAssets(paths, fromSec);
  const best = JUDGED_LEVELS.map((_, place) => bestOf(baselines, place));
  return {
    model: "var-quantile",
    window: {
      from: isoTime(days.daySec[steps[0] ?? -1] ?? null),
      to: isoTime(days.daySec[steps.at(-1) ?? -1] ?? null),
    },
    metrics: {
      days: steps.length,
      levels: rows(served),
      adapted: rows(scores.find(({ name }) => name === ADAPTED)?.scores ?? []),
      bestBaseline: best.map(({ name, pinball }, place) => ({
        name,
        ratio: (served[place]?.pinball ?? Number.NaN) / pinball,
        dieboldMarianoP: accuracyP([models[SERVED], models[name]], days.returns, { steps, place }),
      })),
      portfolio: { ...portfolio },
      tenAssets: { ...evaluateTenAssets(paths, fromSec) },
    },
    baselines: Object.fromEntries(baselines.map(({ name, scores: found }) => [name, { levels: rows(found) }])),
    targets: { ...pinballTargets(served, best), ...coverageTargets(served), ...correlationTarget(portfolio) },
  };
}

const SERVED = "combined";
const ADAPTED = "adapted";

function allModels(returns: Float64Array): Readonly<Record<string, TailPath>> {
  const combined = combinedTail(returns, JUDGED_LEVELS);
  const normal = garchWalk(returns, "normal");
  return {
    [SERVED]: combined,
    [ADAPTED]: adaptTail(combined, returns, JUDGED_LEVELS),
    historical: historicalTail(returns, JUDGED_LEVELS),
    ewma: ewmaNormalTail(returns, JUDGED_LEVELS),
    garchNormal: parametricTail(normal, JUDGED_LEVELS),
    garchT: parametricTail(garchWalk(returns, "t"), JUDGED_LEVELS),
    filteredHistorical: residualTail(normal, JUDGED_LEVELS),
    quantileHar: harTail(returns, JUDGED_LEVELS),
  };
}

interface Best {
  readonly name: string;
  readonly pinball: number;
}

function bestOf(
  baselines: readonly { readonly name: string; readonly scores: readonly TailScore[] }[],
  place: number,
): Best {
  const found = baselines.map(({ name, scores }) => ({
    name,
    pinball: scores[place]?.pinball ?? Number.POSITIVE_INFINITY,
  }));
  return found.reduce((least, next) => (next.pinball < least.pinball ? next : least));
}

function accuracyP(
  [first, second]: readonly [TailPath | undefined, TailPath | undefined],
  returns: Float64Array,
  { steps, place }: { readonly steps: readonly number[]; readonly place: number },
): number {
  if (first === undefined || second === undefined) return Number.NaN;
  const level = JUDGED_LEVELS[place] ?? Number.NaN;
  const losses = (path: TailPath): Float64Array => pinballLosses(forecastAt(path, returns, { level, place, steps }));
  return dieboldMariano([losses(first), losses(second)], LAGS).pValue;
}

/** Two of three levels at most 0.99 of the best baseline, the third at most 1.02. */
function pinballTargets(served: readonly TailScore[], best: readonly Best[]): Readonly<Record<string, Target>> {
  const ratios = served
    .map(({ pinball }, place) => pinball / (best[place]?.pinball ?? Number.NaN))
    .sort((a, b) => a - b);
  return {
    pinballSecondBestLevel: atMost(ratios[1] ?? Number.NaN, LIMITS.twoOfThree),
    pinballWorstLevel: atMost(ratios[2] ?? Number.NaN, LIMITS.third),
  };
}

function coverageTargets(served: readonly TailScore[]): Readonly<Record<string, Target>> {
  const least = (of: (score: TailScore) => number): number => Math.min(...served.map(of));
  return {
    kupiecP: atLeast(
      least(({ kupiecP }) => kupiecP),
      LIMITS.coverageP,
    ),
    conditionalCoverageP: atLeast(
      least(({ conditionalCoverageP }) => conditionalCoverageP),
      LIMITS.coverageP,
    ),
    dynamicQuantileP: atLeast(
      least(({ dynamicQuantileP }) => dynamicQuantileP),
      LIMITS.dynamicP,
    ),
  };
}

function correlationTarget(portfolio: TwoAssetScores | null): Readonly<Record<string, Target>> {
  return portfolio === null ? {} : { correlationRmse: atMost(portfolio.correlation.combined, LIMITS.correlationRmse) };
}

function rows(scores: readonly TailScore[]): readonly Metrics[] {
  return scores.map((score) => ({ ...score }));
}

function noWindow({ daySec }: DailyReturns, fromSec: number | null): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `No day from ${isoTime(fromSec) ?? "the start"} on has a forecast: the data hold ${daySec.length} returns, to ${isoTime(daySec.at(-1) ?? null)}.`,
    remedy:
      "Give an earlier --from, or more history: 500 days come before the first forecast, and 170 more before all of them.",
    context: { fromSec: fromSec ?? "none", days: daySec.length },
  });
}
