/** Evaluation of the volatility surface: hidden quotes, static arbitrage, and factor forecasts against the random walk. */
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { SECONDS_PER_DAY } from "../../oracle/domain/units.ts";
import { mean } from "../../oracle/math/statistics.ts";
import { cleanChain } from "../../oracle/models/surface/clean-chain.ts";
import { type FactorHistory, forecastFactors } from "../../oracle/models/surface/factor-forecast.ts";
import { fitSurface } from "../../oracle/models/surface/fit-surface.ts";
import { surfaceFactors } from "../../oracle/models/surface/surface-factors.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { type ChainSnapshot, readOptionChains } from "../data/option-chains.ts";
import type { EvaluationRequest } from "./registry.ts";
import { ablationGroups } from "./surface/ablation-figures.ts";
import { type FactorScore, factorScores } from "./surface/factor-scores.ts";
import { type LeftOutResult, leftOutResult } from "./surface/left-out-quotes.ts";
import { ablationRows } from "./surface/score-ablation.ts";

/** design/models.md §3, row `surface`, and the speed asked of it. */
const LIMITS = { insideBitcoin: 0.95, insideOthers: 0.97, meanRatio: 0.99, worstRatio: 1.02, slicesPerSec: 100 };
const HORIZON_DAYS = [1, 7] as const;
/** Without --from the last fifth of the span is judged; what comes before is history. */
const HISTORY_SHARE = 0.8;
const VOL_POINTS = 100;

/**
 * Evaluates the fit on hidden quotes and the forecasts of the nine factors.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` without a usable snapshot in the window, and those of the reader.
 */
export async function evaluateSurface({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const chains = readOptionChains(paths);
  const all = [...chains.values()].flat();
  const startSec = fromSec ?? defaultStart(all);
  const judged = all.filter(({ atSec }) => atSec >= startSec);
  const leftOut = [...chains].flatMap(([asset, snapshots]) => {
    const results = snapshots.filter(({ atSec }) => atSec >= startSec).flatMap((one) => leftOutResult(one) ?? []);
    return results.length === 0 ? [] : [{ asset, results }];
  });
  if (leftOut.length === 0) throw noWindow(startSec);
  const scores = scoresOf(chains, startSec);
  return {
    model: "surface",
    window: { from: isoTime(startSec), to: isoTime(Math.max(...judged.map(({ atSec }) => atSec))) },
    metrics: {
      leftOut: leftOut.map((entry) => leftOutMetrics(entry, "surface")),
      factors: scores.map((score) => ({ ...score })),
      /** The same options scored with and without the surface, whole and by delta and tenor. */
      inScore: ablationGroups([...chains.values()].flatMap((own) => ablationRows(own, startSec))).map((group) => ({
        ...group,
      })),
    },
    baselines: {
      rawSvi: { leftOut: leftOut.map((entry) => leftOutMetrics(entry, "rawSvi")) },
      randomWalk: { rmse: scores.map(({ asset, days, factor, randomWalk }) => ({ asset, days, factor, randomWalk })) },
    },
    targets: { ...fitTargets(leftOut), ...forecastTargets(scores) },
  };
}

interface AssetResults {
  readonly asset: string;
  readonly results: readonly LeftOutResult[];
}

function defaultStart(snapshots: readonly ChainSnapshot[]): number {
  const times = snapshots.map(({ atSec }) => atSec);
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  return first + HISTORY_SHARE * (last - first);
}

function leftOutMetrics({ asset, results }: AssetResults, which: "surface" | "rawSvi"): Metrics {
  const total = (field: keyof LeftOutResult["surface"]): number => sum(results.map((result) => result[which][field]));
  const quotes = total("quotes");
  const repairs = which === "rawSvi" ? {} : repairMetrics(results);
  return {
    asset,
    snapshots: results.length,
    quotes,
    inside: total("inside") / quotes,
    meanAbsoluteErrorCoin: total("absoluteError") / quotes,
    volRmsePoints: VOL_POINTS * Math.sqrt(total("squaredVolError") / quotes),
    butterflyPoints: total("butterfly"),
    calendarPoints: total("calendar"),
    ...repairs,
  };
}

function repairMetrics(results: readonly LeftOutResult[]): Metrics {
  const count = (repair: LeftOutResult["repair"]): number =>
    results.filter((result) => result.repair === repair).length;
  return {
    slices: sum(results.map(({ slices }) => slices)),
    slicesPerSec: slicesPerSec(results),
    repaired: { none: count("none"), slices: count("slices"), ssvi: count("ssvi") },
  };
}

function slicesPerSec(results: readonly LeftOutResult[]): number {
  return sum(results.map(({ slices }) => slices)) / sum(results.map(({ fitSec }) => fitSec));
}

function scoresOf(chains: ReadonlyMap<string, readonly ChainSnapshot[]>, startSec: number): readonly FactorScore[] {
  const histories = new Map([...chains].map(([asset, snapshots]) => [asset, historyOf(snapshots)]));
  return HORIZON_DAYS.flatMap((days) => {
    const forecasts = forecastFactors(histories, days * SECONDS_PER_DAY);
    return [...histories].flatMap(([asset, { atSec, factors }]) => {
      const first = atSec.findIndex((time) => time >= startSec);
      if (first < 0) return [];
      return factorScores({
        asset,
        days,
        forecasts: (forecasts.get(asset) ?? []).slice(first),
        now: factors.slice(first),
      });
    });
  });
}

/** Factors of all snapshots that carry a surface. */
function historyOf(snapshots: readonly ChainSnapshot[]): FactorHistory {
  const rows = snapshots.flatMap(({ atSec, quotes }) => {
    const fitted = fitSurface(cleanChain(quotes, atSec));
    return fitted === null ? [] : [{ atSec, factors: surfaceFactors(fitted.slices) }];
  });
  return { atSec: Float64Array.from(rows, ({ atSec }) => atSec), factors: rows.map(({ factors }) => factors) };
}

function fitTargets(leftOut: readonly AssetResults[]): Evaluation["targets"] {
  const inside = leftOut.map(({ asset, results }) => {
    const value = sum(results.map(({ surface }) => surface.inside)) / sum(results.map(({ surface }) => surface.quotes));
    const limit = asset === "BTC" ? LIMITS.insideBitcoin : LIMITS.insideOthers;
    return [`inside${asset}`, atLeast(value, limit)] as const;
  });
  const results = leftOut.flatMap((entry) => entry.results);
  return {
    ...Object.fromEntries(inside),
    butterflyPoints: atMost(sum(results.map(({ surface }) => surface.butterfly)), 0),
    calendarPoints: atMost(sum(results.map(({ surface }) => surface.calendar)), 0),
    slicesPerSec: atLeast(slicesPerSec(results), LIMITS.slicesPerSec),
  };
}

function forecastTargets(scores: readonly FactorScore[]): Evaluation["targets"] {
  const ratios = scores.map(({ ratio }) => ratio);
  return {
    ratioToRandomWalkMean: atMost(mean(ratios), LIMITS.meanRatio),
    ratioToRandomWalkWorst: atMost(ratios.length === 0 ? Number.NaN : Math.max(...ratios), LIMITS.worstRatio),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function noWindow(startSec: number): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `No chain from ${isoTime(startSec) ?? "the start"} on has an expiry with five usable quotes.`,
    remedy: "Give an earlier --from, or chains with bids and asks.",
    context: { startSec },
  });
}
