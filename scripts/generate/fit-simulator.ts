/** Prints the statistics of real markets beside the simulator's own: `node scripts/generate/fit-simulator.ts --data DIR`. */
import { parseArgs } from "node:util";
import type { MarketEvent, MarketSource } from "../../oracle/domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../oracle/domain/units.ts";
import { openFileSource } from "../../oracle/ingestion/sources/file-source.ts";
import { createMarketSimulator } from "../../oracle/simulation/market/market-simulator.ts";

type Statistics = Readonly<Record<string, number>>;

const HOURS_PER_YEAR = SECONDS_PER_YEAR / SECONDS_PER_HOUR;
const DAY_HOURS = 24;
/** As long as the real files, so that both columns have the same sampling error. */
const SIMULATED_DAYS = 1_400;
const SIMULATED_SEEDS = [1, 2, 3] as const;
/** Depth is read only before this second of the faulty day (15:20 UTC on 2025-10-10). */
const LAST_SOUND_BOOK_SEC = Date.UTC(2025, 9, 10, 15, 20) / 1_000;

const { values } = parseArgs({ options: { data: { type: "string" } } });
const paths = [values.data ?? process.env.PLIMSOLL_DATA ?? "../shared/data"];
const spot = await openFileSource({
  paths,
  fromSec: Date.UTC(2021, 3, 5) / 1_000,
  toSec: Date.UTC(2025, 1, 18) / 1_000,
});
const crash = await openFileSource({ paths, scenario: "crash-2025-10" });
const real = { ...priceStatistics(spot), ...slowStatistics(spot), ...depthStatistics(crash, LAST_SOUND_BOOK_SEC) };
const simulated = SIMULATED_SEEDS.map((seed) => {
  const source = createMarketSimulator({
    seed,
    assets: ["BTC", "ETH"],
    fromSec: Date.UTC(2026, 0, 1) / 1_000,
    scenario: "calm",
    faultRate: 0,
    historySec: SIMULATED_DAYS * SECONDS_PER_DAY,
  });
  return { ...priceStatistics(source), ...slowStatistics(source), ...depthStatistics(source, source.fromSec) };
});
const names = Object.keys(real);
console.table(
  Object.fromEntries(
    names.map((name) => {
      const mean = simulated.reduce((sum, entry) => sum + (entry[name] ?? Number.NaN), 0) / simulated.length;
      return [name, { real: rounded(real[name]), simulated: rounded(mean) }];
    }),
  ),
);

function rounded(value: number | undefined): number {
  return Number((value ?? Number.NaN).toPrecision(4));
}

function priceStatistics(source: MarketSource): Statistics {
  const closes = new Map<string, Map<number, number>>();
  const volumes = new Map<string, number[]>();
  for (const event of source.events(0, source.toSec)) {
    if (event.kind !== "bar") continue;
    closes.set(
      event.asset,
      (closes.get(event.asset) ?? new Map<number, number>()).set(event.sourceTimeSec, event.close),
    );
    const own = volumes.get(event.asset) ?? [];
    own.push(event.volume ?? 0);
    volumes.set(event.asset, own);
  }
  const returns = new Map([...closes].map(([asset, series]) => [asset, logReturns(series)]));
  const out: Record<string, number> = {};
  for (const [asset, own] of returns) Object.assign(out, returnStatistics(asset, [...own.values()]));
  for (const [asset, own] of volumes) out[`${asset} hourly volume`] = mean(own);
  out["BTC-ETH correlation"] = crossCorrelation(returns.get("BTC") ?? new Map(), returns.get("ETH") ?? new Map());
  return out;
}

function logReturns(series: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const out = new Map<number, number>();
  for (const [timeSec, close] of series) {
    const before = series.get(timeSec - SECONDS_PER_HOUR);
    if (before !== undefined) out.set(timeSec, Math.log(close / before));
  }
  return out;
}

function returnStatistics(asset: string, returns: readonly number[]): Statistics {
  const squares = returns.map((value) => value * value);
  const absolute = returns.map(Math.abs);
  const variance = mean(squares);
  const sorted = absolute.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
  return {
    [`${asset} annual vol`]: Math.sqrt(variance * HOURS_PER_YEAR),
    [`${asset} kurtosis`]: mean(squares.map((value) => value * value)) / variance ** 2,
    [`${asset} 99 % |r| / sd`]: at(0.99) / Math.sqrt(variance),
    [`${asset} 99.9 % |r| / sd`]: at(0.999) / Math.sqrt(variance),
    [`${asset} jump share of a day`]: jumpShare(returns),
    [`${asset} acf |r| lag 1`]: autocorrelation(absolute, 1),
    [`${asset} acf |r| lag 24`]: autocorrelation(absolute, DAY_HOURS),
    [`${asset} acf |r| lag 240`]: autocorrelation(absolute, 10 * DAY_HOURS),
    [`${asset} acf r² lag 1`]: autocorrelation(squares, 1),
    [`${asset} acf r² lag 24`]: autocorrelation(squares, DAY_HOURS),
    [`${asset} worst day`]: worstSum(returns, DAY_HOURS),
  };
}

function jumpShare(returns: readonly number[]): number {
  const shares: number[] = [];
  for (let start = 0; start + DAY_HOURS <= returns.length; start += DAY_HOURS) {
    const day = returns.slice(start, start + DAY_HOURS).map(Math.abs);
    const total = day.reduce((sum, value) => sum + value * value, 0);
    const products = day.reduce((sum, value, index) => sum + value * (day[index - 1] ?? 0), 0);
    shares.push(Math.max(0, 1 - ((Math.PI / 2) * products * DAY_HOURS) / (DAY_HOURS - 1) / total));
  }
  return mean(shares);
}

function autocorrelation(series: readonly number[], lag: number): number {
  const centre = mean(series);
  const centred = series.map((value) => value - centre);
  const products = centred.slice(lag).map((value, index) => value * (centred[index] ?? 0));
  return (mean(products) * products.length) / (mean(centred.map((value) => value * value)) * series.length);
}

function worstSum(returns: readonly number[], length: number): number {
  let sum = 0;
  let worst = 0;
  returns.forEach((value, index) => {
    sum += value - (returns[index - length] ?? 0);
    worst = Math.min(worst, sum);
  });
  return Math.expm1(worst);
}

function crossCorrelation(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): number {
  const pairs = [...left].flatMap(([timeSec, x]) => {
    const y = right.get(timeSec);
    return y === undefined ? [] : [{ x, y }];
  });
  const product = mean(pairs.map(({ x, y }) => x * y));
  return product / Math.sqrt(mean(pairs.map(({ x }) => x * x)) * mean(pairs.map(({ y }) => y * y)));
}

function slowStatistics(source: MarketSource): Statistics {
  const events: MarketEvent[] = [...source.events(0, source.toSec)].filter((event) => event.asset === "BTC");
  const rates = events.flatMap((event) => (event.kind === "funding" ? [event.ratePer8h] : []));
  const index = events.flatMap((event) =>
    event.kind === "vol-index" && event.sourceTimeSec % SECONDS_PER_DAY === 0 ? [event.impliedVol] : [],
  );
  const rateMean = mean(rates);
  return {
    "BTC funding mean (bp)": rateMean * 1e4,
    "BTC funding sd (bp)": Math.sqrt(mean(rates.map((rate) => (rate - rateMean) ** 2))) * 1e4,
    "BTC funding acf lag 1": autocorrelation(rates, 1),
    "BTC index mean": mean(index),
    "BTC index sd": Math.sqrt(mean(index.map((value) => (value - mean(index)) ** 2))),
  };
}

function depthStatistics(source: MarketSource, untilSec: number): Statistics {
  const out: Record<string, number> = {};
  const books = [...source.events(0, untilSec)].flatMap((event) =>
    event.kind === "book" && event.asset === "BTC" ? [event] : [],
  );
  for (const side of ["bids", "asks"] as const) {
    for (const percent of [1, 2, 3, 4, 5]) {
      const sorted = books
        .map((book) => book[side][percent - 1]?.notionalUsd ?? Number.NaN)
        .toSorted((left, right) => left - right);
      out[`BTC ${side} within ${percent} % (M USD)`] = (sorted[sorted.length >> 1] ?? Number.NaN) / 1e6;
    }
  }
  return out;
}

function mean(series: readonly number[]): number {
  return series.reduce((sum, value) => sum + value, 0) / series.length;
}
