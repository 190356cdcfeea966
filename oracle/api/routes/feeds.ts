/** Answers questions for the sources of the market. */
import type { SystemView } from "../../domain/view.ts";
import { feedsRoute } from "../contract/feeds.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";

/** `/v1/feeds`; without verdicts before the first round. */
export function serveFeeds(view: Pick<SystemView, "feeds" | "marketTimeSec">): readonly ServedRoute[] {
  return [serveRoute(feedsRoute, () => ({ marketTimeSec: view.marketTimeSec(), verdicts: [...view.feeds()] }))];
}
