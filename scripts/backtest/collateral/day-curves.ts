/** Breaches and excess margins by day over a grid of knobs: what curves, intervals and growing windows are read from. */
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { isBreach } from "./margin-figures.ts";
import { type CellWindow, type PolicyName, policyMargin } from "./policies.ts";

/** Sums of one policy in one cell. */
export interface DayCurve {
  /** Ascending. `[knob]` */
  readonly knobs: Float64Array;
  /** Days since the epoch on which pairs begin, ascending. `[day]` */
  readonly days: readonly number[];
  /** `[day]` */
  readonly pairs: Float64Array;
  /** `[day][knob]` */
  readonly breaches: readonly Float64Array[];
  /** Sums of margin less value. `[day][knob]` */
  readonly excess: readonly Float64Array[];
}

/** A point of the efficiency curve. */
export interface CurvePoint {
  readonly breach: number;
  /** Mean margin less value. */
  readonly excess: number;
}

const GRID = 17;
/** Every third pair: those of one snapshot move together. */
const STRIDE = 3;
/** The grid reaches from the knob at 1 % breaches over this factor to its product with it. */
const REACH = 2.5;

/** Sums a policy by day. @param knob the policy's knob at 1 % breaches, the middle of the grid. */
export function dayCurve(cell: CellWindow, name: PolicyName, knob: number): DayCurve {
  const knobs = Float64Array.from({ length: GRID }, (_, place) => knob * REACH ** ((2 * place) / (GRID - 1) - 1));
  const margin = policyMargin(cell, name);
  const days = [...new Set(cell.pairs.map(dayOf))].sort((left, right) => left - right);
  const places = new Map(days.map((day, place) => [day, place]));
  const empty = (): readonly Float64Array[] => days.map(() => new Float64Array(GRID));
  const curve: DayCurve = { knobs, days, pairs: new Float64Array(days.length), breaches: empty(), excess: empty() };
  cell.pairs.forEach((pair, place) => {
    if (place % STRIDE !== 0) return;
    const day = places.get(dayOf(pair)) ?? 0;
    curve.pairs[day] = (curve.pairs[day] ?? 0) + 1;
    const [breaches, excess] = [curve.breaches[day], curve.excess[day]];
    if (breaches === undefined || excess === undefined) return;
    knobs.forEach((value, index) => {
      const held = margin(place, value);
      breaches[index] = (breaches[index] ?? 0) + Number(isBreach(pair.laterValue, held));
      excess[index] = (excess[index] ?? 0) + held - pair.value;
    });
  });
  return curve;
}

/** Day of a pair's beginning, since the epoch. */
export function dayOf({ snapshot }: CellWindow["pairs"][number]): number {
  return Math.floor(snapshot.atSec / SECONDS_PER_DAY);
}

/** The efficiency curve over the given days, which may repeat. `[knob]` */
export function curvePoints(curve: DayCurve, days: Iterable<number>): readonly CurvePoint[] {
  const [breaches, excess] = [new Float64Array(GRID), new Float64Array(GRID)];
  let pairs = 0;
  for (const day of days) {
    pairs += curve.pairs[day] ?? 0;
    for (let knob = 0; knob < GRID; knob += 1) {
      breaches[knob] = (breaches[knob] ?? 0) + (curve.breaches[day]?.[knob] ?? 0);
      excess[knob] = (excess[knob] ?? 0) + (curve.excess[day]?.[knob] ?? 0);
    }
  }
  return Array.from(breaches, (count, knob) => ({ breach: count / pairs, excess: (excess[knob] ?? 0) / pairs }));
}

/** Mean excess at a breach rate, linear between the points; NaN where the grid does not reach the rate. */
export function excessAt(points: readonly CurvePoint[], rate: number): number {
  const next = points.findIndex(({ breach }) => breach <= rate);
  const [before, after] = [points[next - 1], points[next]];
  if (before === undefined || after === undefined) return Number.NaN;
  const share = (before.breach - rate) / (before.breach - after.breach);
  return before.excess + share * (after.excess - before.excess);
}
