/** Ten perpetuals of the 4-hour panel, in equal shares: their correlation matrix, and the tail of a step. */
import { choleskyFactor, correlationMatrix } from "../../../oracle/math/linear-algebra.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import type { MarketPanel } from "../../../oracle/models/contagion/market-panel.ts";
import { type CorrelationPath, forecastMatrices } from "../../../oracle/models/var-quantile/dynamic-correlation.ts";
import { blendedDeviations } from "../../../oracle/models/var-quantile/garch-tail.ts";
import { barPanelFiles, readBarPanel } from "../../data/bar-panel.ts";
import { type PortfolioTails, portfolioTails } from "./portfolio-tails.ts";

/** Scores of the ten. */
export interface TenAssetScores extends Pick<PortfolioTails, "tails"> {
  readonly assets: readonly string[];
  readonly steps: number;
  /**
   * Quasi-likelihood of a step's residuals under each matrix, `ln det R + zᵀR⁻¹z`, mean over steps: lower is better. The constant
   * matrix is that of all steps before; `none` has no correlation at all.
   */
  readonly likelihood: Readonly<Record<"dynamic" | "constant" | "none", number>>;
  /** Root mean squared error of the correlation of all pairs over the coming week. */
  readonly correlationRmse: Readonly<Record<"dynamic" | "constant" | "lastWeek", number>>;
}

const ASSETS = 10;
const PERCENT = 100;
const WEEK_STEPS = 42;

/**
 * Scores from `fromSec` on. The ten are the first in the order of the alphabet that have every bar of the span: no knowledge of what they did
 * chose them.
 *
 * @returns `null` where no panel lies below the paths, or it is too short for a forecast of every rule.
 */
export function evaluateTenAssets(paths: readonly string[], fromSec: number | null): TenAssetScores | null {
  if (barPanelFiles(paths).length === 0) return null;
  const panel = readBarPanel(paths);
  const chosen = wholeAssets(panel).slice(0, ASSETS);
  if (chosen.length < ASSETS) return null;
  const returns = chosen.map((asset) => logReturns(panel, asset));
  const deviations = returns.map(blendedDeviations);
  const residuals = returns.map((column, asset) =>
    column.map((value, step) => value / (deviations[asset]?.[step] ?? Number.NaN)),
  );
  const dynamic = forecastMatrices(residuals);
  const correlation = (left: number, right: number, step: number): number =>
    dynamic[step]?.[left * ASSETS + right] ?? Number.NaN;
  const fromStep = fromSec === null ? 0 : panel.endSec.findIndex((endSec) => endSec > fromSec) - 1;
  const found = portfolioTails({ returns, deviations, correlation }, fromStep);
  if (found === null) return null;
  const { steps, tails } = found;
  const constant = sampleMatrices(residuals);
  return {
    assets: chosen.map((asset) => panel.assets[asset] ?? ""),
    steps: steps.length,
    likelihood: {
      dynamic: likelihoodOf(dynamic, residuals, steps),
      constant: likelihoodOf(constant, residuals, steps),
      none: likelihoodOf(dynamic.map(identity), residuals, steps),
    },
    correlationRmse: weekErrors({ dynamic, constant }, residuals, steps),
    tails,
  };
}

/** Assets with a close at every bar, in the order of the panel. */
function wholeAssets({ assets, close, endSec }: MarketPanel): readonly number[] {
  const isWhole = (asset: number): boolean =>
    endSec.every((_, row) => Number.isFinite(close[row * assets.length + asset]));
  return [...assets.keys()].filter(isWhole);
}

/** Log returns from bar to bar, percent. `[rows − 1]` */
function logReturns({ assets, close, endSec }: MarketPanel, asset: number): Float64Array {
  const at = (row: number): number => close[row * assets.length + asset] ?? Number.NaN;
  return Float64Array.from({ length: endSec.length - 1 }, (_, row) => PERCENT * Math.log(at(row + 1) / at(row)));
}

/** Correlation matrix about zero of all residuals before each step. */
function sampleMatrices(residuals: readonly Float64Array[]): CorrelationPath {
  const sums = new Float64Array(ASSETS * ASSETS);
  let seen = 0;
  return Array.from(residuals[0] ?? [], (_, step) => {
    const before = seen < ASSETS ? null : correlationMatrix(sums, ASSETS);
    const row = residuals.map((column) => column[step] ?? Number.NaN);
    if (!row.every(Number.isFinite)) return before;
    seen += 1;
    addProducts(sums, row);
    return before;
  });
}

function addProducts(sums: Float64Array, row: readonly number[]): void {
  row.forEach((left, first) => {
    row.forEach((right, second) => {
      sums[first * ASSETS + second] = (sums[first * ASSETS + second] ?? 0) + left * right;
    });
  });
}

function identity(): Float64Array {
  return Float64Array.from({ length: ASSETS * ASSETS }, (_, place) => Number(place % (ASSETS + 1) === 0));
}

function likelihoodOf(path: CorrelationPath, residuals: readonly Float64Array[], steps: readonly number[]): number {
  return mean(
    steps.map((step) => {
      const factor = choleskyFactor(path[step] ?? new Float64Array(ASSETS * ASSETS));
      if (factor === null) return Number.NaN;
      let total = 0;
      const solved = new Float64Array(ASSETS);
      for (let row = 0; row < ASSETS; row += 1) {
        let rest = residuals[row]?.[step] ?? Number.NaN;
        for (let column = 0; column < row; column += 1)
          rest -= (factor[row * ASSETS + column] ?? 0) * (solved[column] ?? 0);
        const diagonal = factor[row * ASSETS + row] ?? Number.NaN;
        solved[row] = rest / diagonal;
        total += 2 * Math.log(diagonal) + (solved[row] ?? 0) ** 2;
      }
      return total;
    }),
  );
}

function weekErrors(
  { dynamic, constant }: { readonly dynamic: CorrelationPath; readonly constant: CorrelationPath },
  residuals: readonly Float64Array[],
  steps: readonly number[],
): TenAssetScores["correlationRmse"] {
  const weekFrom = (first: number): Float64Array => {
    const sums = new Float64Array(ASSETS * ASSETS);
    for (let step = first; step < first + WEEK_STEPS; step += 1)
      addProducts(
        sums,
        residuals.map((column) => column[step] ?? Number.NaN),
      );
    return correlationMatrix(sums, ASSETS);
  };
  const last = (residuals[0]?.length ?? 0) - WEEK_STEPS;
  const judged = steps.filter((step, place) => place % WEEK_STEPS === 0 && step <= last);
  const error = (forecastAt: (step: number) => Float64Array | null): number =>
    Math.sqrt(mean(judged.flatMap((step) => squaredGaps(forecastAt(step), weekFrom(step)))));
  return {
    dynamic: error((step) => dynamic[step] ?? null),
    constant: error((step) => constant[step] ?? null),
    lastWeek: error((step) => weekFrom(step - WEEK_STEPS)),
  };
}

/** Of every pair once. */
function squaredGaps(forecast: Float64Array | null, realised: Float64Array): readonly number[] {
  return Array.from(realised, (value, place) => ({ gap: value - (forecast?.[place] ?? Number.NaN), place }))
    .filter(({ place }) => place % ASSETS > Math.floor(place / ASSETS))
    .map(({ gap }) => gap ** 2);
}
