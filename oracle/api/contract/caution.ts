/** Whether operators call for caution: what is answered. */
import { z } from "zod";
import { CAUTION_PHASES } from "../../domain/caution.ts";
import { declareRoute } from "./declare-route.ts";

const share = z.number().min(0).max(1);
const CautionStateSchema = z.object({
  asset: z.string(),
  atSec: z.number().describe("Time of the newest round, seconds"),
  reading: z.object({
    kind: z.enum(["reached", "below", "unknown"]).describe("Whether the limits are reached"),
    doubt: z
      .enum(["hazard-unknown", "book-incomplete", "size-unknown"])
      .nullable()
      .describe("Why that is not known; null where it is"),
  }),
  phase: z.enum(CAUTION_PHASES).describe("Where the episode stands; spent calls no more before the hazard has fallen"),
  isCalling: z.boolean(),
  probability24h: share.nullable().describe("Probability of a wave of liquidations within 24 h; null while unknown"),
  expectedFall: z
    .number()
    .min(0)
    .nullable()
    .describe("Its product with the further log fall after a tenth; a lower bound while positions are missing"),
});

/** Limits, states of the first operator, and votes of all. */
export const CautionSchema = z.object({
  limits: z
    .object({ leastProbability: share, leastExpectedFall: share, releaseProbability: share })
    .nullable()
    .describe("Null where the deployment has none: then nobody calls, whatever the hazard"),
  states: z.array(CautionStateSchema),
  votes: z.object({
    calls: z.array(z.string()).describe("Assets for which a quorum calls"),
    unknown: z.array(z.string()).describe("Assets for which a quorum would, if all who do not know did"),
  }),
});

/** Caution. */
export const cautionRoute = declareRoute({
  path: "/v1/caution",
  name: "caution",
  summary: "Whether operators call for caution, and what they cannot know; unknown is not calm.",
  room: "risk",
  params: {},
  query: {},
  answer: CautionSchema,
});
