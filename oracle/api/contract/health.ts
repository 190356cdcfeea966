/** How the node is: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";
import { BreakerSchema } from "./delivery.ts";

/** State of one part of the node. */
export const ComponentSchema = z.object({
  name: z.string(),
  state: z.enum(["starting", "ok", "degraded", "failed"]),
  reason: z.string().nullable(),
  sinceSec: z.number(),
});

/** Liveness and readiness of the parts, and the breaker of the chain, which decides about neither. */
export const HealthSchema = z.object({
  status: z.enum(["ok", "degraded", "failed", "starting"]),
  breaker: BreakerSchema,
  components: z.array(ComponentSchema),
});

const OK = 200;
const UNAVAILABLE = 503;

/** Liveness. */
export const livenessRoute = declareRoute({
  path: "/healthz",
  name: "liveness",
  summary: "The process answers.",
  room: "health",
  isProbe: true,
  params: {},
  query: {},
  answer: z.object({ status: z.literal("ok") }),
});

/** Readiness. A tripped breaker is the chain's doing: the node is ready, and what it shows is needed all the more. */
export const readinessRoute = declareRoute({
  path: "/readyz",
  name: "readiness",
  summary: "Every part works (200), or which does not (503).",
  room: "health",
  isProbe: true,
  params: {},
  query: {},
  answer: HealthSchema,
  statuses: [OK, UNAVAILABLE],
  statusOf: ({ status }) => (status === "ok" ? OK : UNAVAILABLE),
});
