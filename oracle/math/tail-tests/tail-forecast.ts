/** Forecasts of one lower quantile beside what came, and their check. */

/** Forecasts of the lower tail of returns, one a step; all arrays have the same length. */
export interface QuantileForecast {
  /** Returns that came. */
  readonly returns: Float64Array;
  /** Forecast quantile of the return, usually negative. */
  readonly quantiles: Float64Array;
  /** Level of the quantile, in (0, 1). */
  readonly level: number;
}

/** With the expected shortfall: mean return below the quantile, so at most the quantile, and negative. */
export interface TailForecast extends QuantileForecast {
  readonly shortfalls: Float64Array;
}

/** What is wrong with a forecast, or `undefined`. */
export function forecastFault(forecast: QuantileForecast | TailForecast): string | undefined {
  const { returns, quantiles, level } = forecast;
  const steps = returns.length;
  if (!(level > 0 && level < 1)) return `level ${level} is outside (0, 1)`;
  if (steps === 0) return "no steps";
  if (quantiles.length !== steps) return `${quantiles.length} quantiles for ${steps} returns`;
  const bad = returns.findIndex((value, step) => !Number.isFinite(value) || !Number.isFinite(quantiles[step]));
  if (bad >= 0) return `return or quantile ${bad} is not finite`;
  return "shortfalls" in forecast ? shortfallFault(forecast) : undefined;
}

function shortfallFault({ quantiles, shortfalls }: TailForecast): string | undefined {
  if (shortfalls.length !== quantiles.length)
    return `${shortfalls.length} shortfalls for ${quantiles.length} quantiles`;
  const bad = shortfalls.findIndex((value, step) => !(value < 0 && value <= (quantiles[step] ?? Number.NaN)));
  return bad < 0 ? undefined : `shortfall ${bad} is ${shortfalls[bad]}: it must be negative and at most the quantile`;
}

/** Throws for what {@link forecastFault} finds: these are errors of the caller, not of the market. */
export function requireForecast(forecast: QuantileForecast | TailForecast): void {
  const fault = forecastFault(forecast);
  if (fault !== undefined) throw new RangeError(`The tail forecast can not be tested: ${fault}.`);
}

/** 1 where the return lies below its quantile, else 0. */
export function violationsOf({ returns, quantiles }: QuantileForecast): Uint8Array {
  return Uint8Array.from(returns, (value, step) => (value < (quantiles[step] ?? Number.NaN) ? 1 : 0));
}
