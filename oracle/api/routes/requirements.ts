/** Answers questions for what positions that do not exist would need. */
import { PlimsollError } from "../../domain/errors.ts";
import type { RequirementGrid } from "../../domain/requirements.ts";
import type { SystemView } from "../../domain/view.ts";
import { GREATEST_PLACES, requirementsRoute } from "../contract/requirements.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

const RETRY_AFTER_SEC = 5;

/** `/v1/requirements/{asset}`. */
export function serveRequirements(view: Pick<SystemView, "requirements">): readonly ServedRoute[] {
  return [
    serveRoute(requirementsRoute, async ({ params: { asset }, query: grid }) => {
      requirePlaces(grid);
      const desk = view.requirements();
      if (desk === null) throw none();
      return { requirements: await desk.find({ asset, grid }) };
    }),
  ];
}

function requirePlaces({ moneyness, tenorDays, notionalUsd }: RequirementGrid): void {
  const places = 2 * moneyness.length * tenorDays.length * notionalUsd.length;
  if (places <= GREATEST_PLACES) return;
  throw new PlimsollError({
    code: "REQUIREMENTS_GRID_LARGE",
    problem: `The grid has ${places} places, puts and calls counted; at most ${GREATEST_PLACES} are answered.`,
    remedy: "Ask for fewer values on one axis.",
    context: { places },
  });
}

function none(): PlimsollError<"REQUIREMENTS_NONE"> {
  return new PlimsollError({
    code: "REQUIREMENTS_NONE",
    problem: "The node is starting: nobody works requirements out yet.",
    remedy: `Ask again in ${RETRY_AFTER_SEC} seconds.`,
    context: { retryAfterSec: RETRY_AFTER_SEC },
  });
}
