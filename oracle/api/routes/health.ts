/** Answers the probes: the process lives, every part works. */
import type { ComponentState, SystemView } from "../../domain/view.ts";
import { livenessRoute, readinessRoute } from "../contract/health.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** `/healthz` and `/readyz`. */
export function serveHealth(view: Pick<SystemView, "components" | "delivery">): readonly ServedRoute[] {
  return [
    serveRoute(livenessRoute, () => ({ status: "ok" as const })),
    serveRoute(readinessRoute, () => {
      const components = view.components();
      return { status: worstState(components), breaker: view.delivery().breaker, components };
    }),
  ];
}

/** The worst state of any component; no component at all is "starting", never "ok". */
export function worstState(components: readonly ComponentState[]): ComponentState["state"] {
  const severity = ["failed", "starting", "degraded"] as const;
  if (components.length === 0) return "starting";
  return severity.find((state) => components.some((component) => component.state === state)) ?? "ok";
}
