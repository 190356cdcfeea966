/** Calm may end: the later steps of a forecast are drawn up towards the volatility of the last 120 days. */
import type { VolForecast } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";

/**
 * Share of the long-run variance in a step far ahead. Chosen among 0, 0.3, 0.5 and 0.7 on days before 2024-07 (docs/models/log.md, the
 * engine's next day).
 */
const LONG_RUN_SHARE = 0.5;
/** Half of what is known of the present has faded after this time: the half-life of the fit in the forecast. */
const FADING_SEC = 12 * SECONDS_PER_HOUR;

/**
 * A step's variance is at least `(1 − w)·forecast + w·long run` with `w = 0.5·(1 − 2^(−time ahead/12 h))`. The next step stays as it is, and
 * no step is ever lowered: after a crash, when the long run is below the forecast, the forecast stands.
 *
 * @param longRunSigma standard deviation of the log return of a step, decimal; `null` where too little history is at hand.
 */
export function withEndedCalm(forecast: VolForecast, longRunSigma: number | null): VolForecast {
  if (longRunSigma === null) return forecast;
  const { stepSec } = forecast;
  const sigmaPerStep = forecast.sigmaPerStep.map((sigma, step) => {
    const share = LONG_RUN_SHARE * (1 - 2 ** ((-step * stepSec) / FADING_SEC));
    return Math.max(sigma, Math.sqrt((1 - share) * sigma * sigma + share * longRunSigma * longRunSigma));
  });
  return { ...forecast, sigmaPerStep };
}
