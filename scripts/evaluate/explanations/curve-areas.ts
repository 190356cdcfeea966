/** How fast a score moves when groups of inputs are put in, or taken out, in a stated order: insertion and deletion curves. */

import type { ExplainedNumbers } from "../../../oracle/domain/explanation.ts";
import type { CoalitionTable } from "../../../oracle/scoring/explanation/coalition-values.ts";

/** Areas under the two curves of one order. */
export interface CurveAreas {
  /** Mean distance to the position's value while groups are put in; small when the first ones matter most. */
  readonly insertion: number;
  /** Mean distance from the position's value while groups are taken out; large when the first ones matter most. */
  readonly deletion: number;
}

/**
 * Areas under insertion and deletion curves (Petsiuk, Das and Saenko, "RISE", 2018), by the exact values of all coalitions.
 *
 * @param table values of all coalitions of the groups.
 * @param order places of the groups, the first to be moved first.
 * @returns in the unit of the number.
 */
export function curveAreas(table: CoalitionTable, order: readonly number[], name: keyof ExplainedNumbers): CurveAreas {
  const value = (coalition: number): number => table[coalition]?.[name] ?? Number.NaN;
  const full = table.length - 1;
  let [inside, insertion, deletion] = [0, 0, 0];
  for (const place of order.slice(0, -1)) {
    inside |= 1 << place;
    insertion += Math.abs(value(full) - value(inside));
    deletion += Math.abs(value(full) - value(full & ~inside));
  }
  const points = Math.max(1, order.length - 1);
  return { insertion: insertion / points, deletion: deletion / points };
}

/** Mean areas over orders. */
export function meanAreas(areas: readonly CurveAreas[]): CurveAreas {
  const mean = (pick: (one: CurveAreas) => number): number =>
    areas.reduce((sum, one) => sum + pick(one), 0) / areas.length;
  return { insertion: mean(({ insertion }) => insertion), deletion: mean(({ deletion }) => deletion) };
}
