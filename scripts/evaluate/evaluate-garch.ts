/** Evaluation of the GARCH family: reference estimates, and forecasts of the mean daily variance in walk-forward. */
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { listDataFiles } from "../../oracle/ingestion/sources/data-files.ts";
import { mean } from "../../oracle/math/statistics.ts";
import { type GarchSpec, specId } from "../../oracle/models/garch/garch-types.ts";
import { qlikeLoss } from "../../oracle/models/vol-lstm/combine-forecasts.ts";
import { type ForecastGrid, forecastGrid } from "../../oracle/models/vol-lstm/har-walk-forward.ts";
import { HOURS_PER_DAY } from "../../oracle/models/vol-lstm/hourly-variance.ts";
import { ewmaForecast } from "../../oracle/models/vol-lstm/simple-forecasts.ts";
import { VOL_HORIZONS_HOURS } from "../../oracle/models/vol-lstm/vol-inputs.ts";
import { hourlyFiles, readHourlySeries } from "../../oracle/pipeline/retraining/hourly-series.ts";
import { atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import type { VolSeries } from "../../oracle/training/vol-lstm/vol-rows.ts";
import { garchForecasts } from "../../oracle/training/volatility/garch-walk-forward.ts";
import { type ReferenceResult, reproduceReferences } from "./garch-references.ts";
import type { EvaluationRequest } from "./registry.ts";

const HORIZON_DAYS = [1, 7, 30];
const SPECS: readonly GarchSpec[] = (["garch", "gjr", "egarch"] as const).flatMap((variance) =>
  (["normal", "t", "skewed-t"] as const).map((distribution) => ({ variance, distribution })),
);
/** design/models.md §3, row `garch`. */
const LIMITS = { logLikelihood: 0.01, coefficient: 1e-3, standardError: 0.01, fitMs: 500 };
/** The speed target is stated for this many values. */
const SPEED_VALUES = 3_248;

/**
 * Evaluates the family.
 *
 * @throws PlimsollError `DATA_NOT_FOUND` when the data hold neither a benchmark series nor hourly bars.
 */
export async function evaluateGarch({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const references = reproduceReferences(listDataFiles(paths));
  const series = hourlyFiles(paths).length > 0 ? readHourlySeries(paths) : [];
  if (references.length + series.length === 0) throw nothingFound(paths);
  const walks = series.map((entry) => walkForward(entry, fromSec));
  const spans = walks.filter(({ count }) => count > 0);
  return {
    model: "garch",
    window: {
      from: isoTime(spans.length === 0 ? null : Math.min(...spans.map((walk) => walk.fromSec))),
      to: isoTime(spans.length === 0 ? null : Math.max(...spans.map((walk) => walk.toSec))),
    },
    metrics: {
      references: Object.fromEntries(references.map(({ id, ...rest }) => [id, { ...rest }])),
      qlike: Object.fromEntries(walks.map(({ id, members }) => [id, members])),
    },
    baselines: { ewma: Object.fromEntries(walks.map(({ id, ewma }) => [id, ewma])) },
    targets: referenceTargets(references),
  };
}

function referenceTargets(references: readonly ReferenceResult[]): Evaluation["targets"] {
  if (references.length === 0) return {};
  const worst = (value: (result: ReferenceResult) => number): number => Math.max(...references.map(value));
  const timed = references.filter(({ returns }) => returns === SPEED_VALUES);
  return {
    logLikelihoodError: atMost(
      worst((result) => result.logLikelihoodError),
      LIMITS.logLikelihood,
    ),
    coefficientError: atMost(
      worst((result) => result.coefficientError),
      LIMITS.coefficient,
    ),
    standardErrorError: atMost(
      worst((result) => result.standardErrorError),
      LIMITS.standardError,
    ),
    ...(timed.length === 0 ? {} : { fitMsOf3248: atMost(Math.max(...timed.map(({ fitMs }) => fitMs)), LIMITS.fitMs) }),
  };
}

interface Walk {
  readonly id: string;
  readonly count: number;
  readonly fromSec: number;
  readonly toSec: number;
  /** QLIKE by member, `[1, 7, 30 d]`, and the refits at a bound. */
  readonly members: Metrics;
  readonly ewma: Metrics;
}

function walkForward({ id, windows }: VolSeries, fromSec: number | null): Walk {
  const grid = forecastGrid(windows, HOURS_PER_DAY);
  const realised = HORIZON_DAYS.map((days) =>
    Float64Array.from(grid.indexes, (index) => windows.coming("realised", index, days * HOURS_PER_DAY)),
  );
  const found = SPECS.map((spec) => ({ spec, ...garchForecasts(windows, grid, { spec, horizonDays: HORIZON_DAYS }) }));
  // One common set of times: where every member that could be fitted at all has a forecast.
  const fitted = found.filter(({ refits }) => refits.failed < refits.total);
  const isUsed = (time: number): boolean =>
    (grid.atSec[time] ?? 0) >= (fromSec ?? 0) && fitted.every(({ forecasts }) => (forecasts[0]?.[time] ?? 0) > 0);
  const times = [...grid.atSec.keys()].filter(isUsed);
  const ewma = ewmaColumns(windows, grid);
  const scores = (forecasts: readonly Float64Array[]): readonly number[] =>
    realised.map((values, horizon) => meanLoss(times, values, forecasts[horizon] ?? new Float64Array()));
  return {
    id,
    count: times.length,
    fromSec: grid.atSec[times[0] ?? -1] ?? Number.NaN,
    toSec: grid.atSec[times.at(-1) ?? -1] ?? Number.NaN,
    members: Object.fromEntries(
      found.map(({ spec, forecasts, refits }) => [
        specId(spec),
        { days: times.length, qlike: scores(forecasts), ...refits },
      ]),
    ),
    ewma: { days: times.length, qlike: scores(ewma) },
  };
}

function ewmaColumns(windows: VolSeries["windows"], grid: ForecastGrid): readonly Float64Array[] {
  const rows = Array.from(grid.indexes, (index) => ewmaForecast(windows, index));
  return HORIZON_DAYS.map((days) => {
    const place = VOL_HORIZONS_HOURS.findIndex((hours) => hours === days * HOURS_PER_DAY);
    return Float64Array.from(rows, (row) => row[place] ?? Number.NaN);
  });
}

function meanLoss(times: readonly number[], realised: Float64Array, forecast: Float64Array): number {
  const losses = times.map((time) => qlikeLoss(realised[time] ?? Number.NaN, forecast[time] ?? Number.NaN));
  return mean(losses.filter(Number.isFinite));
}

function nothingFound(paths: readonly string[]): PlimsollError<"DATA_NOT_FOUND"> {
  return new PlimsollError({
    code: "DATA_NOT_FOUND",
    problem: `Neither a benchmark series nor hourly bars lie below ${paths.join(", ")}.`,
    remedy: "Give --data the folder that holds garch-benchmarks, btc-daily-macro or spot-hourly.",
    context: { paths: paths.join(",") },
  });
}
