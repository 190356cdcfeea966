/** Scores of factor forecasts against the random walk, factor by factor. */
import { mean } from "../../../oracle/math/statistics.ts";
import type { FactorForecast } from "../../../oracle/models/surface/factor-forecast.ts";
import { FACTOR_NAMES } from "../../../oracle/models/surface/surface-factors.ts";
import { dieboldMariano } from "../../../oracle/training/evaluate/newey-west.ts";

/** One factor of one asset at one horizon. */
export interface FactorScore {
  readonly asset: string;
  readonly days: number;
  readonly factor: string;
  readonly forecasts: number;
  /** Root mean squared errors, volatility as a decimal a year. */
  readonly rmse: number;
  readonly randomWalk: number;
  readonly ratio: number;
  /** Two-sided p of equal accuracy (Diebold and Mariano, lags of one horizon). */
  readonly pValue: number;
  /** Mean of the gate. */
  readonly gate: number;
}

/** What is scored. */
export interface ScoredForecasts {
  readonly asset: string;
  readonly days: number;
  /** Ascending in time; the random walk needs the factors of the same times. */
  readonly forecasts: readonly FactorForecast[];
  /** Factors when each forecast was made. `[n][k]` */
  readonly now: readonly Float64Array[];
}

/** Snapshots come about four times a day. */
const SNAPSHOTS_PER_DAY = 4;

/** Scores of every factor over the forecasts that have come true; none without any. */
export function factorScores({ asset, days, forecasts, now }: ScoredForecasts): readonly FactorScore[] {
  const known = forecasts.flatMap(({ realised, expected, gate }, place) =>
    realised === null ? [] : [{ realised, expected, gate, now: now[place] ?? new Float64Array() }],
  );
  if (known.length === 0) return [];
  return FACTOR_NAMES.map((factor, index) => {
    const squared = (field: "expected" | "now"): Float64Array =>
      Float64Array.from(known, (row) => ((row[field][index] ?? Number.NaN) - (row.realised[index] ?? Number.NaN)) ** 2);
    const losses = squared("expected");
    const naive = squared("now");
    return {
      asset,
      days,
      factor,
      forecasts: known.length,
      rmse: Math.sqrt(mean(losses)),
      randomWalk: Math.sqrt(mean(naive)),
      ratio: Math.sqrt(mean(losses) / mean(naive)),
      pValue: dieboldMariano([losses, naive], days * SNAPSHOTS_PER_DAY).pValue,
      gate: mean(known.map(({ gate }) => gate[index] ?? Number.NaN)),
    };
  });
}
