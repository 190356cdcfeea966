/** Simulated hourly bars, the same as in scripts/generate/gap-reference.py. */
import type { BarSeries } from "../../../oracle/domain/market.ts";

/** Beginning of the first bar, hours since 1970. */
const FIRST_HOUR = 450_003;

/** Numbers in [0, 1) of a congruential generator (Numerical Recipes, ranqd1). */
export function uniforms(count: number): Float64Array {
  let state = 12_345;
  return new Float64Array(count).map(() => {
    state = (1_664_525 * state + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  });
}

/** Bars with a daily rhythm and rare jumps, without gaps. */
export function gapBars(rows: number): BarSeries {
  const u = uniforms(3 * rows);
  const at = (row: number, place: number): number => u[3 * row + place] ?? Number.NaN;
  let log = 0;
  const close = new Float64Array(rows).map((_, row) => {
    const rhythm = (FIRST_HOUR + row) % 24 < 8 ? 1.5 : 1;
    log += 0.004 * rhythm * (at(row, 1) > 0.995 ? 6 : 1) * (at(row, 0) - 0.5);
    return 100 * Math.exp(log);
  });
  const open = close.map((_, row) => (row === 0 ? 100 : (close[row - 1] ?? Number.NaN)));
  const wick = (row: number): number => 0.002 * at(row, 2);
  return {
    spanSec: 3_600,
    endSec: close.map((_, row) => (FIRST_HOUR + row + 1) * 3_600),
    open,
    high: close.map((price, row) => Math.max(open[row] ?? 0, price) * (1 + wick(row))),
    low: close.map((price, row) => Math.min(open[row] ?? 0, price) * (1 - wick(row))),
    close,
    volume: close.map(() => 1),
  };
}
