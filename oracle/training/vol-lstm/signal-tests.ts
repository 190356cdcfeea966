/** Which signals beside prices help the volatility forecast: ablation by family, and lead-lag tests by signal. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { leastSquares, linearValue } from "../../math/least-squares.ts";
import type { Rng } from "../../math/rng.ts";
import { qlikeLoss } from "../../models/vol-lstm/combine-forecasts.ts";
import { blockBootstrap } from "../evaluate/block-bootstrap.ts";
import { holmAdjust } from "../evaluate/holm.ts";
import { precedenceTest } from "../evaluate/lead-lag.ts";
import { type DailySignal, signalScore } from "../volatility/daily-signal.ts";

/** Out-of-sample forecasts of one asset at midnights. */
export interface ForecastRecord {
  readonly horizonDays: number;
  /** `[n]` */
  readonly atSec: Float64Array;
  readonly forecast: Float64Array;
  readonly realised: Float64Array;
}

/** What a family of signals changes. */
export interface FamilyAblation {
  readonly family: string;
  readonly horizonDays: number;
  /** Midnights on which the family was judged. */
  readonly count: number;
  /** Relative change of mean QLIKE when the family corrects the forecast; negative where it helps. */
  readonly change: number;
  /** 95 % block-bootstrap interval of the change. */
  readonly interval: readonly [number, number];
}

/** Ridge of the corrections, share of each regressor's mean square: a family of weak signals must not fit noise. */
const RIDGE = 0.2;
const REFIT_DAYS = 30;
/** Complete midnights before the first correction. */
const MIN_DAYS = 180;

/**
 * Corrects a forecast by a family: log(realised/forecast) is regressed on the scores of its signals and on their changes,
 * in expanding walk-forward, refitted every 30 days on complete labels; compared with the same correction by a constant
 * alone, so that a mere shift of level is not credited to the signals.
 */
export function familyAblation(record: ForecastRecord, family: readonly DailySignal[], rng: Rng): FamilyAblation {
  const days = Array.from(record.atSec, (atSec) => Math.round(atSec / SECONDS_PER_DAY));
  const rows = days.map((day) =>
    Float64Array.from([
      1,
      ...family.flatMap((signal) => [
        signalScore(signal, day),
        signalScore(signal, day) - signalScore(signal, day - 7),
      ]),
    ]),
  );
  const isComplete = rows.map((row) => row.every(Number.isFinite));
  const plain = corrected(
    record,
    rows.map((row) => row.subarray(0, 1)),
    isComplete,
  );
  const helped = corrected(record, rows, isComplete);
  const losses = (forecast: Float64Array): Float64Array =>
    forecast.map((value, time) => qlikeLoss(record.realised[time] ?? Number.NaN, value));
  const [without, withFamily] = [losses(plain), losses(helped)];
  const used = [...without.keys()].filter((time) => Number.isFinite((without[time] ?? 0) + (withFamily[time] ?? 0)));
  const change = (steps: Iterable<number>): number => {
    let [own, base] = [0, 0];
    for (const step of steps) {
      own += withFamily[used[step] ?? -1] ?? 0;
      base += without[used[step] ?? -1] ?? 0;
    }
    return own / base - 1;
  };
  const blockSteps = Math.max(10, 2 * record.horizonDays);
  return {
    family: family[0]?.family ?? "",
    horizonDays: record.horizonDays,
    count: used.length,
    change: change(used.keys()),
    interval: blockBootstrap(used.length, change, { blockSteps, draws: 500, level: 0.95, rng }),
  };
}

function corrected(
  { atSec, forecast, realised, horizonDays }: ForecastRecord,
  rows: readonly Float64Array[],
  isComplete: readonly boolean[],
): Float64Array {
  const sums = leastSquares(rows[0]?.length ?? 1);
  const ratios = forecast.map((value, time) => Math.log((realised[time] ?? Number.NaN) / value));
  let [known, refitSec] = [0, Number.NEGATIVE_INFINITY];
  let coefficients: Float64Array | null = null;
  return forecast.map((value, time) => {
    const nowSec = atSec[time] ?? Number.NaN;
    for (; (atSec[known] ?? Number.POSITIVE_INFINITY) + horizonDays * SECONDS_PER_DAY <= nowSec; known += 1)
      if (isComplete[known] === true) sums.add(rows[known] ?? new Float64Array(), ratios[known] ?? Number.NaN);
    if (nowSec - refitSec >= REFIT_DAYS * SECONDS_PER_DAY && sums.count >= MIN_DAYS) {
      coefficients = sums.solve(RIDGE);
      refitSec = nowSec;
    }
    return isComplete[time] === true ? value * correction(coefficients, rows[time]) : Number.NaN;
  });
}

/** Factor of a correction; NaN before the first fit. */
function correction(coefficients: Float64Array | null, row: Float64Array | undefined): number {
  return coefficients === null || row === undefined ? Number.NaN : Math.exp(linearValue(coefficients, row));
}

/** Does a signal precede volatility, or volatility the signal? */
export interface SignalPrecedence {
  readonly signal: string;
  readonly count: number;
  /** Holm-adjusted over all signals and both directions. */
  readonly precedesVolatility: number;
  readonly followsVolatility: number;
}

/** Daily series of one asset. */
export interface DailyVolatility {
  /** Days since the epoch. `[n]` */
  readonly days: readonly number[];
  /** Log of the realised variance of the day. `[n]` */
  readonly logVariance: Float64Array;
  /** Means of the log variance over the last 7 and 30 days, the day included. `[n]` */
  readonly week: Float64Array;
  readonly month: Float64Array;
}

const TESTED_LAGS = 3;
const COVARIANCE_LAGS = 7;
const WEEKDAYS = 7;

/** Tests every signal in both directions with three lags, own past (day, week, month) and weekdays as controls. */
export function signalPrecedence(
  volatility: DailyVolatility,
  signals: readonly DailySignal[],
): readonly SignalPrecedence[] {
  const tests = signals.map((signal) => {
    const scores = Float64Array.from(volatility.days, (day) => signalScore(signal, day));
    return { signal, ahead: testAhead(volatility, scores), behind: testBehind(volatility, scores) };
  });
  const adjusted = holmAdjust(tests.flatMap(({ ahead, behind }) => [ahead.pValue, behind.pValue]));
  return tests.map(({ signal, ahead }, index) => ({
    signal: signal.name,
    count: ahead.count,
    precedesVolatility: adjusted[2 * index] ?? Number.NaN,
    followsVolatility: adjusted[2 * index + 1] ?? Number.NaN,
  }));
}

/** The last `TESTED_LAGS` values known at the end of day `time`. */
function lagsAt(values: Float64Array, time: number): Float64Array {
  return Float64Array.from({ length: TESTED_LAGS }, (_, lag) => values[time - lag] ?? Number.NaN);
}

function weekdays(day: number): readonly number[] {
  return Array.from({ length: WEEKDAYS - 1 }, (_, weekday) => Number(day % WEEKDAYS === weekday));
}

/** Scores known at midnight of day t against the variance of day t, which begins there. */
function testAhead({ days, logVariance, week, month }: DailyVolatility, scores: Float64Array) {
  const times = [...days.keys()].slice(1);
  return precedenceTest({
    target: Float64Array.from(times, (time) => logVariance[time] ?? Number.NaN),
    controls: times.map((time) =>
      Float64Array.from([
        1,
        logVariance[time - 1] ?? 0,
        week[time - 1] ?? 0,
        month[time - 1] ?? 0,
        ...weekdays(days[time] ?? 0),
      ]),
    ),
    lags: times.map((time) => lagsAt(scores, time)),
    covarianceLags: COVARIANCE_LAGS,
  });
}

/** Variances of days before against the score that becomes known next. */
function testBehind({ days, logVariance }: DailyVolatility, scores: Float64Array) {
  const times = [...days.keys()].slice(1);
  return precedenceTest({
    target: Float64Array.from(times, (time) => scores[time] ?? Number.NaN),
    controls: times.map((time) => Float64Array.from([1, ...lagsAt(scores, time - 1), ...weekdays(days[time] ?? 0)])),
    lags: times.map((time) => lagsAt(logVariance, time - 1)),
    covarianceLags: COVARIANCE_LAGS,
  });
}
