/** Answers questions for reports and their delivery. */
import type { SystemView } from "../../domain/view.ts";
import { deliveryRoute } from "../contract/delivery.ts";
import { reportsRoute } from "../contract/reports.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";
import { requireArchive } from "./archive.ts";

/** `/v1/reports` and `/v1/delivery`. */
export function serveReports(view: Pick<SystemView, "reports" | "delivery" | "archive">): readonly ServedRoute[] {
  return [
    serveRoute(reportsRoute, async ({ query: { limit, asOf } }) =>
      asOf === undefined ? view.reports(limit) : await requireArchive(view).reports(asOf, limit),
    ),
    serveRoute(deliveryRoute, () => view.delivery()),
  ];
}
