/** Losses that the true quantile, or the true quantile and shortfall, minimise on average. */
import { type QuantileForecast, requireForecast, type TailForecast } from "./tail-forecast.ts";

/**
 * Pinball loss of each step: (level − 1{r < q})·(r − q) (Koenker and Bassett 1978); in units of the return, at least 0.
 *
 * @throws RangeError for a forecast that can not be judged, see `forecastFault`.
 */
export function pinballLosses(forecast: QuantileForecast): Float64Array {
  requireForecast(forecast);
  const { quantiles, level } = forecast;
  return forecast.returns.map((value, step) => {
    const error = value - (quantiles[step] ?? Number.NaN);
    return (error < 0 ? level - 1 : level) * error;
  });
}

/**
 * FZ0 loss of each step for quantile v and shortfall e < 0:
 * −1{r ≤ v}(v − r)/(level·e) + v/e + ln(−e) − 1 (Patton, Ziegel and Chen 2019, equation 6).
 *
 * @throws RangeError for a forecast that can not be judged, see `forecastFault`.
 */
export function fz0Losses(forecast: TailForecast): Float64Array {
  requireForecast(forecast);
  const { quantiles, shortfalls, level } = forecast;
  return forecast.returns.map((value, step) => {
    const [quantile, shortfall] = [quantiles[step] ?? Number.NaN, shortfalls[step] ?? Number.NaN];
    const beyond = Math.max(0, quantile - value);
    return -beyond / (level * shortfall) + quantile / shortfall + Math.log(-shortfall) - 1;
  });
}
