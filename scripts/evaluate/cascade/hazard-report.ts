/** Judges the hazard on liquidations of Aave v2, beside a plain logit and beside what the base rate says. */
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import type { CascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import { HAZARD_TARGETS, type HazardTarget } from "../../../oracle/training/cascade/fit-hazard.ts";
import { fitPlain, hazardFitter } from "../../../oracle/training/cascade/hazard-fitters.ts";
import { hazardRows, type LiquidationFlow } from "../../../oracle/training/cascade/hazard-rows.ts";
import { type HazardForecast, walkHazard } from "../../../oracle/training/cascade/hazard-walk.ts";
import { blockBootstrap } from "../../../oracle/training/evaluate/block-bootstrap.ts";
import { isoTime, type Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { dieboldMariano } from "../../../oracle/training/evaluate/newey-west.ts";
import { rankScores } from "../../../oracle/training/evaluate/rank-scores.ts";
import { readLiquidations } from "../../data/liquidations.ts";
import { readSpotBars } from "../../data/spot-bars.ts";
import { probabilityScore } from "../score/score-rows.ts";
import { type AlarmCount, alarmMetrics, countAlarms } from "./alarm-report.ts";
import { windowStart } from "./window.ts";

/** Last call of the rows that the hazard was chosen with: 2022-01-22 09:43. */
const DEVELOPED_TO_SEC = 1_642_844_616;
const ASSET = "ETH";
const SHORT_HOURS = 6;
const CERTAIN = 1 - 1e-6;
const GROUPS = 10;
/** Outcomes of neighbouring hours overlap; days of one fall belong together. */
const BLOCK_HOURS = 72;
const DRAWS = 500;

/** Scores of one horizon; policies are `hazard`, `hazardWithoutArrivals`, `plainLogit`. */
export interface HazardReport {
  readonly horizonHours: number;
  readonly fromSec: number;
  readonly toSec: number;
  readonly hours: number;
  readonly frequency: number;
  readonly policies: Readonly<Record<string, PolicyScore>>;
  /** 95 % interval of the hazard's AUC by blocks of three days. */
  readonly aucInterval: readonly [number, number];
  /** Diebold-Mariano p of log-losses, hazard against plain logit. */
  readonly dieboldMarianoP: number;
  /** Groups of equal count in ascending probability: stated and realised. */
  readonly reliability: readonly Metrics[];
  readonly forecasts: readonly HazardForecast[];
  /** What the shipped artefact states at the same hours, without arrivals, as a node does; `null` where it was fitted on any of them, or not asked for. */
  readonly served: PolicyScore | null;
  /** Alarms of the hazard, and of the one without arrivals, which is what a node states. */
  readonly alarms: { readonly hazard: readonly AlarmCount[]; readonly withoutArrivals: readonly AlarmCount[] };
}

/** Scores of one policy. */
export interface PolicyScore {
  readonly auc: number;
  readonly averagePrecision: number;
  readonly brier: number;
  readonly logLoss: number;
  readonly ece: number;
  readonly meanProbability: number;
}

/** Reports of a window, or why there are none. */
export interface HazardReports {
  readonly reports: readonly HazardReport[];
  /** `null` where there are reports. */
  readonly leftOut: string | null;
}

/**
 * One report a horizon; none, with the reason, where no calls of Aave v2, or no bars of ETH, cover the window.
 *
 * @throws PlimsollError those of the readers.
 */
export function hazardReports(
  paths: readonly string[],
  fromSec: number | null,
  shipped: ShippedHazard | null = null,
): HazardReports {
  const flow = readLiquidations(paths, "aave-v2");
  if (flow === null) return { reports: [], leftOut: "no liquidations of Aave v2 lie below the data" };
  const bars = barsOf(paths);
  if (bars === undefined) return { reports: [], leftOut: `no hourly bars of ${ASSET} lie below the data` };
  const reports = reportsOf(bars, flow, fromSec).map((report) => ({
    ...report,
    served: shipped === null ? null : servedScore(report, bars, shipped),
  }));
  return { reports, leftOut: reports.length > 0 ? null : "no forecast of liquidations lies in the window" };
}

function barsOf(paths: readonly string[]): BarSeries | undefined {
  try {
    return readSpotBars(paths).get(ASSET);
  } catch (error) {
    if (hasCode(error, "DATA_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The shipped hazard and the end of what it was fitted on, seconds. */
export interface ShippedHazard {
  readonly hazardAt: CascadePredictor["hazardAt"];
  readonly untilSec: number;
}

type WalkedReport = Omit<HazardReport, "served">;

function reportsOf(bars: BarSeries, flow: LiquidationFlow, fromSec: number | null): readonly WalkedReport[] {
  const rows = hazardRows(bars, flow);
  return HAZARD_TARGETS.flatMap((target) => {
    const walked = {
      hazard: walkHazard(rows, target, hazardFitter(flow, true)),
      hazardWithoutArrivals: walkHazard(rows, target, hazardFitter(flow, false)),
      plainLogit: walkHazard(rows, target, fitPlain),
    };
    const report = reportOf(walked, { target, flow, fromSec, firstSec: rows[0]?.atSec ?? 0 });
    return report === null ? [] : [report];
  });
}

interface ReportInput {
  readonly target: HazardTarget;
  readonly flow: LiquidationFlow;
  readonly fromSec: number | null;
  readonly firstSec: number;
}

function reportOf(
  walked: Readonly<Record<"hazard" | "hazardWithoutArrivals" | "plainLogit", readonly HazardForecast[]>>,
  { target, flow, fromSec, firstSec }: ReportInput,
): WalkedReport | null {
  const startSec = windowStart(
    { firstSec, lastSec: flow.toSec - SECONDS_PER_DAY, developedToSec: DEVELOPED_TO_SEC },
    fromSec,
  );
  const inWindow = (forecasts: readonly HazardForecast[]) => forecasts.filter(({ atSec }) => atSec > startSec);
  const forecasts = inWindow(walked.hazard);
  const [first] = forecasts;
  if (first === undefined) return null;
  const hits = Float64Array.from(forecasts, ({ isHit }) => Number(isHit));
  const policies = Object.fromEntries(Object.entries(walked).map(([name, all]) => [name, scoreOf(inWindow(all))]));
  return {
    horizonHours: target.horizonHours,
    fromSec: first.atSec,
    toSec: forecasts.at(-1)?.atSec ?? first.atSec,
    hours: forecasts.length,
    frequency: hits.reduce((sum, hit) => sum + hit, 0) / hits.length,
    policies,
    aucInterval: aucInterval(forecasts),
    dieboldMarianoP: comparison(forecasts, inWindow(walked.plainLogit), target.horizonHours),
    reliability: reliabilityOf(forecasts),
    forecasts,
    alarms: {
      hazard: countAlarms(forecasts),
      withoutArrivals: countAlarms(inWindow(walked.hazardWithoutArrivals)),
    },
  };
}

function scoreOf(forecasts: readonly HazardForecast[]): PolicyScore {
  const probabilities = Float64Array.from(forecasts, ({ probability }) => probability);
  const hits = Float64Array.from(forecasts, ({ isHit }) => Number(isHit));
  return { ...rankScores(probabilities, hits), ...probabilityScore(probabilities, hits) };
}

/**
 * What the shipped hazard states at the hours of a report; hours at which it states nothing count as certain: silence is no calm.
 *
 * @returns `null` where it was fitted on any of these hours.
 */
export function servedScore(
  { forecasts, fromSec, horizonHours }: Pick<HazardReport, "forecasts" | "fromSec" | "horizonHours">,
  bars: BarSeries,
  { hazardAt, untilSec }: ShippedHazard,
): PolicyScore | null {
  if (fromSec <= untilSec) return null;
  const stated = forecasts.map((forecast) => {
    const reading = hazardAt(bars, forecast.atSec);
    const probability = !reading.ok
      ? CERTAIN
      : horizonHours === SHORT_HOURS
        ? reading.value.probability6h
        : reading.value.probability24h;
    return { ...forecast, probability };
  });
  return scoreOf(stated);
}

function aucInterval(forecasts: readonly HazardForecast[]): readonly [number, number] {
  const statistic = (steps: Int32Array): number => {
    const drawn = [...steps].flatMap((step) => forecasts[step] ?? []);
    return rankScores(
      drawn.map(({ probability }) => probability),
      drawn.map(({ isHit }) => Number(isHit)),
    ).auc;
  };
  const rng = createRng("evaluate-cascade-1");
  return blockBootstrap(forecasts.length, statistic, { blockSteps: BLOCK_HOURS, draws: DRAWS, level: 0.95, rng });
}

function comparison(ours: readonly HazardForecast[], theirs: readonly HazardForecast[], lags: number): number {
  const lossOf = ({ probability, isHit }: HazardForecast): number => -Math.log(isHit ? probability : 1 - probability);
  if (ours.length !== theirs.length) return Number.NaN;
  return dieboldMariano([Float64Array.from(ours, lossOf), Float64Array.from(theirs, lossOf)], lags).pValue;
}

function reliabilityOf(forecasts: readonly HazardForecast[]): readonly Metrics[] {
  const ascending = [...forecasts].sort((left, right) => left.probability - right.probability);
  return Array.from({ length: GROUPS }, (_, group) => {
    const [from, to] = [group, group + 1].map((edge) => Math.round((edge * ascending.length) / GROUPS));
    const members = ascending.slice(from, to);
    const meanOf = (of: (forecast: HazardForecast) => number): number =>
      members.reduce((sum, forecast) => sum + of(forecast), 0) / members.length;
    return {
      hours: members.length,
      stated: meanOf(({ probability }) => probability),
      realised: meanOf(({ isHit }) => Number(isHit)),
    };
  });
}

/** A report as metrics, forecasts left out. */
export function hazardMetrics({ forecasts: _, policies, ...report }: HazardReport): Metrics {
  const { hazard: own, hazardWithoutArrivals } = policies;
  return {
    ...{ horizonHours: report.horizonHours, hours: report.hours, frequency: report.frequency },
    ...{ from: isoTime(report.fromSec), to: isoTime(report.toSec) },
    hazard: { ...own },
    withoutArrivals: { ...hazardWithoutArrivals },
    served: report.served === null ? "has seen the window" : { ...report.served },
    aucInterval: [...report.aucInterval],
    dieboldMarianoP: report.dieboldMarianoP,
    reliability: report.reliability,
    alarms: alarmMetrics(report.alarms.hazard),
    alarmsWithoutArrivals: alarmMetrics(report.alarms.withoutArrivals),
  };
}
