/** Worlds of real markets: stretches of hourly closes looked at once a day, and the residuals of their days. */
import { PlimsollError } from "../../domain/errors.ts";
import type { Rng } from "../../math/rng.ts";
import { mean, variance } from "../../math/statistics.ts";
import type { HedgePaths } from "../../models/hedger/hedge-paths.ts";
import type { WorldRequest } from "../../models/hedger/simulated-worlds.ts";

/** Hourly closes of one asset with what was known of volatility at each hour. Arrays `[hours]`. */
export interface HourlyMarket {
  /** Log price, its mean growth taken out, so that no policy learns to bet on the past's trend. */
  readonly log: Float64Array;
  /** Standard deviation a day: memory of ten days, and of two. */
  readonly slow: Float64Array;
  readonly fast: Float64Array;
}

const HOURS_A_DAY = 24;
/** Half-lives in hours: an implied volatility moves slowly, a forecast for the next days faster. */
const SLOW_HOURS = 240;
const FAST_HOURS = 48;
/** Hours before volatilities are believed. */
const WARM_UP = 480;
/** A month of memory and a month of path, several times over. */
const LEAST_HOURS = 4_000;
/** Unit of the standardised residuals beyond which a row is a fault of the data. */
const GREATEST_RESIDUAL = 15;

/**
 * Prepares hourly closes.
 *
 * @throws PlimsollError `HEDGER_TOO_SHORT` for fewer than 4 000 closes.
 */
export function hourlyMarket(closes: Float64Array, name: string): HourlyMarket {
  if (closes.length < LEAST_HOURS) throw tooShort(name, closes.length);
  const plain = closes.map(Math.log);
  const growth = ((plain.at(-1) ?? 0) - (plain[0] ?? 0)) / (plain.length - 1);
  const log = plain.map((value, hour) => value - growth * hour);
  const volatility = (halfLife: number): Float64Array => {
    const keep = 0.5 ** (1 / halfLife);
    let level = ((log[1] ?? 0) - (log[0] ?? 0)) ** 2;
    return log.map((value, hour) => {
      if (hour > 0) level = keep * level + (1 - keep) * (value - (log[hour - 1] ?? 0)) ** 2;
      return Math.sqrt(HOURS_A_DAY * level);
    });
  };
  return { log, slow: volatility(SLOW_HOURS), fast: volatility(FAST_HOURS) };
}

/** Daily returns over the volatility known before them, pooled, brought to zero mean and unit variance. */
export function dailyResiduals(markets: readonly HourlyMarket[]): Float64Array {
  const pool = markets.flatMap(({ log, slow }) => {
    const found: number[] = [];
    for (let hour = WARM_UP; hour + HOURS_A_DAY < log.length; hour += HOURS_A_DAY) {
      const residual = ((log[hour + HOURS_A_DAY] ?? 0) - (log[hour] ?? 0)) / (slow[hour] ?? Number.NaN);
      if (Math.abs(residual) < GREATEST_RESIDUAL) found.push(residual);
    }
    return found;
  });
  const [centre, spread] = [mean(pool), Math.sqrt(variance(pool))];
  return Float64Array.from(pool, (value) => (value - centre) / spread);
}

/**
 * Random stretches of the markets. Returns keep their own scale: the deviation asked for sets only the strike's place, the
 * volatility that is quoted at the start is the market's own slow one.
 */
export function blockWorld(markets: readonly HourlyMarket[], request: WorldRequest, rng: Rng): HedgePaths {
  const { paths, steps, moneyness } = request;
  const rows = (count: number): readonly Float64Array[] => Array.from({ length: count }, () => new Float64Array(paths));
  const [spot, deviation, forecastRatio] = [rows(steps + 1), rows(steps), rows(steps)];
  const strike = new Float64Array(paths);
  for (let path = 0; path < paths; path += 1) {
    const market = markets[rng.integer(markets.length)];
    if (market === undefined) continue;
    const start = WARM_UP + rng.integer(market.log.length - WARM_UP - steps * HOURS_A_DAY);
    copyStretch(market, { spot, deviation, forecastRatio }, { start, path });
    strike[path] = Math.exp((moneyness[path] ?? 0) * (deviation[0]?.[path] ?? Number.NaN));
  }
  return { paths, steps, spot, deviation, forecastRatio, strike };
}

function copyStretch(
  { log, slow, fast }: HourlyMarket,
  rows: Pick<HedgePaths, "spot" | "deviation" | "forecastRatio">,
  { start, path }: { readonly start: number; readonly path: number },
): void {
  const steps = rows.deviation.length;
  rows.spot.forEach((row, step) => {
    row[path] = Math.exp((log[start + step * HOURS_A_DAY] ?? Number.NaN) - (log[start] ?? Number.NaN));
  });
  rows.deviation.forEach((row, step) => {
    row[path] = (slow[start + step * HOURS_A_DAY] ?? Number.NaN) * Math.sqrt(steps - step);
  });
  rows.forecastRatio.forEach((row, step) => {
    const hour = start + step * HOURS_A_DAY;
    row[path] = (fast[hour] ?? Number.NaN) / (slow[hour] ?? Number.NaN);
  });
}

function tooShort(name: string, hours: number): PlimsollError<"HEDGER_TOO_SHORT"> {
  return new PlimsollError({
    code: "HEDGER_TOO_SHORT",
    problem: `${name} has ${hours} hourly closes; at least ${LEAST_HOURS} are needed.`,
    remedy: "Give a longer history of hourly bars.",
    context: { name, hours, limit: LEAST_HOURS },
  });
}
