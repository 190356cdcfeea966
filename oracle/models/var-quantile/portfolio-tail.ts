/** Lower tail of a portfolio: joint filtered bootstrap, rotated from the correlation that was to the one that is forecast. */
import { choleskyFactor, correlationMatrix } from "../../math/linear-algebra.ts";
import { empiricalTail } from "./empirical-tail.ts";
import { MIN_HISTORY, type TailPath, tailPath } from "./tail-path.ts";

/** Assets of a portfolio on one grid of days. */
export interface PortfolioAssets {
  /** Returns by asset. `[m][n]` */
  readonly returns: readonly Float64Array[];
  /** Forecast standard deviations, known before their day; NaN where there is none. `[m][n]` */
  readonly deviations: readonly Float64Array[];
  /** Share of each asset's value, any sign. `[m]` */
  readonly weights: readonly number[];
  /** Forecast correlation of two assets on a day. */
  readonly correlation: (left: number, right: number, day: number) => number;
}

/** Residuals of a day by asset are drawn together, so that crashes stay joint. */
interface Residuals {
  /** `[day][m]` */
  readonly rows: readonly Float64Array[];
  readonly days: readonly number[];
}

/**
 * Tail of the portfolio's return. Residuals r/σ of all earlier days are whitened by their own sample correlation and coloured
 * by the forecast one (Barone-Adesi, Giannopoulos and Vosper 1999 with the rotation of Duffie and Pan 1997); where a
 * forecast matrix is not positive definite, as pairwise forecasts may be, the residuals stay as they were.
 */
export function portfolioTail(assets: PortfolioAssets, levels: readonly number[]): TailPath {
  const residuals = residualsOf(assets);
  const steps = assets.returns[0]?.length ?? 0;
  let sortedFor = Number.NaN;
  let sorted: Float64Array = new Float64Array();
  return tailPath(steps, levels, (step, level) => {
    if (step !== sortedFor) [sorted, sortedFor] = [scenariosAt(assets, residuals, step), step];
    return sorted.length === 0 ? { quantile: Number.NaN, shortfall: Number.NaN } : empiricalTail(sorted, level);
  });
}

function residualsOf({ returns, deviations }: PortfolioAssets): Residuals {
  const steps = returns[0]?.length ?? 0;
  const all = Array.from({ length: steps }, (_, day) =>
    Float64Array.from(
      returns,
      (column, asset) => (column[day] ?? Number.NaN) / (deviations[asset]?.[day] ?? Number.NaN),
    ),
  );
  const days = all.flatMap((row, day) => (row.every(Number.isFinite) ? [day] : []));
  return { rows: days.map((day) => all[day] ?? new Float64Array()), days };
}

/** Portfolio returns of a step over all residuals before it, ascending; empty where history is short. */
function scenariosAt(assets: PortfolioAssets, residuals: Residuals, step: number): Float64Array {
  const later = residuals.days.findIndex((day) => day >= step);
  const known = later < 0 ? residuals.rows : residuals.rows.slice(0, later);
  const scale = assets.deviations.map((column, asset) => (column[step] ?? Number.NaN) * (assets.weights[asset] ?? 0));
  if (known.length < MIN_HISTORY / 3 || !scale.every(Number.isFinite)) return new Float64Array();
  const weights = rotatedWeights(assets, known, { scale, step });
  return Float64Array.from(known, (row) =>
    row.reduce((sum, value, asset) => sum + value * (weights[asset] ?? 0), 0),
  ).sort();
}

/** w with wᵀz = scaleᵀ L L₀⁻¹ z: colouring by L after whitening by L₀, put on the weights once instead of on every row. */
function rotatedWeights(
  { correlation, weights }: PortfolioAssets,
  known: readonly Float64Array[],
  { scale, step }: { readonly scale: readonly number[]; readonly step: number },
): Float64Array {
  const size = weights.length;
  const own = choleskyFactor(sampleCorrelation(known, size));
  const forecast = Float64Array.from({ length: size * size }, (_, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    return row === column ? 1 : correlation(row, column, step);
  });
  const wanted = choleskyFactor(forecast);
  if (own === null || wanted === null) return Float64Array.from(scale);
  const coloured = new Float64Array(size);
  for (let column = 0; column < size; column += 1)
    for (let row = column; row < size; row += 1)
      coloured[column] = (coloured[column] ?? 0) + (scale[row] ?? 0) * (wanted[row * size + column] ?? 0);
  return solveTransposed(own, coloured);
}

/** x with Lᵀ x = b for a lower factor L. */
function solveTransposed(factor: Float64Array, rightSide: Float64Array): Float64Array {
  const size = rightSide.length;
  const solution = Float64Array.from(rightSide);
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = solution[row] ?? 0;
    for (let below = row + 1; below < size; below += 1)
      rest -= (factor[below * size + row] ?? 0) * (solution[below] ?? 0);
    solution[row] = rest / (factor[row * size + row] ?? Number.NaN);
  }
  return solution;
}

/** About zero, as the residuals of the model are. */
function sampleCorrelation(rows: readonly Float64Array[], size: number): Float64Array {
  const sums = new Float64Array(size * size);
  for (const row of rows)
    for (let left = 0; left < size; left += 1)
      for (let right = 0; right < size; right += 1)
        sums[left * size + right] = (sums[left * size + right] ?? 0) + (row[left] ?? 0) * (row[right] ?? 0);
  return correlationMatrix(sums, size);
}
