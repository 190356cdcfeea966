/** Answers questions for what the DAO decides. */
import type { SystemView } from "../../domain/view.ts";
import { governanceRoute } from "../contract/governance.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** `/v1/governance`; before the first look its report is `null`, which is not "no proposal". */
export function serveGovernance(view: Pick<SystemView, "governance">): readonly ServedRoute[] {
  return [serveRoute(governanceRoute, () => ({ report: view.governance() }))];
}
