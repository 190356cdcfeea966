/** Which positions are shown where: the endangered first, those that ended apart. */
import type { z } from "zod";
import type { PositionListSchema } from "../../api/contract/positions.ts";

/** One position of the list. */
export type Position = z.infer<typeof PositionListSchema>["positions"][number];

/** Positions still at risk, most endangered first, and those whose risk is over, newest expiry first. */
export interface SortedPositions {
  readonly open: readonly Position[];
  readonly ended: readonly Position[];
}

/** Health below which a position can be liquidated. */
export const LIQUIDATION_HEALTH = 1;

type Ranked = Pick<Position, "health" | "sourceIndex" | "id">;

/** Splits and sorts positions at a market time in seconds. */
export function sortPositions(positions: readonly Position[], marketTimeSec: number): SortedPositions {
  return {
    open: positions.filter((row) => !hasEnded(row, marketTimeSec)).toSorted(byDanger),
    ended: positions
      .filter((row) => hasEnded(row, marketTimeSec))
      .toSorted((left, right) => right.expirySec - left.expirySec || byId(left, right)),
  };
}

/** Closed, settled, or past its expiry: no report can change its health any more. */
export function hasEnded(row: Pick<Position, "status" | "expirySec">, marketTimeSec: number): boolean {
  return row.status === "closed" || row.status === "settled" || row.expirySec <= marketTimeSec;
}

/** Unknown health stands right behind what can be liquidated and before everything known to be healthy. */
function byDanger(left: Ranked, right: Ranked): number {
  return danger(left) - danger(right) || byId(left, right);
}

function danger({ health }: Ranked): number {
  if (health === null) return LIQUIDATION_HEALTH - Number.EPSILON;
  return health;
}

function byId(left: Ranked, right: Ranked): number {
  return left.sourceIndex - right.sourceIndex || Number(left.id) - Number(right.id);
}
