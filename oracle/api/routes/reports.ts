/** Answers questions for reports and their delivery. */
import type { SystemView } from "../../domain/view.ts";
import { deliveryRoute } from "../contract/delivery.ts";
import { reportsRoute } from "../contract/reports.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** `/v1/reports` and `/v1/delivery`. */
export function serveReports(view: Pick<SystemView, "reports" | "delivery">): readonly ServedRoute[] {
  return [
    serveRoute(reportsRoute, ({ query }) => view.reports(query.limit)),
    serveRoute(deliveryRoute, () => view.delivery()),
  ];
}
