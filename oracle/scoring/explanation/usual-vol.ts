/** Volatility of a usual day: what today's market is compared with. */
import type { BarSeries } from "../../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../domain/units.ts";
import { lowerMedian } from "../../math/statistics.ts";

/** Days that are looked at, and the fewest that say what is usual. */
const DAYS = 30;
const LEAST_DAYS = 10;
/** A day with fewer of its bars than this share tells little. */
const LEAST_BARS_SHARE = 0.75;

/**
 * Lower median of the realised volatilities of the last 30 days, each from the close-to-close log returns of its bars.
 *
 * @param atSec bars that end later are not read, seconds.
 * @returns decimal a year; `null` with fewer than ten whole days.
 */
export function usualVol(bars: BarSeries, atSec: number): number | null {
  const squares = new Float64Array(DAYS);
  const counts = new Float64Array(DAYS);
  for (let bar = bars.close.length - 1; bar > 0; bar -= 1) {
    const ageSec = atSec - (bars.endSec[bar] ?? 0);
    if (ageSec < 0) continue;
    const day = Math.floor(ageSec / SECONDS_PER_DAY);
    if (day >= DAYS) break;
    const move = Math.log((bars.close[bar] ?? Number.NaN) / (bars.close[bar - 1] ?? Number.NaN));
    squares[day] = (squares[day] ?? 0) + move * move;
    counts[day] = (counts[day] ?? 0) + 1;
  }
  const whole = (LEAST_BARS_SHARE * SECONDS_PER_DAY) / bars.spanSec;
  const days = [...squares.keys()].filter((day) => (counts[day] ?? 0) >= whole && (squares[day] ?? 0) > 0);
  const vols = days.map((day) => {
    const perSecond = (squares[day] ?? 0) / ((counts[day] ?? 1) * bars.spanSec);
    return Math.sqrt(perSecond * SECONDS_PER_YEAR);
  });
  return vols.length < LEAST_DAYS ? null : (lowerMedian(vols) ?? null);
}
