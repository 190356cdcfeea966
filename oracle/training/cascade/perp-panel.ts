/** A daily panel of perpetuals and what of it tells the next day's forced closures of longs. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";

/** Fields of the panel; funding in percent per 8 h, longShare long over short accounts, the rest in USD or coins. */
export const PANEL_FIELDS = [
  "close",
  "volume",
  "openInterest",
  "funding",
  "longShare",
  "longLiquidated",
  "shortLiquidated",
] as const;
/** Name of a field. */
export type PanelField = (typeof PANEL_FIELDS)[number];

/** Many symbols over consecutive days; NaN where a value is missing. */
export interface PerpPanel {
  readonly symbols: readonly string[];
  /** Start of the first day, seconds. */
  readonly firstDaySec: number;
  readonly days: number;
  /** By symbol, then day. `[symbols × days]` each */
  readonly fields: Readonly<Record<PanelField, Float64Array>>;
}

/** One symbol on one day with what the next day brought. */
export interface IntensityRow {
  /** Start of the day after which the forecast is made, seconds. */
  readonly daySec: number;
  readonly symbol: string;
  /** Regressors: the first {@link OWN_INPUTS} are the symbol's own. */
  readonly inputs: Float64Array;
  /** ln(1 + basis points of open interest closed by force), of the day itself and of the next. */
  readonly today: number;
  readonly tomorrow: number;
}

/** Symbol-wise inputs come first; the plain ridge reads these alone. */
export const OWN_INPUTS = 22;
/** Basis points: a share of 1e-4 of open interest counts as 1. */
const INTENSITY_SCALE = 1e4;
const WEEK_DAYS = 7;
/** 1970-01-01 was a Thursday: day 4 is a Monday, the weekday without a regressor. */
const MONDAY = 4;
const LARGEST_FUNDING = 0.1;
const LEAST_SIGMA = 1e-3;
/** Which symbol stands for the market beside the mean of all. */
const LEADER = "BTC";

/** Rows of all symbols and days whose inputs are all known and whose next day is, in time order. */
export function intensityRows(panel: PerpPanel): readonly IntensityRow[] {
  const series = panel.symbols.map((_, symbol) => symbolSeries(panel, symbol));
  const market = marketInputs(panel, series);
  const rows: IntensityRow[] = [];
  for (let day = 0; day + 1 < panel.days; day += 1) {
    series.forEach((own, place) => {
      const inputs = Float64Array.from([
        ...own.inputs.map((column) => column[day] ?? Number.NaN),
        ...(market[day] ?? []),
      ]);
      const [today, tomorrow] = [own.intensity[day] ?? Number.NaN, own.intensity[day + 1] ?? Number.NaN];
      if (!inputs.every(Number.isFinite) || !Number.isFinite(today + tomorrow)) return;
      rows.push({
        daySec: panel.firstDaySec + day * SECONDS_PER_DAY,
        symbol: panel.symbols[place] ?? "",
        inputs,
        today,
        tomorrow,
      });
    });
  }
  return rows;
}

interface SymbolSeries {
  readonly intensity: Float64Array;
  readonly shortIntensity: Float64Array;
  readonly returns: Float64Array;
  readonly funding: Float64Array;
  readonly fallFromHigh: Float64Array;
  readonly crowding: Float64Array;
  readonly activity: Float64Array;
  /** `[OWN_INPUTS][days]` */
  readonly inputs: readonly Float64Array[];
}

function symbolSeries(panel: PerpPanel, symbol: number): SymbolSeries {
  const field = (name: PanelField): Float64Array =>
    panel.fields[name].subarray(symbol * panel.days, (symbol + 1) * panel.days);
  const [close, interest] = [field("close"), field("openInterest")];
  const logs = close.map(Math.log);
  const intensityOf = (coins: Float64Array): Float64Array =>
    coins.map((amount, day) => Math.log1p((INTENSITY_SCALE * amount) / (interest[day] ?? Number.NaN)));
  const intensity = intensityOf(field("longLiquidated"));
  const shortIntensity = intensityOf(field("shortLiquidated"));
  const returns = change(logs, 1);
  const funding = clipped(field("funding"), LARGEST_FUNDING);
  const longShare = field("longShare").map(Math.log);
  const logInterest = interest.map(Math.log);
  const activity = field("volume").map((volume, day) => Math.log(volume / (interest[day] ?? Number.NaN)));
  const fallFromHigh = close.map((price, day) =>
    Math.log(trailing(close, { day, days: 30, least: 5, of: maximum }) / price),
  );
  const crowding = minus(longShare, means(longShare, 30, 5));
  return {
    intensity,
    shortIntensity,
    returns,
    funding,
    fallFromHigh,
    crowding,
    activity: minus(activity, means(activity, 30, 5)),
    inputs: [
      ...[intensity, means(intensity, 3, 3), means(intensity, 7, 3), means(intensity, 30, 3)],
      ...[shortIntensity, means(shortIntensity, 7, 1), means(shortIntensity, 30, 5)],
      ...[returns, returns.map((move) => Math.max(0, -move)), change(logs, 3), change(logs, 7), change(logs, 30)],
      ...[fallFromHigh, logSigma(returns, 7, 3), logSigma(returns, 30, 10)],
      ...[funding, means(funding, 7, 1), longShare, crowding],
      ...[clipped(change(logInterest, 1), 1), clipped(change(logInterest, 7), 2), activity],
    ],
  };
}

/** Means over all symbols of a day, the leader's return, and the weekday of the day to come. */
function marketInputs(panel: PerpPanel, series: readonly SymbolSeries[]): readonly (readonly number[])[] {
  const meanOf = (column: (own: SymbolSeries) => Float64Array): Float64Array =>
    Float64Array.from({ length: panel.days }, (_, day) =>
      finiteMean(series.map((own) => column(own)[day] ?? Number.NaN)),
    );
  const intensity = meanOf((own) => own.intensity);
  const returns = meanOf((own) => own.returns);
  const columns = [
    ...[intensity, means(intensity, 7, 1), meanOf((own) => own.shortIntensity)],
    ...[returns, means(returns, 3, 1), series[panel.symbols.indexOf(LEADER)]?.returns ?? returns],
    ...[meanOf((own) => own.funding), meanOf((own) => own.crowding)],
    ...[meanOf((own) => own.fallFromHigh), meanOf((own) => own.activity)],
  ];
  const firstDay = Math.round(panel.firstDaySec / SECONDS_PER_DAY);
  return Array.from({ length: panel.days }, (_, day) => {
    const weekday = (firstDay + day + 1 - MONDAY) % WEEK_DAYS;
    const dummies = Array.from({ length: WEEK_DAYS - 1 }, (_, other) => Number(weekday === other + 1));
    return [...columns.map((column) => column[day] ?? Number.NaN), ...dummies];
  });
}

function change(values: Float64Array, days: number): Float64Array {
  return values.map((value, day) => value - (values[day - days] ?? Number.NaN));
}

function minus(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, day) => value - (right[day] ?? Number.NaN));
}

function clipped(values: Float64Array, limit: number): Float64Array {
  return values.map((value) => Math.min(limit, Math.max(-limit, value)));
}

function logSigma(returns: Float64Array, days: number, least: number): Float64Array {
  return returns.map((_, day) => Math.log(LEAST_SIGMA + trailing(returns, { day, days, least, of: deviation })));
}

function means(values: Float64Array, days: number, least: number): Float64Array {
  return values.map((_, day) => trailing(values, { day, days, least, of: finiteMean }));
}

/** A statistic of the finite values of the last days; NaN where there are too few. */
function trailing(
  values: Float64Array,
  {
    day,
    days,
    least,
    of,
  }: {
    readonly day: number;
    readonly days: number;
    readonly least: number;
    readonly of: (found: readonly number[]) => number;
  },
): number {
  const found = [...values.subarray(Math.max(0, day - days + 1), day + 1)].filter(Number.isFinite);
  return found.length < least ? Number.NaN : of(found);
}

function finiteMean(values: readonly number[]): number {
  const found = values.filter(Number.isFinite);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

function deviation(values: readonly number[]): number {
  const centre = finiteMean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
