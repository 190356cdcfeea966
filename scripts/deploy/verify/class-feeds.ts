/** Feeds of class ratios: each shows what its name says. */
import { classRatioFeedAbi } from "../../../oracle/chain/abi/class-ratio-feed.ts";
import { classFeedDescription, classFeedName } from "../class-feeds.ts";
import type { VerificationRun } from "./context.ts";

const DECIMALS = 4;

/** Compares oracle, class, ratio and description of every configured feed. */
export async function verifyClassFeeds({ reader, comparison, at, config }: VerificationRun): Promise<void> {
  for (const configured of config.classFeeds) {
    const name = classFeedName(configured);
    const feed = { address: at(name), abi: classRatioFeedAbi } as const;
    const expected = {
      oracle: at("riskOracle"),
      classId: configured.classId,
      showsPenalty: configured.ratio === "penalty",
      description: classFeedDescription(configured),
      decimals: DECIMALS,
    };
    comparison.same(name, expected, {
      oracle: await reader.readContract({ ...feed, functionName: "ORACLE" }),
      classId: await reader.readContract({ ...feed, functionName: "CLASS_ID" }),
      showsPenalty: await reader.readContract({ ...feed, functionName: "SHOWS_PENALTY" }),
      description: await reader.readContract({ ...feed, functionName: "description" }),
      decimals: await reader.readContract({ ...feed, functionName: "decimals" }),
    });
  }
}
