/** Evaluation of the hedge ratios: how much of an option's risk over about six hours each of them takes away. */
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { blockBootstrap } from "../../oracle/training/evaluate/block-bootstrap.ts";
import { atLeast, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { dieboldMariano } from "../../oracle/training/evaluate/newey-west.ts";
import { readOptionChains } from "../data/option-chains.ts";
import { HEDGES, type Hedge, type HedgedInterval, hedgeWalk } from "./greeks/hedge-walk.ts";
import type { EvaluationRequest } from "./registry.ts";

/** design/models.md §3, row `greeks`: share of the root mean square error that the hedge takes away. */
const REDUCTION: Readonly<Record<string, number>> = { BTC: 0.855, ETH: 0.865 };
const LEAST_GAIN = -0.002;
/** Shorter months are not held against the target: a week of intervals is one market. */
const JUDGED_MONTH_INTERVALS = 40;
/** About a week of intervals, and its neighbours. */
const BLOCK_INTERVALS = 28;
const LAGS = 8;
const DRAWS = 400;
const LEVEL = 0.95;
const MS_PER_SECOND = 1_000;
const TERCILES = 3;
const MONTH_TEXT = 7;

interface AssetIntervals {
  readonly asset: string;
  readonly intervals: readonly HedgedInterval[];
}

/**
 * Walks through the chains of every asset; earlier snapshots serve as history.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` without an interval of 4 to 9 hours in the window, and those of the reader.
 */
export async function evaluateGreeks({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const assets = [...readOptionChains(paths)].map(([asset, snapshots]) => ({
    asset,
    intervals: hedgeWalk(snapshots).filter(({ atSec }) => atSec >= (fromSec ?? Number.NEGATIVE_INFINITY)),
  }));
  const judged = assets.filter(({ intervals }) => intervals.length > 0);
  if (judged.length === 0) throw noWindow(fromSec);
  const times = judged.flatMap(({ intervals }) => intervals.map(({ atSec }) => atSec));
  return {
    model: "greeks",
    window: { from: isoTime(Math.min(...times)), to: isoTime(Math.max(...times)) },
    metrics: Object.fromEntries(judged.map((entry) => [entry.asset, assetMetrics(entry)])),
    baselines: Object.fromEntries(
      HEDGES.filter((hedge) => hedge !== "smileDelta").map((hedge) => [
        hedge,
        Object.fromEntries(judged.map(({ asset, intervals }) => [asset, reduction(intervals, hedge)])),
      ]),
    ),
    targets: targetsOf(judged),
  };
}

function assetMetrics({ asset, intervals }: AssetIntervals): Metrics {
  const rng = createRng(`evaluate-greeks-${asset}`);
  const gain = (steps: Int32Array): number => gainOf(Array.from(steps, (step) => intervals[step]).filter(isDefined));
  const interval = blockBootstrap(intervals.length, gain, {
    blockSteps: BLOCK_INTERVALS,
    draws: DRAWS,
    level: LEVEL,
    rng,
  });
  const losses = (hedge: Hedge): Float64Array =>
    Float64Array.from(intervals, ({ squares, options }) => squares[hedge] / options);
  return {
    intervals: intervals.length,
    options: intervals.reduce((sum, { options }) => sum + options, 0),
    unhedgedRmse: rootMean(intervals, "none"),
    reduction: reduction(intervals, "smileDelta"),
    gainOverNetDelta: gainOf(intervals),
    gainInterval: [...interval],
    pValue: dieboldMariano([losses("smileDelta"), losses("netDelta")], LAGS).pValue,
    gainByVolTercile: terciles(intervals).map(gainOf),
    gainByMonth: Object.fromEntries(byMonth(intervals).map(([month, part]) => [month, gainOf(part)])),
    newestStickiness: { ...intervals.at(-1)?.stickiness },
    shareShrunkToZero: intervals.filter(({ stickiness }) => stickiness.level === 0).length / intervals.length,
  };
}

function targetsOf(judged: readonly AssetIntervals[]): Evaluation["targets"] {
  const months = judged.flatMap(({ intervals }) => byMonth(intervals).map(([, part]) => part));
  const parts = [
    ...judged.map(({ intervals }) => intervals),
    ...months.filter(({ length }) => length >= JUDGED_MONTH_INTERVALS),
  ];
  const reductions = judged.flatMap(({ asset, intervals }) => {
    const target = REDUCTION[asset];
    return target === undefined
      ? []
      : [[`reductionOf${asset}`, atLeast(reduction(intervals, "smileDelta"), target)] as const];
  });
  return {
    ...Object.fromEntries(reductions),
    worstGainOverNetDelta: atLeast(Math.min(...parts.map(gainOf)), LEAST_GAIN),
  };
}

function rootMean(intervals: readonly HedgedInterval[], hedge: Hedge): number {
  const squares = intervals.reduce((sum, interval) => sum + interval.squares[hedge], 0);
  return Math.sqrt(squares / intervals.reduce((sum, { options }) => sum + options, 0));
}

function reduction(intervals: readonly HedgedInterval[], hedge: Hedge): number {
  return 1 - rootMean(intervals, hedge) / rootMean(intervals, "none");
}

function gainOf(intervals: readonly HedgedInterval[]): number {
  return reduction(intervals, "smileDelta") - reduction(intervals, "netDelta");
}

function byMonth(intervals: readonly HedgedInterval[]): readonly (readonly [string, readonly HedgedInterval[]])[] {
  const monthOf = ({ atSec }: HedgedInterval): string =>
    new Date(atSec * MS_PER_SECOND).toISOString().slice(0, MONTH_TEXT);
  return [...new Set(intervals.map(monthOf))].map((month) => [
    month,
    intervals.filter((interval) => monthOf(interval) === month),
  ]);
}

/** By the median implied volatility of the snapshot, calmest first. */
function terciles(intervals: readonly HedgedInterval[]): readonly (readonly HedgedInterval[])[] {
  const sorted = intervals.toSorted((left, right) => left.impliedVol - right.impliedVol);
  const border = (part: number): number => Math.round((part * sorted.length) / TERCILES);
  return Array.from({ length: TERCILES }, (_, part) => sorted.slice(border(part), border(part + 1)));
}

function isDefined<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}

function noWindow(fromSec: number | null): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `No two snapshots from ${isoTime(fromSec) ?? "the start"} on are 4 to 9 hours apart.`,
    remedy: "Give an earlier --from, or chains with about four snapshots a day.",
    context: { fromSec: fromSec ?? "none" },
  });
}
