/** Margin of a quoted option for one stated time ahead: endpoint mode, no close-out cost, as the collateral backtest judges it. */
import type { AssetSymbol } from "../domain/market.ts";
import type { OptionSeries } from "../domain/positions.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../domain/units.ts";
import type { AdversePaths } from "./adverse-paths.ts";
import { calendarHours } from "./calendar-hours.ts";
import { lossDistribution } from "./loss-distribution.ts";
import type { QuotedVol } from "./quoted-vol.ts";

/** What is asked. */
export interface EndpointQuestion {
  readonly asset: AssetSymbol;
  readonly series: Pick<OptionSeries, "kind" | "strike" | "expirySec">;
  /** Price of the future of the expiry, USD, and volatility of the option itself, decimal a year, as quoted at `atSec`. */
  readonly future: number;
  readonly impliedVol: number;
  /** Time of the quote and of the end of the horizon, seconds; the expiry is later. */
  readonly atSec: number;
  readonly untilSec: number;
  /** Confidence that the value at `untilSec` does not exceed the margin, 0.5…0.999. */
  readonly confidence: number;
}

/** Value now and margin, collateral units per contract (coins for calls, USD for puts); the margin is at least the value. */
export interface EndpointMargin {
  readonly value: number;
  readonly margin: number;
}

// Chosen on deribit-options from 2025-12-30 to 2026-04-15 (docs/models/log.md), but for the tail index.
/**
 * Tail index of moves over hours: the ratio of the 99.5 % to the 99 % quantile of moves over 6 and 24 h, in units of a five-day
 * EWMA volatility, is 1.2 (spot-hourly, 2021 to 2025), which a power tail of 3 to 4 has.
 */
const TAIL_INDEX = 3;
/**
 * With a power tail of index α, total margin at a given mean breach probability is least when all options have one density at
 * their margin: deviations then grow with the volatility to the power α/(α + 1) only.
 */
const SHARED_DENSITY_POWER = TAIL_INDEX / (TAIL_INDEX + 1);
/** What an option gains on a long-run move, over the move, to this power: cheap tails are covered further out. */
const GAIN_POWER = 0.05;
const GAIN_AT_DEVIATIONS = 3;
const LEAST_GAIN = 0.01;
/** Deviations of the 99 % margin: one constant for both assets and horizons, at which 1 % of all development pairs breached. */
const DEVIATIONS_AT_99 = 2.5;
const STATED_TAIL = 0.01;
/** Long-run volatility a year; deviations are measured against it. Rounded medians of the development span's first part. */
const LONG_RUN_VOL: Readonly<Record<AssetSymbol, number>> = { BTC: 0.45, ETH: 0.62 };
const LONG_RUN_VOL_OF_OTHERS = 0.8;
/** Horizon at which a move of long-run volatility is taken as it is. */
const USUAL_HOURS = 12;
const HOURS_PER_YEAR = 8_760;
/** Relative rise of an option's volatility per log fall: 4.4 at 1.5 days, inversely with the tenor. Rises: none. */
const VOL_RISE = { perFall: 4.4, atDays: 1.5, leastDays: 0.6 };

/**
 * Margin `V(F·e^{±z·s}, T − h)` by the loss distribution of the scoring stage, on the one path that is the stated quantile of
 * the move: the value rises with the adverse move, so its quantile is the value at the move's.
 *
 * Non-decreasing in the quoted volatility of the nearest expiry and in the confidence.
 */
export function endpointMargin(question: EndpointQuestion, vol: QuotedVol): EndpointMargin {
  const { kind, strike } = question.series;
  const reach = deviationsAt(question.confidence) * moveGain(question) ** -GAIN_POWER;
  const { now, after } = valueAfter(question, reach * moveDeviation(question, vol));
  return { value: now, margin: Math.min(kind === "call" ? 1 : strike, Math.max(now, after)) };
}

/** What the option gains on a long-run move of three deviations, over the move: it does not depend on the quoted level. */
function moveGain(question: EndpointQuestion): number {
  const { asset, series, future, atSec, untilSec } = question;
  const move = GAIN_AT_DEVIATIONS * longRunHourly(asset) * Math.sqrt((untilSec - atSec) / SECONDS_PER_HOUR);
  const { now, after } = valueAfter(question, move);
  return Math.max(LEAST_GAIN, (after - now) / (move * (series.kind === "call" ? 1 : future)));
}

/** Scale of the log move against the writer between two times, decimal. */
function moveDeviation({ asset, series, atSec, untilSec }: EndpointQuestion, vol: QuotedVol): number {
  const longRun = longRunHourly(asset);
  const skew = series.kind === "call" ? vol.callSkew : vol.putSkew;
  const usual = longRun * Math.sqrt(USUAL_HOURS);
  const expected = vol.hourly * skew * Math.sqrt(calendarHours(atSec, untilSec));
  return usual * (expected / usual) ** SHARED_DENSITY_POWER;
}

function longRunHourly(asset: AssetSymbol): number {
  return (LONG_RUN_VOL[asset] ?? LONG_RUN_VOL_OF_OTHERS) / Math.sqrt(HOURS_PER_YEAR);
}

function deviationsAt(confidence: number): number {
  return DEVIATIONS_AT_99 * ((1 - confidence) / STATED_TAIL) ** (-1 / TAIL_INDEX);
}

function valueAfter(question: EndpointQuestion, move: number): { readonly now: number; readonly after: number } {
  const { series, future, impliedVol, atSec, untilSec } = question;
  const days = Math.max((series.expirySec - atSec) / SECONDS_PER_DAY, VOL_RISE.leastDays);
  const { optionValue, values } = lossDistribution({
    series,
    spot: future,
    tenorYears: (series.expirySec - atSec) / SECONDS_PER_YEAR,
    impliedVol,
    response: { perFall: (VOL_RISE.perFall * VOL_RISE.atDays) / days, perRise: 0, perRootHour: 0 },
    paths: onePath(series.kind, { spot: future, move, hours: (untilSec - atSec) / SECONDS_PER_HOUR }),
    steps: 1,
    mode: "endpoint",
  });
  return { now: optionValue, after: values[0] ?? Number.NaN };
}

function onePath(
  kind: "call" | "put",
  { spot, move, hours }: { readonly spot: number; readonly move: number; readonly hours: number },
): AdversePaths {
  const signed = kind === "put" ? -move : move;
  const logForward = Math.log(spot) + signed;
  const moves = [Float64Array.of(move)];
  return {
    kind,
    stepHours: hours,
    rawMove: moves,
    move: moves,
    logReturn: [Float64Array.of(signed)],
    forward: [Float64Array.of(Math.exp(logForward))],
    logForward: [Float64Array.of(logForward)],
    volShock: new Float64Array(1),
    weights: null,
  };
}
