/** Route that shows the Greeks of every position, and their sums by writer, source and fund. */
import type { SystemView } from "../domain/view.ts";
import { GreeksSchema } from "./greeks-schema.ts";
import { ErrorSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

/** Registers `/v1/greeks`; before the first round its report is `null`, which is not "no exposure". */
export function registerGreeksRoutes(app: ApiServer, view: Pick<SystemView, "greeks">): void {
  app.get("/v1/greeks", { schema: { response: { 200: GreeksSchema, 500: ErrorSchema } } }, async () => {
    const report = view.greeks();
    if (report === null) return { report };
    const positions = report.positions.map((row) => ({ ...row }));
    const groups = report.groups.map((group) => ({ ...group, assets: group.assets.map((row) => ({ ...row })) }));
    return { report: { ...report, positions, groups } };
  });
}
