/** Tails of a usual day: normal shocks, and worst moves as a Brownian motion has them. */
import {
  QUANTILE_HORIZONS_HOURS,
  QUANTILE_LEVELS,
  type QuantilePrediction,
  type VolForecast,
} from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { normalInverse } from "../../math/special-functions.ts";

/** Fall and rise tables of {@link QuantilePrediction}. */
export type MoveTables = Pick<QuantilePrediction, "fall" | "rise">;

/** As many standard normal quantiles as there were residuals, at the middles of equal strata. `[count]` */
export function normalResiduals(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, stratum) => normalInverse((stratum + 0.5) / count));
}

/** Learned tables with all log moves scaled, so that they keep their shape relative to volatility. */
export function scaledQuantiles({ fall, rise }: MoveTables, factor: number): MoveTables {
  if (factor === 1) return { fall, rise };
  return {
    fall: fall.map((levels) => levels.map((move) => -Math.expm1(factor * Math.log1p(-move)))),
    rise: rise.map((levels) => levels.map((move) => Math.expm1(factor * Math.log1p(move)))),
  };
}

/** Worst moves of a Brownian motion at the forecast's variance: P(worst log move < x) = 2Φ(x/σ√h) − 1 (reflection principle). */
export function brownianQuantiles(volatility: VolForecast): MoveTables {
  const logMoves = QUANTILE_HORIZONS_HOURS.map((hours) => {
    const deviation = Math.sqrt(varianceWithin(volatility, hours));
    return Float64Array.from(QUANTILE_LEVELS, (level) => deviation * normalInverse((1 + level) / 2));
  });
  return {
    fall: logMoves.map((levels) => levels.map((move) => -Math.expm1(-move))),
    rise: logMoves.map((levels) => levels.map(Math.expm1)),
  };
}

/** Beyond the forecast's last step the last variance holds, and a step that is begun counts in part. */
function varianceWithin({ sigmaPerStep, stepSec }: VolForecast, hours: number): number {
  const steps = (hours * SECONDS_PER_HOUR) / stepSec;
  let variance = 0;
  for (let step = 0; step < steps; step += 1) {
    const sigma = sigmaPerStep[Math.min(step, sigmaPerStep.length - 1)] ?? Number.NaN;
    variance += Math.min(1, steps - step) * sigma * sigma;
  }
  return variance;
}
