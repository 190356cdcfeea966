/** Models in use and how good they have been: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";
import { ModelIdentitySchema } from "./model-identity.ts";

const DriftSchema = z.object({
  asset: z.string(),
  atSec: z.number(),
  sinceSec: z.number().describe("Start of the watch"),
  steps: z.number().int().describe("Forecasts whose loss is known"),
  recentLoss: z.number().nullable().describe("Mean normalised loss of a week; 1 as in training, null while unknown"),
  alarm: z.object({ atSec: z.number(), detector: z.enum(["adwin", "page-hinkley"]) }).nullable(),
  isDoubted: z.boolean().describe("For 72 hours after an alarm scores of the asset may only tighten"),
  widening: z.array(z.number()).describe("Factor on the moves within 1, 4, 24 and 72 hours, at least 1"),
});

/** One decision about a model, or an alarm. */
export const ModelEventSchema = z.object({
  id: z.string(),
  recordedAtSec: z.number(),
  model: z.string(),
  event: z.enum(["alarm", "requested", "promoted", "kept", "cancelled", "failed"]),
  champion: z.string().nullable().describe("SHA-256 of the model in use, where a comparison was made"),
  challenger: z.string().nullable(),
  detail: z.unknown().describe("Figures and reasons"),
});

/** Models in use and what the drift watch says of them. */
export const ModelsSchema = z.object({
  models: z.array(ModelIdentitySchema),
  drift: z.array(DriftSchema),
  log: z.array(ModelEventSchema).describe("Decisions and alarms, the newest first, at most 50"),
});

/** Models. */
export const modelsRoute = declareRoute({
  path: "/v1/models",
  name: "models",
  summary: "Models in use, what the drift watch says of them, and the newest decisions about them.",
  room: "models",
  params: {},
  query: {},
  answer: ModelsSchema,
});
