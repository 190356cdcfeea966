/** Simulated hourly bars with changing volatility and a weekly pattern, for the tests of the volatility network. */
import type { AssetMarket, BarSeries } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { hourlyVariance } from "../../../oracle/models/vol-lstm/hourly-variance.ts";
import { type VarianceWindows, varianceWindows } from "../../../oracle/models/vol-lstm/variance-windows.ts";

export const HOUR_SEC = 3_600;
/** Monday, 2024-01-01 00:00 UTC. */
export const START_SEC = 1_704_067_200;
const QUARTERS = 4;

/** Bars of an hour from four steps each; `spanSec` bars of a quarter of an hour with `isFine`. */
export function simulatedBars(hours: number, options: { readonly seed: string; readonly isFine?: boolean }): BarSeries {
  const rng = createRng(options.seed);
  let [logPrice, logVol] = [Math.log(100), 0];
  const rows: [number, number, number, number, number][] = [];
  for (let hour = 0; hour < hours; hour += 1) {
    logVol = 0.98 * logVol + 0.12 * rng.normal();
    const isWeekend = Math.floor(hour / 24) % 7 >= 5;
    const sigma = 0.006 * Math.exp(logVol) * (isWeekend ? 0.6 : 1);
    const path = [logPrice];
    for (let quarter = 0; quarter < QUARTERS; quarter += 1) {
      logPrice += (sigma / Math.sqrt(QUARTERS)) * rng.normal();
      path.push(logPrice);
    }
    const end = START_SEC + (hour + 1) * HOUR_SEC;
    if (options.isFine === true) {
      for (let quarter = 1; quarter <= QUARTERS; quarter += 1)
        rows.push(barOf(path.slice(quarter - 1, quarter + 1), end - (QUARTERS - quarter) * (HOUR_SEC / QUARTERS)));
    } else rows.push(barOf(path, end));
  }
  return columnsOf(rows, options.isFine === true ? HOUR_SEC / QUARTERS : HOUR_SEC);
}

function barOf(path: readonly number[], end: number): [number, number, number, number, number] {
  const prices = path.map(Math.exp);
  return [end, prices[0] ?? 1, Math.max(...prices), Math.min(...prices), prices.at(-1) ?? 1];
}

/** Rows `[end, open, high, low, close]` as columns. */
export function columnsOf(rows: readonly (readonly number[])[], spanSec = HOUR_SEC): BarSeries {
  const column = (place: number): Float64Array => Float64Array.from(rows, (row) => row[place] ?? Number.NaN);
  const [endSec, open, high, low, close] = [0, 1, 2, 3, 4].map(column);
  if (!endSec || !open || !high || !low || !close) throw new Error("five columns wanted");
  return { spanSec, endSec, open, high, low, close, volume: new Float64Array(rows.length).fill(1) };
}

/** Windows of simulated bars. */
export function simulatedWindows(hours: number, seed: string): VarianceWindows {
  return windowsOf(simulatedBars(hours, { seed }));
}

/** Windows of bars that have at least one usable hour. */
export function windowsOf(bars: BarSeries): VarianceWindows {
  const hours = hourlyVariance(bars);
  if (hours === null) throw new Error("usable bars wanted");
  return varianceWindows(hours);
}

/** A market with nothing but bars. */
export function marketOf(bars: BarSeries, asset = "BTC"): AssetMarket {
  const spot = bars.close.at(-1) ?? Number.NaN;
  const atSec = bars.endSec.at(-1) ?? Number.NaN;
  const provenance = { sourceId: "test", sourceTimeSec: atSec, receivedTimeSec: atSec };
  return { asset, spot, provenance, bars, book: null, funding: [], volIndex: null };
}
