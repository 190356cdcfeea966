/** Constants of the gap forecast, each with its source. */

/** How strongly each signal moves the gap: exponents of ratios, slopes of scores (see `gapShape`). */
export interface GapExponents {
  /** Size of the hourly moves of the last day, week and month. */
  readonly recent: number;
  /** Size of the last six hours against that. */
  readonly short: number;
  /** Size of the last 90 days. */
  readonly long: number;
  /** Size of the coming hours of the week. */
  readonly week: number;
  /** Move of the last day, against the writer's direction. */
  readonly dayTrend: number;
  /** Absolute move of the last week. */
  readonly weekTrend: number;
  /** Distance from the week's far end. */
  readonly distance: number;
  /** Implied volatility against the recent size. */
  readonly implied: number;
}

/**
 * Chosen on bars before 2024 (docs/models/log.md, "The gap"). The exponent of the recent size is well below 1: with jumps whose
 * tail has index α the cheapest gap at a given breach rate grows with the power α/(α + 1) of the scale of jumps, and that
 * scale itself moves less than volatility.
 */
export const GAP_EXPONENTS: GapExponents = {
  recent: 0.5,
  short: 0.08,
  long: 0.1,
  week: 1.35,
  dayTrend: 0.05,
  weekTrend: 0.05,
  distance: 0.05,
  implied: 0.1,
};

/** Share of moments at which the move may exceed the gap. */
export const GAP_BREACH = 0.01;
/** Hours between the moments that the level is learned from and that are judged (design/models.md §2b). */
export const MOMENT_ROWS = 3;
