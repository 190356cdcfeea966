/** Evaluation of the feed defence: lying minorities and majorities, the genuine depth fault, false alarms on clean data. */
import type { BarSeries, MarketSource } from "../../oracle/domain/market.ts";
import { BPS } from "../../oracle/domain/units.ts";
import { FEATURE_SETTINGS } from "../../oracle/ingestion/defence/feature-settings.ts";
import { openFileSource } from "../../oracle/ingestion/sources/file-source.ts";
import type { MarketPanel } from "../../oracle/models/contagion/market-panel.ts";
import {
  atLeast,
  atMost,
  type Evaluation,
  isoTime,
  type Metric,
  type Metrics,
} from "../../oracle/training/evaluate/evaluation.ts";
import { readBarPanel } from "../data/bar-panel.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import { majorityCases, minorityCases, type PlayedCase, type TruePath } from "./feed-guard/aggregation-report.ts";
import { attackedCollateral, type CollateralLoss } from "./feed-guard/attacked-collateral.ts";
import { cleanVetoes, pairVetoes, washAlarms } from "./feed-guard/clean-report.ts";
import { type FaultReport, faultReport, type RuleScore } from "./feed-guard/fault-report.ts";
import { learnedReport } from "./feed-guard/learned-report.ts";
import type { EvaluationRequest } from "./registry.ts";

/** design/models.md §3, row `feed-guard`; vetoes a week from issue 6. */
const LIMITS = {
  errorBps: 12,
  beyondShare: 0.01,
  followed: 0,
  precision: 0.99,
  recall: 0.98,
  alarmsADay: 1,
  vetoesAWeek: 1,
  collateralLost: 0.05,
  /** Below it the learned guard states and does not act (`oracle/training/feed-guard/train-guard.ts`). */
  learnedNoticed: 0.5,
} as const;
/** What an attacker bends where he alone is the source … */
const OPEN_BOX = { price: 0.01, depth: 0.2 } as const;
/** … and what a minority can bend at most while it agrees: the price by the tolerance, depth, which has one source, in full. */
const DEFENDED_BOX = { price: FEATURE_SETTINGS.price.centre.floor, depth: 0.2 } as const;
/** Three sources cannot average noise away: they are judged, and judged apart. */
const FIVE = 5;
const ASSETS = ["BTC", "ETH"] as const;

/**
 * Measures the defence: the rules, of which nothing is fitted, and the learned guard on what lies behind its development rows.
 *
 * @throws PlimsollError those of the readers: hourly bars, the panel of perpetuals and the crash day are wanted.
 */
export async function evaluateFeedGuard({ paths }: EvaluationRequest): Promise<Evaluation> {
  const source = await openFileSource({ paths, scenario: "crash-2025-10" });
  const path = indexPath(source);
  const minority = minorityCases(path);
  const majority = majorityCases(path);
  const fault = faultReport(source);
  const clean = cleanMetrics(readSpotBars(paths), readBarPanel(paths));
  const learned = await learnedReport(paths);
  const collateral = { open: attackedCollateral(OPEN_BOX), defended: attackedCollateral(DEFENDED_BOX) };
  return {
    model: "feed-guard",
    window: { from: isoTime(path.fromSec), to: isoTime(source.toSec) },
    metrics: {
      minority: minority.map(caseMetrics),
      majority: majority.map(caseMetrics),
      fault: faultMetrics(fault),
      clean: clean.metrics,
      learned: learned.metrics,
      collateral: { open: { ...collateral.open }, defended: { ...collateral.defended } },
    },
    baselines: baselinesOf(minority, fault),
    targets: {
      ...targetsOf({ minority, majority, fault, vetoesAWeek: clean.vetoesAWeek, collateral }),
      learnedAlarmsAWeek: atMost(learned.alarmsAWeek, LIMITS.vetoesAWeek),
      learnedNoticed: atLeast(learned.noticed, LIMITS.learnedNoticed),
    },
  };
}

/** Closes of the five-minute index of the crash day's files: a real path, and a wild one. */
function indexPath(source: MarketSource): TruePath & { readonly fromSec: number } {
  const bars = [...source.events(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)].filter(
    ({ kind }) => kind === "bar",
  );
  const prices = bars.flatMap((event) => (event.kind === "bar" ? [event.close] : []));
  const [first] = bars;
  return {
    prices,
    stepSec: first?.kind === "bar" ? first.spanSec : Number.NaN,
    fromSec: first?.sourceTimeSec ?? Number.NaN,
  };
}

function cleanMetrics(bars: ReadonlyMap<string, BarSeries>, panel: MarketPanel) {
  const rows = ASSETS.flatMap((asset) => {
    const own = bars.get(asset);
    if (own === undefined) return [];
    const sources = cleanVetoes(asset, own);
    return [{ asset, sources, pair: pairVetoes(own, panelBars(panel, asset)), wash: washAlarms(own) }];
  });
  const vetoesAWeek = Math.max(...rows.flatMap(({ sources, pair, wash }) => [sources.aWeek, pair.aWeek, wash.aWeek]));
  const metrics: Metrics = Object.fromEntries(
    rows.map(({ asset, sources, pair, wash }): [string, Metric] => [
      asset,
      { fiveSources: { ...sources }, spotAndPerpetual: { ...pair }, washVolume: { ...wash } },
    ]),
  );
  return { metrics, vetoesAWeek };
}

/** One asset's bars of the panel, as far as prices are asked for. */
function panelBars({ assets, close, endSec, spanSec }: MarketPanel, asset: string): BarSeries {
  const column = assets.indexOf(asset);
  const own = Float64Array.from(endSec, (_, row) => close[row * assets.length + column] ?? Number.NaN);
  const has = own.map((value) => (Number.isFinite(value) ? 1 : 0));
  const kept = (values: Float64Array): Float64Array => values.filter((_, row) => has[row] === 1);
  const closes = kept(own);
  return { spanSec, endSec: kept(endSec), open: closes, high: closes, low: closes, close: closes, volume: closes };
}

function caseMetrics({
  sources,
  bad,
  attack,
  anchored,
  rounds,
  vetoed,
  followed,
  beyond,
  noticed,
  delay,
  ...errors
}: PlayedCase): Metric {
  const bps = ({ p50, p99, max }: PlayedCase["defence"]): Metric => [p50, p99, max].map((value) => rounded(value));
  return {
    ...{ sources, bad, attack, anchored, rounds, followed, delay },
    vetoShare: rounded(vetoed / rounds),
    beyondShare: rounded(beyond / rounds),
    noticedShare: rounded(noticed / rounds),
    ...{
      defence: bps(errors.defence),
      median: bps(errors.median),
      madMean: bps(errors.madMean),
      mean: bps(errors.mean),
    },
  };
}

function faultMetrics({ baselines: _baselines, crossed, rejected, episode, ...counts }: FaultReport): Metrics {
  return { ...counts, crossed: { ...crossed }, rejected: { ...rejected }, episode: { ...episode } };
}

/** Worst 99 % errors over minorities that shift by ten percent, as published comparisons have it, and rules for the depth fault. */
function baselinesOf(minority: readonly PlayedCase[], { baselines }: FaultReport): Evaluation["baselines"] {
  const worst = (name: "median" | "madMean" | "mean"): number =>
    Math.max(...minority.filter(isShift).map((one) => one[name].p99));
  const rule = ({ flagged, precision, recall }: RuleScore): Metrics => ({ flagged, precision, recall });
  return {
    median: { errorBpsP99: worst("median") },
    madMean: { errorBpsP99: worst("madMean") },
    mean: { errorBpsP99: worst("mean") },
    fiveUnchanged: rule(baselines.fiveUnchanged),
    drop80: rule(baselines.drop80),
  };
}

function isShift({ attack, bad }: PlayedCase): boolean {
  return bad === 0 || attack === "offset";
}

interface Found {
  readonly minority: readonly PlayedCase[];
  readonly majority: readonly PlayedCase[];
  readonly fault: FaultReport;
  readonly vetoesAWeek: number;
  /** Without a defence, and with what it lets through. */
  readonly collateral: Readonly<Record<"open" | "defended", CollateralLoss>>;
}

function targetsOf({ minority, majority, fault, vetoesAWeek, collateral }: Found): Evaluation["targets"] {
  const beyond = (cases: readonly PlayedCase[]): number => Math.max(...cases.map((one) => one.beyond / one.rounds));
  const followed = (cases: readonly PlayedCase[]): number => cases.reduce((sum, one) => sum + one.followed, 0);
  return {
    errorBpsP99AnyMinority: atMost(
      Math.max(...minority.filter(isShift).map(({ defence }) => defence.p99)),
      LIMITS.errorBps,
    ),
    shareBeyond12BpAnyAttack: atMost(beyond(minority), LIMITS.beyondShare),
    shareBeyond12BpAnyAttackOnFiveOrMore: atMost(
      beyond(minority.filter(({ sources }) => sources >= FIVE)),
      LIMITS.beyondShare,
    ),
    majorityFollowedRounds: atMost(followed(majority.filter(({ attack }) => attack !== "ramp")), LIMITS.followed),
    majorityRampFollowedRounds: atMost(
      followed(majority.filter(({ attack, anchored }) => attack === "ramp" && !anchored)),
      LIMITS.followed,
    ),
    faultPrecision: atLeast(fault.crossed.precision, LIMITS.precision),
    faultRecall: atLeast(fault.crossed.recall, LIMITS.recall),
    faultAlarmsADay: atMost(fault.falseAlarms / fault.cleanDays, LIMITS.alarmsADay),
    cleanVetoesAWeek: atMost(vetoesAWeek, LIMITS.vetoesAWeek),
    collateralLostP99: atMost(collateral.defended.p99, LIMITS.collateralLost),
    collateralLostP99Undefended: atMost(collateral.open.p99, LIMITS.collateralLost),
  };
}

function rounded(value: number): number {
  return Math.round(value * BPS) / BPS;
}
