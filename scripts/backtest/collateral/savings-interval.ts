/** How sure the savings are: block bootstrap by day, and the same comparison on growing windows. */
import { createRng } from "../../../oracle/math/rng.ts";
import { blockBootstrap } from "../../../oracle/training/evaluate/block-bootstrap.ts";
import { BASELINE_NAMES } from "./baselines.ts";
import { curvePoints, type DayCurve, excessAt } from "./day-curves.ts";
import { STATED_BREACH } from "./measure-cell.ts";
import type { PolicyName } from "./policies.ts";

/** Curves of all policies in one cell. */
export interface CellCurves {
  readonly name: string;
  readonly curves: Readonly<Record<PolicyName, DayCurve>>;
}

/** Savings on a part of the window. */
export interface WindowSavings {
  /** Last day, since the epoch. */
  readonly untilDay: number;
  readonly vsBest: number;
}

/** Breaches of neighbouring days belong together: a crash is seen by pairs of two days, and by the volatility of a week. */
const BLOCK_DAYS = 5;
const DRAWS = 400;
const LEVEL = 0.95;
/** Shorter windows have hardly a violent day. */
const FIRST_WINDOW_DAYS = 45;
const WINDOW_STEP_DAYS = 15;

/**
 * 95 % interval of the savings against the best baseline of each cell. Every draw of days calibrates all policies anew, and
 * takes the best baseline of the draw, as the figure itself does.
 */
export function savingsInterval(cells: readonly CellCurves[]): readonly [number, number] {
  const rng = createRng("collateral-bootstrap");
  const days = allDays(cells);
  const places = cells.map((cell) => placesOf(cell));
  const statistic = (steps: Int32Array): number =>
    savingsOn(cells, (cell) => Array.from(steps, (step) => places[cell]?.get(days[step] ?? 0) ?? -1));
  return blockBootstrap(days.length, statistic, { blockSteps: BLOCK_DAYS, draws: DRAWS, level: LEVEL, rng });
}

/** Savings from the first day to every fifteenth. */
export function growingSavings(cells: readonly CellCurves[]): readonly WindowSavings[] {
  const days = allDays(cells);
  const places = cells.map((cell) => placesOf(cell));
  const ends = days.filter(
    (_, place) => place >= FIRST_WINDOW_DAYS && (place - FIRST_WINDOW_DAYS) % WINDOW_STEP_DAYS === 0,
  );
  return ends.map((untilDay) => {
    const used = days.filter((day) => day <= untilDay);
    const vsBest = savingsOn(cells, (cell) => used.map((day) => places[cell]?.get(day) ?? -1));
    return { untilDay, vsBest };
  });
}

function savingsOn(cells: readonly CellCurves[], daysOf: (cell: number) => readonly number[]): number {
  let [ours, theirs] = [0, 0];
  cells.forEach(({ curves }, cell) => {
    const days = daysOf(cell).filter((day) => day >= 0);
    const at = (name: PolicyName): number => excessAt(curvePoints(curves[name], days), STATED_BREACH);
    ours += at("plimsoll");
    theirs += Math.min(...BASELINE_NAMES.map(at));
  });
  return 1 - ours / theirs;
}

function allDays(cells: readonly CellCurves[]): readonly number[] {
  const days = new Set(cells.flatMap(({ curves }) => curves.plimsoll.days));
  return [...days].sort((left, right) => left - right);
}

function placesOf({ curves }: CellCurves): ReadonlyMap<number, number> {
  return new Map(curves.plimsoll.days.map((day, place) => [day, place]));
}
