/** Answers questions for explanations. */
import { PlimsollError } from "../../domain/errors.ts";
import type { SystemView } from "../../domain/view.ts";
import { explanationRoute } from "../contract/explanations.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";
import { findPosition } from "./positions.ts";

/** `/v1/positions/{id}/explanation`. */
export function serveExplanations(view: SystemView): readonly ServedRoute[] {
  return [
    serveRoute(explanationRoute, async ({ params: { id }, query: { source, report } }) => {
      const { sourceIndex } = findPosition(view, id, source);
      const epoch = report === undefined ? null : BigInt(report);
      const answer = await view.explanation({ sourceIndex, positionId: BigInt(id), epoch });
      if (answer === null) throw explanationUnknown(id, report);
      return { ...answer, epoch: answer.epoch.toString() };
    }),
  ];
}

function explanationUnknown(id: string, report: string | undefined): PlimsollError<"EXPLANATION_UNKNOWN"> {
  return new PlimsollError({
    code: "EXPLANATION_UNKNOWN",
    problem: `There is no explanation of position ${id}${report === undefined ? " yet" : ` in report ${report}`}.`,
    remedy: "Ask for a newer report, or again after the next one.",
  });
}
