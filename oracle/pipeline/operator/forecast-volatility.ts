/** The volatility that scoring reads: the GARCH family's forecast, moved half way to the volatility network's term structure. */
import type { AssetMarket } from "../../domain/market.ts";
import type { FallbackReason, VolForecast } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import type { VolPredictor, VolTermForecast } from "../../models/vol-lstm/vol-predictor.ts";
import { NETWORK_SHARE, termFactors, withFactors } from "../../models/volatility/term-volatility.ts";
import type { VolatilityForecaster } from "../../models/volatility/volatility-forecaster.ts";

/** Models in use. */
export interface VolatilityDependencies {
  readonly forecaster: VolatilityForecaster;
  readonly volPredictor: Pick<VolPredictor, "predict">;
}

/**
 * Forecasts every market, in order.
 *
 * The network reads whole hours only. So what is applied is its ratio to the GARCH family at the last whole hour: a move
 * inside of the current hour, which only the GARCH family has seen, keeps its whole effect. Where the network falls back,
 * the GARCH forecast stands as it is and carries the reason.
 *
 * @param atSec nothing later is read, seconds.
 */
export async function forecastVolatility(
  markets: readonly AssetMarket[],
  atSec: number,
  deps: VolatilityDependencies,
): Promise<readonly VolForecast[]> {
  const terms = await deps.volPredictor.predict(markets, atSec);
  return markets.map((market, index) => withNetwork(market, atSec, { term: terms[index] ?? null, deps }));
}

function withNetwork(
  market: AssetMarket,
  atSec: number,
  { term, deps: { forecaster } }: { readonly term: VolTermForecast | null; readonly deps: VolatilityDependencies },
): VolForecast {
  const forecast = forecaster.forecast(market, atSec);
  const reasons: readonly FallbackReason[] = term === null ? ["short-history"] : term.fallbacks;
  if (term === null || reasons.length > 0) return flagged(forecast, reasons);
  const wholeHourSec = Math.floor(atSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
  const basis = wholeHourSec === atSec ? forecast : forecaster.forecast(market, wholeHourSec);
  const factors = termFactors(basis, { horizonsHours: VOL_HORIZONS_HOURS, sigma: term.sigma }, NETWORK_SHARE);
  const moved = withFactors(forecast, factors, forecaster.floorSigma(market, atSec));
  return { ...moved, modelId: `${forecast.modelId}+${term.modelId}` };
}

function flagged(forecast: VolForecast, reasons: readonly FallbackReason[]): VolForecast {
  return { ...forecast, fallbacks: [...new Set([...forecast.fallbacks, ...reasons])] };
}
