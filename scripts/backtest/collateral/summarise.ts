/** Everything the collateral backtest reports, from the cells' windows. */

import { dayCurve } from "./day-curves.ts";
import { knobAtBreachRate } from "./knob-search.ts";
import { isBreach, type MarginFigures, marginFigures } from "./margin-figures.ts";
import { type CellResult, measureCell, STATED_BREACH } from "./measure-cell.ts";
import { plimsollMargins } from "./plimsoll-margins.ts";
import type { CellWindow } from "./policies.ts";
import { productMargins } from "./product-margins.ts";
import { PUBLISHED_FORMULAS } from "./published-formulas.ts";
import { type CellCurves, growingSavings, savingsInterval, type WindowSavings } from "./savings-interval.ts";

/** A published formula in one cell. */
export interface FormulaFigures {
  readonly name: string;
  /** With the published numbers. */
  readonly published: MarginFigures;
  /** With its knob at 1 % breaches. */
  readonly scaled: MarginFigures;
}

/** Realised breaches at one stated confidence. */
export interface CalibrationPoint {
  /** Stated breach rate. */
  readonly stated: number;
  readonly realised: number;
}

/** Product mode on a part of the pairs, with endpoint mode on the same. */
export interface ProductFigures {
  readonly pairs: number;
  readonly product: MarginFigures;
  readonly endpoint: MarginFigures;
}

/** One cell with everything that is reported of it. */
export interface CellSummary {
  readonly result: CellResult;
  readonly curves: CellCurves;
  readonly formulas: readonly FormulaFigures[];
  readonly calibration: readonly CalibrationPoint[];
  /** As the node signs; not judged by the stated rate. */
  readonly product: ProductFigures;
}

/** All cells. */
export interface CollateralSummary {
  readonly cells: readonly CellSummary[];
  /** 95 % interval of the savings against the best baseline of each cell. */
  readonly interval: readonly [number, number];
  readonly growing: readonly WindowSavings[];
}

const CONFIDENCES = [0.9, 0.95, 0.975, 0.99, 0.995];
/** Calibration reads every fourth pair. */
const CALIBRATION_STRIDE = 4;
/** Product mode revalues hundreds of paths at every hour: it reads every 64th pair. */
const PRODUCT_STRIDE = 64;

/** Measures all cells. */
export function summarise(windows: readonly CellWindow[]): CollateralSummary {
  const cells = windows.map(summariseCell);
  const curves = cells.map((cell) => cell.curves);
  return { cells, interval: savingsInterval(curves), growing: growingSavings(curves) };
}

function summariseCell(cell: CellWindow): CellSummary {
  const result = measureCell(cell);
  const of = (name: keyof CellCurves["curves"]) => dayCurve(cell, name, result.scaled[name].knob);
  return {
    result,
    curves: {
      name: cell.name,
      curves: {
        plimsoll: of("plimsoll"),
        static: of("static"),
        pctSpot: of("pctSpot"),
        exchange: of("exchange"),
        ewmaGap: of("ewmaGap"),
        impliedGap: of("impliedGap"),
      },
    },
    formulas: formulaFigures(cell),
    calibration: calibrationOf(cell),
    product: productOf(cell),
  };
}

function formulaFigures({ pairs }: CellWindow): readonly FormulaFigures[] {
  return PUBLISHED_FORMULAS.map(({ name, rule }) => {
    const isBreached = (place: number, knob: number): boolean => {
      const pair = pairs[place];
      return pair !== undefined && isBreach(pair.laterValue, rule(pair, knob));
    };
    const knob = knobAtBreachRate({ count: pairs.length, isBreached }, STATED_BREACH);
    const at = (value: number): MarginFigures =>
      marginFigures(
        Float64Array.from(pairs, (pair) => rule(pair, value)),
        pairs,
      );
    return { name, published: at(1), scaled: at(knob) };
  });
}

function calibrationOf({ snapshots, pairs }: CellWindow): readonly CalibrationPoint[] {
  const some = pairs.filter((_, place) => place % CALIBRATION_STRIDE === 0);
  return CONFIDENCES.map((confidence) => ({
    stated: 1 - confidence,
    realised: marginFigures(plimsollMargins(snapshots, some, confidence), some).breach,
  }));
}

function productOf({ snapshots, pairs }: CellWindow): ProductFigures {
  const some = pairs.filter((_, place) => place % PRODUCT_STRIDE === 0);
  return {
    pairs: some.length,
    product: marginFigures(productMargins(snapshots, some), some),
    endpoint: marginFigures(plimsollMargins(snapshots, some), some),
  };
}
