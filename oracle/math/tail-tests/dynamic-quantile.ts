/** Can violations be foreseen from earlier ones and from the forecast itself? Engle and Manganelli 2004. */
import { chiSquareTail } from "../chi-square.ts";
import { choleskyFactor, choleskySolve, dotProduct } from "../linear-algebra.ts";
import type { TestResult } from "./coverage-tests.ts";
import { type QuantileForecast, requireForecast, violationsOf } from "./tail-forecast.ts";

/** Lagged violations among the regressors, as in the paper. */
export const DQ_LAGS = 4;

/**
 * Out-of-sample dynamic quantile test: hit = 1{violation} − level is regressed on a constant, its {@link DQ_LAGS} lags and the
 * quantile forecast; `hitᵀX (XᵀX)⁻¹ Xᵀhit / (level (1 − level))` is χ²(lags + 2) when nothing explains it.
 *
 * The quantile is divided by its root mean square, which leaves the statistic alone and keeps the matrix well conditioned.
 * A constant forecast is no regressor beside the constant: it is left out, with one degree of freedom less.
 *
 * @returns NaN for both when there are too few steps or no violation at all among the lags (the matrix is singular).
 * @throws RangeError for a forecast that can not be tested, see `forecastFault`.
 */
export function dynamicQuantileTest(forecast: QuantileForecast): TestResult {
  requireForecast(forecast);
  const { level } = forecast;
  const hits = Float64Array.from(violationsOf(forecast), (hit) => hit - level);
  const rows = hits.length - DQ_LAGS;
  const columns = regressors(forecast.quantiles, hits);
  const none = { statistic: Number.NaN, pValue: Number.NaN };
  if (rows <= columns.length) return none;
  const answers = hits.subarray(DQ_LAGS);
  const moments = Float64Array.from(columns.flatMap((left) => columns.map((right) => dotProduct(left, right))));
  const factor = choleskyFactor(moments);
  if (factor === null) return none;
  const products = Float64Array.from(columns, (column) => dotProduct(column, answers));
  const statistic = dotProduct(products, choleskySolve(factor, products)) / (level * (1 - level));
  return { statistic, pValue: chiSquareTail(statistic, columns.length) };
}

function regressors(quantiles: Float64Array, hits: Float64Array): readonly Float64Array[] {
  const rows = Math.max(0, hits.length - DQ_LAGS);
  const constant = new Float64Array(rows).fill(1);
  const lags = Array.from({ length: DQ_LAGS }, (_, lag) => hits.subarray(DQ_LAGS - 1 - lag, DQ_LAGS - 1 - lag + rows));
  const used = quantiles.subarray(DQ_LAGS);
  const scale = Math.sqrt(dotProduct(used, used) / Math.max(1, rows));
  const isConstant = used.every((value) => Math.abs(value - (used[0] ?? 0)) <= CONSTANT_TOLERANCE * scale);
  return isConstant ? [constant, ...lags] : [constant, ...lags, used.map((value) => value / scale)];
}

const CONSTANT_TOLERANCE = 1e-9;
