/** Range, ticks and projection of a chart's axis: linear, logarithmic or in time. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";
import { formatNumber } from "./format-number.ts";
import type { ChartAxis, NumberFormat } from "./report.ts";

/** A tick and its text. */
export interface AxisTick {
  readonly at: number;
  readonly label: string;
}

/** An axis ready to be drawn. */
export interface FittedAxis {
  /** Share of the axis, 0 at its low and 1 at its high end; NaN for values that it cannot show. */
  readonly project: (value: number) => number;
  readonly ticks: readonly AxisTick[];
}

/** A linear axis has three to eight ticks; times are longer texts. */
const GREATEST_TICKS = 7.5;
const WANTED_TICKS = 6;
const WANTED_TIMES = 5;
const PADDING = 0.04;
const MS_PER_SECOND = 1_000;
/** Round steps of a decade. */
const ROUND_STEPS = [1, 2, 5, 10];
const MONTHS_PER_YEAR = 12;
/** Steps of a time axis up to weeks, seconds. */
const TIME_STEPS = [1, 3, 6, 12, 24, 2 * 24, 7 * 24, 14 * 24].map((hours) => hours * SECONDS_PER_HOUR);
/** Longer steps are whole months, so that ticks stand at their beginnings. */
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 36, 60];
const DAYS_PER_MONTH = 30.4;
/** `2000-01-01`, `2000-01`, `2000`: what of an ISO time a step needs. */
const ISO_LENGTH = { day: 10, month: 7, year: 4 };

/**
 * Fits an axis around values.
 *
 * @param axis what it shows.
 * @param values all that must be inside; those that the scale cannot show are ignored.
 * @returns `null` without any value that can be shown.
 */
export function fitAxis(axis: ChartAxis, values: readonly number[]): FittedAxis | null {
  const isLog = axis.scale === "log";
  const shown = values.filter((value) => Number.isFinite(value) && (!isLog || value > 0));
  if (shown.length === 0) return null;
  const inner = isLog ? shown.map(Math.log10) : shown;
  const low = inner.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = inner.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  // One value alone stands in the middle of an axis of its own size.
  const width = high > low ? high - low : Math.abs(low) || 1;
  const [from, to] = high > low ? [low - PADDING * width, high + PADDING * width] : [low - width / 2, low + width / 2];
  const project = (value: number): number => ((isLog ? Math.log10(value) : value) - from) / (to - from);
  return { project, ticks: ticksOf(axis, from, to) };
}

function ticksOf({ scale, format = "short" }: ChartAxis, from: number, to: number): readonly AxisTick[] {
  if (scale === "time") return timeTicks(from, to);
  return scale === "log" ? logTicks([from, to], format) : linearTicks([from, to], format);
}

function linearTicks([from, to]: readonly [number, number], format: NumberFormat): readonly AxisTick[] {
  const rough = (to - from) / GREATEST_TICKS;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * (ROUND_STEPS.find((round) => round * decade >= rough) ?? 1);
  const digits = Math.max(0, -Math.floor(Math.log10(format === "percent" ? step * 100 : step) + 1e-9));
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, place) => {
    const at = (first + place) * step;
    const label = format === "short" ? formatNumber(at, "short", 6) : formatNumber(at, format, digits);
    return { at, label };
  });
}

/** Decades, with 2 and 5 between them where few decades are shown. */
function logTicks([from, to]: readonly [number, number], format: NumberFormat): readonly AxisTick[] {
  const mantissas = to - from > WANTED_TICKS / 2 ? [1] : [1, 2, 5];
  const stride = Math.max(1, Math.ceil((to - from) / (2 * WANTED_TICKS)));
  const ticks: AxisTick[] = [];
  for (let decade = Math.floor(from); decade <= Math.ceil(to); decade += 1) {
    if (decade % stride !== 0) continue;
    for (const mantissa of mantissas) {
      const at = mantissa * 10 ** decade;
      const isInside = Math.log10(at) >= from && Math.log10(at) <= to;
      if (isInside)
        ticks.push({ at, label: formatNumber(at, format, format === "short" ? 2 : Math.max(0, -decade - 2)) });
    }
  }
  return ticks;
}

function timeTicks(from: number, to: number): readonly AxisTick[] {
  const rough = (to - from) / WANTED_TIMES;
  const step = TIME_STEPS.find((candidate) => candidate >= rough);
  return step === undefined ? monthTicks(from, to, rough) : stepTicks(from, to, step);
}

function stepTicks(from: number, to: number, step: number): readonly AxisTick[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, place) => {
    const at = (first + place) * step;
    const iso = isoOf(at);
    const label =
      step < SECONDS_PER_DAY && at % SECONDS_PER_DAY !== 0 ? iso.slice(11, 16) : iso.slice(0, ISO_LENGTH.day);
    return { at, label };
  });
}

function monthTicks(from: number, to: number, rough: number): readonly AxisTick[] {
  const roughMonths = rough / (DAYS_PER_MONTH * SECONDS_PER_DAY);
  const step =
    MONTH_STEPS.find((months) => months >= roughMonths) ?? MONTHS_PER_YEAR * Math.ceil(roughMonths / MONTHS_PER_YEAR);
  const start = new Date(from * MS_PER_SECOND);
  const ticks: AxisTick[] = [];
  const firstMonth = start.getUTCFullYear() * MONTHS_PER_YEAR + start.getUTCMonth();
  for (let month = Math.ceil(firstMonth / step) * step; ; month += step) {
    const at = Date.UTC(Math.floor(month / MONTHS_PER_YEAR), month % MONTHS_PER_YEAR) / MS_PER_SECOND;
    if (!(at <= to)) return ticks;
    const length = step % MONTHS_PER_YEAR === 0 ? ISO_LENGTH.year : ISO_LENGTH.month;
    if (at >= from) ticks.push({ at, label: isoOf(at).slice(0, length) });
  }
}

/** Times beyond the calendar of the language have no text. */
function isoOf(timeSec: number): string {
  const date = new Date(timeSec * MS_PER_SECOND);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
