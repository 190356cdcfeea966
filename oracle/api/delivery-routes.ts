/** Route that shows how delivery stands: breaker and held reports. */
import type { SystemView } from "../domain/view.ts";
import { DeliverySchema, ErrorSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

/** Registers `/v1/delivery`. */
export function registerDeliveryRoutes(app: ApiServer, view: Pick<SystemView, "delivery">): void {
  app.get("/v1/delivery", { schema: { response: { 200: DeliverySchema, 500: ErrorSchema } } }, async () => {
    const { breaker, heldReports, heldReadAtSec } = view.delivery();
    return { breaker: { ...breaker }, heldReports: heldReports.map((report) => ({ ...report })), heldReadAtSec };
  });
}
