/** Ignition part: ratios of classes as Chainlink feeds. */
import { classFeedDescription, classFeedName } from "../class-feeds.ts";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { Builder, Contract } from "./governance.ts";

/** Adds the feeds to a module; they have no owner and nothing to set. */
export function deployClassFeeds(
  m: Builder,
  { classFeeds }: DeploymentConfig,
  riskOracle: Contract,
): Readonly<Record<string, Contract>> {
  const feeds = classFeeds.map((feed) => {
    const args = [riskOracle, feed.classId, feed.ratio === "penalty", classFeedDescription(feed)];
    return [classFeedName(feed), m.contract("ClassRatioFeed", args, { id: classFeedName(feed) })] as const;
  });
  return Object.fromEntries(feeds);
}
