/** Route that shows positions judged together: writers, sources and what funds stand behind. */
import type { SystemView } from "../domain/view.ts";
import { ErrorSchema, JointRiskReportSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

/** Registers `/v1/risk`. */
export function registerRiskRoutes(app: ApiServer, view: Pick<SystemView, "jointRisk">): void {
  const response = { 200: JointRiskReportSchema, 500: ErrorSchema, 503: ErrorSchema };
  app.get("/v1/risk", { schema: { response } }, async (_request, reply) => {
    const report = view.jointRisk();
    if (report !== null) {
      const groups = report.groups.map((group) => ({ ...group, stress: group.stress.map((row) => ({ ...row })) }));
      return { ...report, groups };
    }
    // No answer is not "no risk".
    return await reply.status(503).send({
      code: "RISK_NOT_YET_KNOWN",
      message: "No round has judged the positions yet.",
      remedy: "Ask again after the first round; /readyz says what is still starting.",
    });
  });
}
