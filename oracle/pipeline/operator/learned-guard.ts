/** Asks the learned feed guard about every asset of a snapshot. */
import type { FeatureVector } from "../../domain/features.ts";
import type { FeedVerdict } from "../../domain/feed-verdict.ts";
import type { AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import { buildFeatures } from "../../features/build-features.ts";
import type { FeedGuard, GuardReading } from "../../models/feed-guard/feed-guard.ts";

/**
 * Verdicts and doubts. An asset without features is in doubt already, and gets none here; one whose bars are of another span than
 * the fitted ones is said not to be judged.
 */
export async function judgeMarkets(
  snapshot: MarketSnapshot,
  guard: Pick<FeedGuard, "judge" | "manifest">,
): Promise<GuardReading> {
  const fittedSec = guard.manifest?.training.barSpanSec ?? null;
  const vectors: FeatureVector[] = [];
  const unfitted: FeedVerdict[] = [];
  for (const [asset, { bars }] of snapshot.assets) {
    if (fittedSec !== null && bars.spanSec !== fittedSec) {
      unfitted.push(notJudged(asset));
      continue;
    }
    const features = buildFeatures(snapshot, asset);
    if (features.ok) vectors.push(features.value);
  }
  const { verdicts, doubts } = await guard.judge(vectors);
  return { verdicts: [...verdicts, ...unfitted], doubts };
}

function notJudged(asset: AssetSymbol): FeedVerdict {
  return { asset, feature: "market", sourceId: "*", action: "use", reason: "unfitted-bars", detail: "" };
}
