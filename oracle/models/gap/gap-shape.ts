/** How the gap moves with the signals, up to its level. */
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../domain/units.ts";
import type { GapPath } from "./adverse-gaps.ts";
import type { GapExponents } from "./gap-settings.ts";
import type { GapSignals } from "./gap-signals.ts";

/** A normal move of standard deviation σ has the mean absolute size σ·√(2/π). */
const SIZE_TO_DEVIATION = Math.sqrt(Math.PI / 2);
const HOURS_PER_YEAR = SECONDS_PER_YEAR / SECONDS_PER_HOUR;
/** Implied volatility beyond three times the recent one, or below a third, is taken as that. */
const GREATEST_IMPLIED = Math.log(3);

/** What a shape is made from. */
export interface GapShapeInput {
  readonly signals: GapSignals;
  /** Hours ahead. */
  readonly horizonHours: number;
  /** Annualised implied volatility, decimal, as known at each row; NaN where unknown, which is neutral. `[n]` */
  readonly impliedVol: Float64Array | null;
  readonly exponents: GapExponents;
}

/** Shape of both directions: a product of powers of sizes and of exponentials of trend scores, always above 0. `[n]` */
export function gapShape({ signals, horizonHours, impliedVol, exponents }: GapShapeInput): GapPath {
  const { recent, short, long, dayTrend, weekTrend, belowHigh, aboveLow } = signals;
  const ahead = signals.weekAhead(horizonHours);
  const common = recent.map((size, row) => {
    const at = (values: Float64Array): number => values[row] ?? Number.NaN;
    return (
      exponents.recent * Math.log(size) +
      exponents.short * Math.log(at(short) / size) +
      exponents.long * Math.log(at(long)) +
      exponents.week * Math.log(at(ahead)) +
      exponents.weekTrend * Math.abs(at(weekTrend)) +
      exponents.implied * impliedRatio(impliedVol?.[row] ?? Number.NaN, size)
    );
  });
  const side = (sign: number, far: Float64Array): Float64Array =>
    common.map((log, row) => {
      const trend = sign * exponents.dayTrend * (dayTrend[row] ?? Number.NaN);
      return Math.exp(log + trend + exponents.distance * (far[row] ?? Number.NaN));
    });
  // After a falling day a further fall is likelier to be large than a rise.
  return { fall: side(-1, belowHigh), rise: side(1, aboveLow) };
}

function impliedRatio(impliedVol: number, size: number): number {
  if (!(impliedVol > 0)) return 0;
  const log = Math.log(impliedVol / (size * SIZE_TO_DEVIATION * Math.sqrt(HOURS_PER_YEAR)));
  return Math.min(GREATEST_IMPLIED, Math.max(-GREATEST_IMPLIED, log));
}
