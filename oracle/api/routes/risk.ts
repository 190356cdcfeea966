/** Answers questions for the book as a whole: joint risk, Greeks, contagion, caution. */
import type { SystemView } from "../../domain/view.ts";
import { cautionRoute } from "../contract/caution.ts";
import { contagionRoute } from "../contract/contagion.ts";
import { greeksRoute } from "../contract/greeks.ts";
import { riskRoute } from "../contract/risk.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** `/v1/risk`, `/v1/greeks` and `/v1/contagion`, whose reports are `null` before the first round; `/v1/caution`, without states before it. */
export function serveRisk(
  view: Pick<SystemView, "jointRisk" | "greeks" | "contagion" | "caution">,
): readonly ServedRoute[] {
  return [
    serveRoute(riskRoute, () => ({ report: view.jointRisk() })),
    serveRoute(greeksRoute, () => ({ report: view.greeks() })),
    serveRoute(contagionRoute, () => ({ report: view.contagion() })),
    serveRoute(cautionRoute, () => view.caution()),
  ];
}
