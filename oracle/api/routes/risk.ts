/** Answers questions for the book as a whole: joint risk, Greeks, contagion. */
import type { SystemView } from "../../domain/view.ts";
import { contagionRoute } from "../contract/contagion.ts";
import { greeksRoute } from "../contract/greeks.ts";
import { riskRoute } from "../contract/risk.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** `/v1/risk`, `/v1/greeks` and `/v1/contagion`; before the first round their reports are `null`. */
export function serveRisk(view: Pick<SystemView, "jointRisk" | "greeks" | "contagion">): readonly ServedRoute[] {
  return [
    serveRoute(riskRoute, () => ({ report: view.jointRisk() })),
    serveRoute(greeksRoute, () => ({ report: view.greeks() })),
    serveRoute(contagionRoute, () => ({ report: view.contagion() })),
  ];
}
