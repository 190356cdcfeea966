/** Verdicts of the feed defence: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";

const FeedVerdictSchema = z.object({
  asset: z.string(),
  feature: z.enum(["price", "depth", "funding", "implied-vol", "market"]),
  sourceId: z.string().describe("* for the feature as a whole"),
  action: z
    .enum(["use", "down-weight", "exclude", "veto"])
    .describe("A veto follows nobody: the asset is in doubt and its requirements may only tighten"),
  reason: z.string().describe("E.g. agrees, stale-clock, outlier, crossed-bands; docs/operators.md explains each"),
  detail: z.string().describe("Value and limit in words; empty for what is used"),
});

/** Verdicts of the newest round. */
export const FeedsSchema = z.object({
  marketTimeSec: z.number().describe("Time of the market, seconds"),
  verdicts: z.array(FeedVerdictSchema).describe("Empty before the first round"),
});

/** Verdicts of the feed defence. */
export const feedsRoute = declareRoute({
  path: "/v1/feeds",
  name: "feeds",
  summary: "Which sources the newest round used, doubted, excluded or vetoed, and why.",
  room: "feeds",
  params: {},
  query: {},
  answer: FeedsSchema,
});
