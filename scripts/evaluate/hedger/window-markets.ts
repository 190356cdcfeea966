/** Hours of every asset inside of a window, with the volatilities that were known at its start. */
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { type HourlyMarket, hourlyMarket } from "../../../oracle/training/hedger/real-world.ts";

/** Hours before the window from which volatilities are learned. */
const LEAD_HOURS = 480;
/** Assets with less than half a year in the window are left out. */
export const LEAST_WINDOW_HOURS = 4_000;

/** Markets by asset; `toSec` is exclusive of bars that end later. */
export function windowMarkets(
  bars: ReadonlyMap<string, Pick<BarSeries, "endSec" | "close"> & { readonly spanSec?: number }>,
  { fromSec, toSec }: { readonly fromSec: number; readonly toSec: number },
): ReadonlyMap<string, HourlyMarket> {
  const found = new Map<string, HourlyMarket>();
  for (const [asset, { endSec, close, spanSec = SECONDS_PER_HOUR }] of bars) {
    const barHours = spanSec / SECONDS_PER_HOUR;
    const start = endSec.findIndex((end) => end > fromSec - LEAD_HOURS * SECONDS_PER_HOUR);
    const later = endSec.findIndex((end) => end > toSec);
    const hours = start < 0 ? new Float64Array() : close.slice(start, later < 0 ? undefined : later);
    if (hours.length * barHours >= LEAST_WINDOW_HOURS) found.set(asset, hourlyMarket(hours, asset, barHours));
  }
  return found;
}
