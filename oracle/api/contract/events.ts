/** The stream of changes: what is asked and what each event carries. */
import { z } from "zod";
import { SHOWN_MODES } from "../../domain/delivery.ts";
import { PROPOSAL_STATES } from "../../domain/governance.ts";
import { declareRoute } from "./declare-route.ts";
import { ComponentSchema } from "./health.ts";
import { ModelEventSchema } from "./models.ts";
import { ReportSchema } from "./reports.ts";

/** Data of one event; its `kind` is the event's name too. */
export const EventSchema = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("positions"),
      marketTimeSec: z.number(),
      positions: z.number().int().describe("How many there are; ask /v1/positions for them"),
    }),
    z.object({ kind: z.literal("report"), report: ReportSchema }),
    z.object({ kind: z.literal("component"), component: ComponentSchema }),
    z.object({ kind: z.literal("delivery"), mode: z.enum(SHOWN_MODES), waitingReports: z.number().int() }),
    z.object({ kind: z.literal("model"), event: ModelEventSchema }),
    z.object({
      kind: z.literal("proposal"),
      id: z.string(),
      state: z.enum(PROPOSAL_STATES),
      description: z.string(),
    }),
    z
      .object({
        kind: z.literal("gap"),
        reason: z.enum(["forgotten", "other-run"]).describe("Too long ago, or of another run of the node"),
      })
      .describe("Events after the id that was asked for are gone: ask the routes anew"),
    z
      .object({ kind: z.literal("closed"), reason: z.enum(["slow", "shutdown"]) })
      .describe("The last event: the reader was too slow, or the node ends"),
  ])
  .meta({ id: "Event" });

/** Events from after one on; ids are opaque. */
export const eventsRoute = declareRoute({
  path: "/v1/events",
  name: "events",
  summary: "Server-Sent Events: every change as it happens, from after Last-Event-ID (or `after`) on.",
  room: "events",
  mediaType: "text/event-stream",
  params: {},
  query: {
    after: z
      .string()
      .regex(/^[0-9a-z]{1,32}-\d{1,15}$/, "an event id is one that the stream has sent")
      .optional()
      .describe("Id of the last event that was seen, for readers who cannot send Last-Event-ID"),
  },
  answer: EventSchema,
  errors: { EVENTS_FULL: 503 },
});
