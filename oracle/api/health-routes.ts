/** Routes that say how the node is: liveness, readiness, metrics. */
import { z } from "zod";
import type { ComponentState } from "../domain/view.ts";
import { HealthSchema } from "./schemas.ts";
import type { ApiDependencies, ApiServer } from "./server.ts";

const UNAVAILABLE = 503;

/** Registers `/healthz` (the process answers), `/readyz` (every part works) and `/metrics` (Prometheus text). */
export function registerHealthRoutes(app: ApiServer, deps: ApiDependencies): void {
  app.get("/healthz", { schema: { response: { 200: z.object({ status: z.literal("ok") }) } } }, async () => ({
    status: "ok" as const,
  }));

  app.get("/readyz", { schema: { response: { 200: HealthSchema, 503: HealthSchema } } }, async (_request, reply) => {
    const components = deps.view.components().map((component) => ({ ...component }));
    const status = worstState(components);
    // A tripped breaker is the chain's doing: the node is ready, and what it shows is needed all the more.
    const breaker = { ...deps.view.delivery().breaker };
    return await reply.status(status === "ok" ? 200 : UNAVAILABLE).send({ status, breaker, components });
  });

  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) => {
    return await reply.type(deps.metrics.contentType).send(await deps.metrics.metrics());
  });
}

/** The worst state of any component; no component at all is "starting", never "ok". */
export function worstState(components: readonly ComponentState[]): ComponentState["state"] {
  const severity = ["failed", "starting", "degraded"] as const;
  if (components.length === 0) return "starting";
  return severity.find((state) => components.some((component) => component.state === state)) ?? "ok";
}
