/** Answers questions for positions. */
import { PlimsollError } from "../../domain/errors.ts";
import type { PositionRow, SystemView } from "../../domain/view.ts";
import { positionRoute, positionsRoute } from "../contract/positions.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** `/v1/positions` and `/v1/positions/{id}`. */
export function servePositions(view: SystemView): readonly ServedRoute[] {
  return [
    serveRoute(positionsRoute, () => ({
      marketTimeSec: view.marketTimeSec(),
      dataSource: view.dataSource(),
      models: view.models(),
      positions: view.positions(),
    })),
    serveRoute(positionRoute, ({ params: { id }, query: { source } }) => findPosition(view, id, source)),
  ];
}

/**
 * The row of a position.
 *
 * @throws PlimsollError `POSITION_UNKNOWN`.
 */
export function findPosition(view: SystemView, id: string, source: string | undefined): PositionRow {
  const row = source === undefined ? firstOf(view, id) : view.position(source, id);
  if (row === null) throw positionUnknown(id, source);
  return row;
}

function firstOf(view: SystemView, id: string): PositionRow | null {
  // Without a source the one that was registered first answers: the vault.
  const [first = null] = view
    .positions()
    .filter((row) => row.id === id)
    .toSorted((left, right) => left.sourceIndex - right.sourceIndex);
  return first;
}

function positionUnknown(id: string, source: string | undefined): PlimsollError<"POSITION_UNKNOWN"> {
  return new PlimsollError({
    code: "POSITION_UNKNOWN",
    problem: `There is no position ${id}${source === undefined ? "" : ` of source ${source}`}.`,
    remedy: "List the positions at /v1/positions.",
  });
}
