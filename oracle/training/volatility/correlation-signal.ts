/** The correlation of two assets as a daily signal. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import type { VarianceWindows } from "../../models/vol-lstm/variance-windows.ts";
import type { DailySignal } from "./daily-signal.ts";

/** Hours of the trailing window. */
const WINDOW_HOURS = 720;
/** Keeps the Fisher transform finite. */
const MAX_CORRELATION = 0.9999;

/** Fisher-transformed correlation of hourly log returns over 30 days, known at the end of each day. */
export function correlationSignal(left: VarianceWindows, right: VarianceWindows): DailySignal {
  const offset = Math.round((left.hours.firstEndSec - right.hours.firstEndSec) / SECONDS_PER_HOUR);
  const values = new Map<number, number>();
  for (let index = WINDOW_HOURS - 1; index < left.count; index += 1) {
    const atSec = left.hours.firstEndSec + index * SECONDS_PER_HOUR;
    if (atSec % SECONDS_PER_DAY !== 0) continue;
    const value = correlation(left.hours.logReturn, right.hours.logReturn, { index, offset });
    // The day that ends at this midnight.
    if (Number.isFinite(value)) values.set(atSec / SECONDS_PER_DAY - 1, Math.atanh(value));
  }
  return { name: "cross-asset: correlation", family: "cross-asset", lagDays: 1, values };
}

function correlation(
  left: Float64Array,
  right: Float64Array,
  { index, offset }: { readonly index: number; readonly offset: number },
): number {
  let [both, first, second] = [0, 0, 0];
  for (let hour = index - WINDOW_HOURS + 1; hour <= index; hour += 1) {
    const [a, b] = [left[hour] ?? Number.NaN, right[hour + offset] ?? Number.NaN];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  return Math.min(MAX_CORRELATION, Math.max(-MAX_CORRELATION, both / Math.sqrt(first * second)));
}
