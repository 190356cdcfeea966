/** What went wrong: what is asked and what is answered. */
import { z } from "zod";
import { INCIDENT_KINDS } from "../../domain/trail.ts";
import { declareRoute } from "./declare-route.ts";

const GREATEST_LIST = 500;
const USUAL_LIST = 100;

/** One incident. */
export const IncidentSchema = z.object({
  atSec: z.number().nullable().describe("Market time, seconds; null for what was found before the first round"),
  kind: z.enum(INCIDENT_KINDS),
  tone: z.enum(["bad", "warn", "good"]).describe("good for a return to normal"),
  subject: z.string().describe("What it happened to, e.g. BTC"),
  text: z.string(),
});

/** Incidents. */
export const incidentsRoute = declareRoute({
  path: "/v1/incidents",
  name: "incidents",
  summary: "Breaker, rounds without a report, held and lost reports, refused feeds, drift, dissent: the newest first.",
  room: "health",
  params: {},
  query: { limit: z.coerce.number().int().min(1).max(GREATEST_LIST).default(USUAL_LIST) },
  answer: z.array(IncidentSchema),
});
