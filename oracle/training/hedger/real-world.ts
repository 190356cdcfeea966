/** Worlds of real markets: stretches of hourly closes looked at once a day, and the residuals of their days. */
import { PlimsollError } from "../../domain/errors.ts";
import type { Rng } from "../../math/rng.ts";
import { mean, variance } from "../../math/statistics.ts";
import type { HedgePaths } from "../../models/hedger/hedge-paths.ts";
import type { WorldRequest } from "../../models/hedger/simulated-worlds.ts";

/** Closes of one asset with what was known of volatility at each bar. Arrays `[bars]`. */
export interface HourlyMarket {
  /** 24 for hours. */
  readonly barsADay: number;
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
/** Days before volatilities are believed. */
const WARM_UP_DAYS = 20;
/** A month of memory and a month of path, several times over. */
const LEAST_HOURS = 4_000;
/** Unit of the standardised residuals beyond which a row is a fault of the data. */
const GREATEST_RESIDUAL = 15;

/**
 * Prepares closes.
 *
 * @param barHours hours between two closes; half-lives count in hours.
 * @throws PlimsollError `HEDGER_TOO_SHORT` for less than 4 000 hours.
 */
export function hourlyMarket(closes: Float64Array, name: string, barHours = 1): HourlyMarket {
  if (closes.length * barHours < LEAST_HOURS) throw tooShort(name, closes.length * barHours);
  const barsADay = HOURS_A_DAY / barHours;
  const plain = closes.map(Math.log);
  const growth = ((plain.at(-1) ?? 0) - (plain[0] ?? 0)) / (plain.length - 1);
  const log = plain.map((value, hour) => value - growth * hour);
  const volatility = (halfLife: number): Float64Array => {
    const keep = 0.5 ** (barHours / halfLife);
    let level = ((log[1] ?? 0) - (log[0] ?? 0)) ** 2;
    return log.map((value, hour) => {
      if (hour > 0) level = keep * level + (1 - keep) * (value - (log[hour - 1] ?? 0)) ** 2;
      return Math.sqrt(barsADay * level);
    });
  };
  return { barsADay, log, slow: volatility(SLOW_HOURS), fast: volatility(FAST_HOURS) };
}

/** Daily returns over the volatility known before them, pooled, brought to zero mean and unit variance. */
export function dailyResiduals(markets: readonly HourlyMarket[]): Float64Array {
  const pool = markets.flatMap(({ barsADay, log, slow }) => {
    const found: number[] = [];
    for (let bar = WARM_UP_DAYS * barsADay; bar + barsADay < log.length; bar += barsADay) {
      const residual = ((log[bar + barsADay] ?? 0) - (log[bar] ?? 0)) / (slow[bar] ?? Number.NaN);
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
    const { barsADay, log } = market;
    const start = WARM_UP_DAYS * barsADay + rng.integer(log.length - (WARM_UP_DAYS + steps) * barsADay);
    copyStretch(market, { spot, deviation, forecastRatio }, { start, path });
    strike[path] = Math.exp((moneyness[path] ?? 0) * (deviation[0]?.[path] ?? Number.NaN));
  }
  return { paths, steps, spot, deviation, forecastRatio, strike };
}

function copyStretch(
  { barsADay, log, slow, fast }: HourlyMarket,
  rows: Pick<HedgePaths, "spot" | "deviation" | "forecastRatio">,
  { start, path }: { readonly start: number; readonly path: number },
): void {
  const steps = rows.deviation.length;
  rows.spot.forEach((row, step) => {
    row[path] = Math.exp((log[start + step * barsADay] ?? Number.NaN) - (log[start] ?? Number.NaN));
  });
  rows.deviation.forEach((row, step) => {
    row[path] = (slow[start + step * barsADay] ?? Number.NaN) * Math.sqrt(steps - step);
  });
  rows.forecastRatio.forEach((row, step) => {
    const bar = start + step * barsADay;
    row[path] = (fast[bar] ?? Number.NaN) / (slow[bar] ?? Number.NaN);
  });
}

function tooShort(name: string, hours: number): PlimsollError<"HEDGER_TOO_SHORT"> {
  return new PlimsollError({
    code: "HEDGER_TOO_SHORT",
    problem: `${name} has closes of ${hours} hours; at least ${LEAST_HOURS} are needed.`,
    remedy: "Give a longer history of hourly bars.",
    context: { name, hours, limit: LEAST_HOURS },
  });
}
