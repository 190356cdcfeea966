/** How good forecasts of the lower tail were over a window: losses and tests by level. */

import { PlimsollError } from "../../domain/errors.ts";
import { mean } from "../../math/statistics.ts";
import { coverageTests } from "../../math/tail-tests/coverage-tests.ts";
import { dynamicQuantileTest } from "../../math/tail-tests/dynamic-quantile.ts";
import { shortfallTest } from "../../math/tail-tests/shortfall-test.ts";
import { forecastFault, type TailForecast } from "../../math/tail-tests/tail-forecast.ts";
import { fz0Losses, pinballLosses } from "../../math/tail-tests/tail-losses.ts";
import type { TailPath } from "../../models/var-quantile/tail-path.ts";

/** Scores of one level. */
export interface TailScore {
  readonly level: number;
  readonly violations: number;
  readonly expected: number;
  readonly kupiecP: number;
  readonly conditionalCoverageP: number;
  readonly dynamicQuantileP: number;
  /** Mean losses; pinball in units of the returns. */
  readonly pinball: number;
  readonly fz0: number;
  /** Acerbi-Szekely Z2. */
  readonly z2: number;
}

/**
 * Scores at the given steps, by level.
 *
 * @throws PlimsollError `EVALUATE_TAIL_UNUSABLE` for a tail that has no score: one that is not below zero, as in a series that
 * hardly falls, or that is missing at a step.
 */
export function tailScores(
  path: TailPath,
  returns: Float64Array,
  { levels, steps }: { readonly levels: readonly number[]; readonly steps: readonly number[] },
): readonly TailScore[] {
  return levels.map((level, place) => {
    const forecast = forecastAt(path, returns, { level, place, steps });
    const fault = forecastFault(forecast);
    if (fault !== undefined) throw unusable(level, fault);
    const coverage = coverageTests(forecast);
    return {
      level,
      violations: coverage.violations,
      expected: coverage.expected,
      kupiecP: coverage.unconditional.pValue,
      conditionalCoverageP: coverage.conditional.pValue,
      dynamicQuantileP: dynamicQuantileTest(forecast).pValue,
      pinball: mean(pinballLosses(forecast)),
      fz0: mean(fz0Losses(forecast)),
      z2: shortfallTest(forecast).sizeAndCount,
    };
  });
}

/** The forecast of one level at the given steps. */
export function forecastAt(
  { quantiles, shortfalls }: TailPath,
  returns: Float64Array,
  { level, place, steps }: { readonly level: number; readonly place: number; readonly steps: readonly number[] },
): TailForecast {
  const at = (column: Float64Array | undefined): Float64Array =>
    Float64Array.from(steps, (step) => column?.[step] ?? Number.NaN);
  return { level, returns: at(returns), quantiles: at(quantiles[place]), shortfalls: at(shortfalls[place]) };
}

/** Steps from `fromStep` on at which every path has a forecast of every level. */
export function commonSteps(paths: readonly TailPath[], fromStep: number): readonly number[] {
  const columns = paths.flatMap(({ quantiles, shortfalls }) => [...quantiles, ...shortfalls]);
  const count = columns[0]?.length ?? 0;
  return Array.from({ length: Math.max(0, count - fromStep) }, (_, index) => fromStep + index).filter((step) =>
    columns.every((column) => Number.isFinite(column[step])),
  );
}

function unusable(level: number, fault: string): PlimsollError<"EVALUATE_TAIL_UNUSABLE"> {
  return new PlimsollError({
    code: "EVALUATE_TAIL_UNUSABLE",
    problem: `A forecast of the ${level} tail can not be scored: ${fault}.`,
    remedy: "Give a series with falls, or another --from: shortfalls must be negative and at most their quantile.",
    context: { level, fault },
  });
}
