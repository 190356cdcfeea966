/** Everything that the gap backtest knows about one asset, by hourly bar. */
import type { AssetSymbol, BarSeries } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import type { DailySignal } from "../../../oracle/training/volatility/daily-signal.ts";

const PERCENT = 100;
/** An index older than this many days is unknown. */
const GREATEST_AGE_DAYS = 3;
const IMPLIED_FAMILY = "implied-vol";

/** Bars and implied volatility. */
export interface GapMarket {
  readonly asset: AssetSymbol;
  readonly bars: BarSeries;
  /** Beginning of each bar; its day decides which daily values were known. `[n]` */
  readonly startSec: Float64Array;
  /** Annualised, decimal, of the day before the bar's; NaN where unknown. `[n]` */
  readonly impliedVol: Float64Array;
}

/**
 * Puts the volatility index beside the bars of an asset. There is one index, that of BTC, for all assets.
 *
 * @param signals daily signals, the index as a log of percent (`readDailySignals`).
 */
export function gapMarket(asset: AssetSymbol, bars: BarSeries, signals: readonly DailySignal[]): GapMarket {
  const index = signals.find(({ family }) => family === IMPLIED_FAMILY);
  const startSec = bars.endSec.map((end) => end - bars.spanSec);
  return { asset, bars, startSec, impliedVol: startSec.map((start) => indexAt(index, start)) };
}

/** Day of a bar, days since the epoch. */
export function dayOf(startSec: number): number {
  return Math.floor(startSec / SECONDS_PER_DAY);
}

function indexAt(index: DailySignal | undefined, startSec: number): number {
  if (index === undefined) return Number.NaN;
  const newest = dayOf(startSec) - index.lagDays;
  for (let age = 0; age <= GREATEST_AGE_DAYS; age += 1) {
    const value = index.values.get(newest - age);
    if (value !== undefined && Number.isFinite(value)) return Math.exp(value) / PERCENT;
  }
  return Number.NaN;
}
