/** Two assets of the hourly data, half and half: correlation forecasts, and tails of the portfolio against its own history. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { forecastCorrelations } from "../../../oracle/models/var-quantile/correlation-forecast.ts";
import { blendedDeviations } from "../../../oracle/models/var-quantile/garch-tail.ts";
import { HOURS_PER_DAY } from "../../../oracle/models/vol-lstm/hourly-variance.ts";
import { hourlyFiles, readHourlySeries } from "../../../oracle/pipeline/retraining/hourly-series.ts";
import type { VolSeries } from "../../../oracle/training/vol-lstm/vol-rows.ts";
import { type PortfolioTails, portfolioTails } from "./portfolio-tails.ts";

const ASSETS = ["spot-BTC", "spot-ETH"] as const;
const PERCENT = 100;
const NO_HOURS: Float64Array = new Float64Array();

/** Scores of the portfolio. */
export interface TwoAssetScores extends Pick<PortfolioTails, "tails"> {
  readonly days: number;
  /** Root mean squared errors of the forecasts of the daily realised correlation. */
  readonly correlation: Readonly<Record<"combined" | "ewma94" | "ewma97" | "har" | "yesterday", number>>;
}

/** Scores from `fromSec` on; `null` where the data do not hold both assets over a common span with forecasts. */
export function evaluateTwoAssets(paths: readonly string[], fromSec: number | null): TwoAssetScores | null {
  const series = hourlyFiles(paths).length > 0 ? readHourlySeries(paths) : [];
  const [first, second] = ASSETS.map((id) => series.find((entry) => entry.id === id));
  if (first === undefined || second === undefined) return null;
  const { daySec, realised, returns } = commonDays(first, second);
  const fromDay = fromSec === null ? 0 : daySec.findIndex((day) => day >= fromSec);
  const forecasts = forecastCorrelations(realised);
  const deviations = returns.map(blendedDeviations);
  const correlation = (_left: number, _right: number, day: number): number => forecasts.combined[day] ?? Number.NaN;
  const found = portfolioTails({ returns, deviations, correlation }, fromDay);
  if (found === null) return null;
  const { steps, tails } = found;
  const error = (forecast: Float64Array): number =>
    Math.sqrt(mean(steps.map((day) => ((realised[day] ?? Number.NaN) - (forecast[day] ?? Number.NaN)) ** 2)));
  const yesterday = realised.map((_, day) => realised[day - 1] ?? Number.NaN);
  const { combined, ewma94, ewma97, har } = forecasts;
  return {
    days: steps.length,
    correlation: {
      combined: error(combined),
      ewma94: error(ewma94),
      ewma97: error(ewma97),
      har: error(har),
      yesterday: error(yesterday),
    },
    tails,
  };
}

interface CommonDays {
  readonly daySec: Float64Array;
  /** Correlation of the 24 hourly returns of each day. `[n]` */
  readonly realised: Float64Array;
  /** Daily log returns by asset, percent. `[2][n]` */
  readonly returns: readonly Float64Array[];
}

/** Days, from midnight UTC, that both assets observed whole. */
function commonDays(first: VolSeries, second: VolSeries): CommonDays {
  const starts = [first, second].map(({ windows }) => windows.hours.firstEndSec - SECONDS_PER_HOUR);
  const from = Math.ceil(Math.max(...starts) / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  const found: { readonly daySec: number; readonly hours: readonly Float64Array[] }[] = [];
  for (let daySec = from; ; daySec += SECONDS_PER_DAY) {
    const hours = [first, second].map((series) => hoursOf(series, daySec));
    if (hours.some((day) => day === null)) break;
    const whole = hours.flatMap((day) => (day?.every(Number.isFinite) ? [day] : []));
    if (whole.length === ASSETS.length) found.push({ daySec, hours: whole });
  }
  return {
    daySec: Float64Array.from(found, ({ daySec }) => daySec),
    realised: Float64Array.from(found, ({ hours: [left = NO_HOURS, right = NO_HOURS] }) => correlationOf(left, right)),
    returns: ASSETS.map((_, asset) =>
      Float64Array.from(
        found,
        ({ hours }) => PERCENT * (hours[asset] ?? NO_HOURS).reduce((sum, value) => sum + value, 0),
      ),
    ),
  };
}

/** Log returns of the 24 hours of a day, NaN where the hour has no bar; `null` beyond the end. */
function hoursOf({ windows }: VolSeries, daySec: number): Float64Array | null {
  const place = (daySec - windows.hours.firstEndSec) / SECONDS_PER_HOUR + 1;
  if (place + HOURS_PER_DAY > windows.count) return null;
  const { logReturn, observed } = windows.hours;
  return Float64Array.from({ length: HOURS_PER_DAY }, (_, hour) =>
    observed[place + hour] === 1 ? (logReturn[place + hour] ?? Number.NaN) : Number.NaN,
  );
}

/** Pearson's correlation; NaN for a constant column. */
function correlationOf(left: Float64Array, right: Float64Array): number {
  const [a, b] = [mean(left), mean(right)];
  let [cross, squareLeft, squareRight] = [0, 0, 0];
  left.forEach((value, place) => {
    const [x, y] = [value - a, (right[place] ?? Number.NaN) - b];
    cross += x * y;
    squareLeft += x * x;
    squareRight += y * y;
  });
  return cross / Math.sqrt(squareLeft * squareRight);
}
