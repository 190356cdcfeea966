/** The JSON object of the collateral backtest. */
import { BASELINE_NAMES } from "./baselines.ts";
import { worstDay } from "./breach-groups.ts";
import type { CellResult } from "./measure-cell.ts";
import type { CollateralSummary } from "./summarise.ts";

/** Savings over the baselines: one minus the ratio of mean excess margins over the cells. */
export interface Savings {
  /** Against the lowest baseline of each cell. */
  readonly vsBest: number;
  readonly vsExchange: number;
  readonly vsStatic: number;
}

/** The object of `--json`. */
export function collateralJson({ cells, interval, growing }: CollateralSummary): Readonly<Record<string, unknown>> {
  const entries = cells.map(({ result: { cell, valueMean, stated, scaled }, formulas, calibration, product }) => {
    const baselines = BASELINE_NAMES.map((name) => [name, atStatedRate(scaled[name].figures)]);
    return [
      cell.name,
      {
        n: cell.pairs.length,
        valueMean,
        breach: stated.breach,
        excess: stated.excess,
        shortfallMean: stated.shortfallMean,
        ...atStatedRate(scaled.plimsoll.figures),
        knob: scaled.plimsoll.knob,
        baselines: Object.fromEntries(baselines),
        worstDay: worstDay(cell.pairs, scaled.plimsoll.margins),
        formulas,
        calibration,
        product,
      },
    ];
  });
  const mean = { ...savings(cells.map(({ result }) => result)), vsBestInterval: interval };
  return { cells: Object.fromEntries(entries), mean, growing };
}

/** Savings over all cells. */
export function savings(results: readonly CellResult[]): Savings {
  const total = (of: (result: CellResult) => number): number => results.reduce((sum, result) => sum + of(result), 0);
  const ours = total(({ scaled }) => scaled.plimsoll.figures.excess);
  return {
    vsBest: 1 - ours / total(bestExcess),
    vsExchange: 1 - ours / total(({ scaled }) => scaled.exchange.figures.excess),
    vsStatic: 1 - ours / total(({ scaled }) => scaled.static.figures.excess),
  };
}

/** Lowest excess margin of a cell's baselines. */
export function bestExcess({ scaled }: CellResult): number {
  return Math.min(...BASELINE_NAMES.map((name) => scaled[name].figures.excess));
}

function atStatedRate({ excess, shortfallMean }: CellResult["scaled"]["plimsoll"]["figures"]): {
  readonly excessAt1pct: number;
  readonly shortfallMeanAt1pct: number;
} {
  return { excessAt1pct: excess, shortfallMeanAt1pct: shortfallMean };
}
