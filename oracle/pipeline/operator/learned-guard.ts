/** Asks the learned feed guard about every asset of a snapshot. */
import type { FeatureVector } from "../../domain/features.ts";
import type { MarketSnapshot } from "../../domain/market.ts";
import { buildFeatures } from "../../features/build-features.ts";
import type { FeedGuard, GuardReading } from "../../models/feed-guard/feed-guard.ts";

/** Verdicts and doubts; an asset without features is in doubt already, and gets none here. */
export async function judgeMarkets(snapshot: MarketSnapshot, guard: Pick<FeedGuard, "judge">): Promise<GuardReading> {
  const vectors = [...snapshot.assets.keys()].flatMap((asset): readonly FeatureVector[] => {
    const features = buildFeatures(snapshot, asset);
    return features.ok ? [features.value] : [];
  });
  return await guard.judge(vectors);
}
