/** What stands at the top of every page: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";
import { BreakerSchema } from "./delivery.ts";
import { HealthSchema } from "./health.ts";
import { ModelIdentitySchema } from "./model-identity.ts";

/** Market time, models, breaker, parts and market events. */
export const StatusSchema = z.object({
  marketTimeSec: z.number().describe("Market time of the newest snapshot, seconds; 0 before the first"),
  dataSource: z.string(),
  models: z.array(ModelIdentitySchema),
  breaker: BreakerSchema,
  components: HealthSchema.shape.components,
  ingestion: z.object({
    accepted: z.number().describe("Market events that are used"),
    rejected: z.record(z.string(), z.number()).describe("Market events that the guard refused, by reason"),
  }),
});

/** State of the node in one small answer. */
export const statusRoute = declareRoute({
  path: "/v1/status",
  name: "status",
  summary: "Market time, models in use, breaker, parts of the node, market events used and refused.",
  room: "health",
  params: {},
  query: {},
  answer: StatusSchema,
});
