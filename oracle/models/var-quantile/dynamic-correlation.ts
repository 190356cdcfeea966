/** Forecast correlation of many assets at once, so that every forecast is a correlation matrix. */
import { correlationMatrix } from "../../math/linear-algebra.ts";
import { MIN_CORRELATION_DAYS } from "./correlation-forecast.ts";

/** Weight of yesterday's average in today's, at two speeds: half-lives of 23 and 138 steps. */
const DECAYS = [0.97, 0.995] as const;
/**
 * Share of the mean correlation of all pairs in every pair's own: averages over few steps exaggerate the differences between pairs
 * (Ledoit and Wolf 2004, constant correlation target).
 */
const SHRINKAGE = 0.1;

/** Matrices by step, row-major `[m·m]`; `null` for the first 60 steps that have all residuals. `[n]` */
export type CorrelationPath = readonly (Float64Array | null)[];

/**
 * Forecasts each step from the steps before it: exponential averages of the residuals' cross products, scaled to a unit diagonal
 * (the integrated case of Engle 2002), mean of two speeds, drawn a tenth to their common mean.
 *
 * @param residuals standardised returns by asset, about zero; a step with a NaN is passed over. `[m][n]`
 */
export function forecastMatrices(residuals: readonly Float64Array[]): CorrelationPath {
  const size = residuals.length;
  const averages = DECAYS.map(() => new Float64Array(size * size));
  let seen = 0;
  return Array.from(residuals[0] ?? [], (_, step) => {
    const forecast =
      seen < MIN_CORRELATION_DAYS ? null : shrunk(meanOf(averages.map((sums) => correlationMatrix(sums, size))), size);
    const row = residuals.map((column) => column[step] ?? Number.NaN);
    if (!row.every(Number.isFinite)) return forecast;
    seen += 1;
    averages.forEach((sums, speed) => {
      // Plain mean until the average is as long as its memory: no start value is remembered.
      update(sums, row, Math.max(1 - (DECAYS[speed] ?? 1), 1 / seen));
    });
    return forecast;
  });
}

function update(sums: Float64Array, row: readonly number[], weight: number): void {
  const size = row.length;
  for (let left = 0; left < size; left += 1)
    for (let right = 0; right < size; right += 1) {
      const place = left * size + right;
      const product = (row[left] ?? 0) * (row[right] ?? 0);
      sums[place] = (1 - weight) * (sums[place] ?? 0) + weight * product;
    }
}

function meanOf(matrices: readonly Float64Array[]): Float64Array {
  const first = matrices[0] ?? new Float64Array();
  return first.map((_, place) => matrices.reduce((sum, matrix) => sum + (matrix[place] ?? 0), 0) / matrices.length);
}

function shrunk(matrix: Float64Array, size: number): Float64Array {
  const total = matrix.reduce((sum, value) => sum + value, 0);
  const common = size === 1 ? 0 : (total - size) / (size * (size - 1));
  const isDiagonal = (place: number): boolean => place % (size + 1) === 0;
  return matrix.map((value, place) => (isDiagonal(place) ? 1 : (1 - SHRINKAGE) * value + SHRINKAGE * common));
}
