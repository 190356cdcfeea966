/** Route that shows positions judged together: writers, sources and what funds stand behind. */
import type { SystemView } from "../domain/view.ts";
import { ErrorSchema, JointRiskSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

/** Registers `/v1/risk`; before the first round its report is `null`, which is not "no risk". */
export function registerRiskRoutes(app: ApiServer, view: Pick<SystemView, "jointRisk">): void {
  app.get("/v1/risk", { schema: { response: { 200: JointRiskSchema, 500: ErrorSchema } } }, async () => {
    const report = view.jointRisk();
    if (report === null) return { report };
    const groups = report.groups.map((group) => ({ ...group, stress: group.stress.map((row) => ({ ...row })) }));
    return { report: { ...report, groups } };
  });
}
