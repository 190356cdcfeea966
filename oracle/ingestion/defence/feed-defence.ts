/** The feed defence of one asset: reconciles its sources feature by feature and says what becomes of each. */
import type { ComparedFeature, FeedVerdict } from "../../domain/feed-verdict.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import { basisConflict, type PriceAnchor } from "./basis-check.ts";
import { FEATURE_SETTINGS } from "./feature-settings.ts";
import { EMPTY_MEMORY, type FeatureMemory, type JudgedRound, judgeRound } from "./judge-round.ts";
import { type SourceReading, toScale } from "./reading-faults.ts";
import { createResidualWatch, type ResidualWatch } from "./residual-watch.ts";

/** What a round brings. */
export interface FeedRound {
  readonly atSec: number;
  /** Readings by feature; a feature without any is not judged. */
  readonly readings: Readonly<Partial<Record<ComparedFeature, readonly SourceReading[]>>>;
  /** What the agreed price is held against. */
  readonly anchors?: readonly PriceAnchor[];
}

/** What the defence says of a round. */
export interface FeedReport {
  /** Agreed value by feature, in its unit; `null` for a veto, absent where nobody was heard. */
  readonly values: Readonly<Partial<Record<ComparedFeature, number | null>>>;
  readonly verdicts: readonly FeedVerdict[];
}

/** Judges rounds in ascending time. */
export interface FeedDefence {
  judge(round: FeedRound): FeedReport;
}

const FEATURES: readonly ComparedFeature[] = ["price", "depth", "funding", "implied-vol"];
/** Source id of a verdict on a feature as a whole. */
const WHOLE_FEATURE = "*";

interface Channel {
  memory: FeatureMemory;
  readonly watch: ResidualWatch;
  drifting: ReadonlySet<string>;
}

/** Creates a defence that knows nothing yet. */
export function createFeedDefence(asset: AssetSymbol): FeedDefence {
  const channels = new Map<ComparedFeature, Channel>(
    FEATURES.map((feature) => [
      feature,
      { memory: EMPTY_MEMORY, watch: createResidualWatch(), drifting: new Set<string>() },
    ]),
  );
  return {
    judge: (round) => {
      const values: Partial<Record<ComparedFeature, number | null>> = {};
      const verdicts: FeedVerdict[] = [];
      for (const [feature, channel] of channels) {
        const readings = round.readings[feature] ?? [];
        if (readings.length === 0) continue;
        const judged = judgeFeature(feature, channel, round);
        values[feature] = judged.value;
        verdicts.push(...verdictsOf(judged, asset, feature));
      }
      return { values, verdicts };
    },
  };
}

function judgeFeature(
  feature: ComparedFeature,
  channel: Channel,
  { atSec, readings, anchors }: FeedRound,
): JudgedRound {
  const settings = FEATURE_SETTINGS[feature];
  const own = readings[feature] ?? [];
  const judged = judgeRound(channel.memory, { readings: own, atSec, settings, drifting: channel.drifting });
  const conflict = feature === "price" && judged.value !== null ? basisConflict(judged.value, anchors ?? []) : null;
  if (conflict !== null) {
    // What the anchors contradict is not agreed: the next round is held against the last price that they bore out.
    channel.memory = { ...judged.memory, agreed: channel.memory.agreed };
    return { ...judged, value: null, veto: conflict };
  }
  channel.memory = judged.memory;
  if (judged.value !== null) {
    const centre = toScale(judged.value, settings);
    const residuals = own.map(({ sourceId, value }): [string, number] => [
      sourceId,
      (toScale(value, settings) - centre) / settings.centre.floor,
    ]);
    channel.drifting = channel.watch.add(new Map(residuals));
  }
  return judged;
}

function verdictsOf(
  { verdicts, veto }: JudgedRound,
  asset: AssetSymbol,
  feature: ComparedFeature,
): readonly FeedVerdict[] {
  const single = verdicts.map(
    ({ sourceId, action, reason, detail }): FeedVerdict => ({ asset, feature, sourceId, action, reason, detail }),
  );
  return veto === null ? single : [{ asset, feature, sourceId: WHOLE_FEATURE, action: "veto", ...veto }, ...single];
}
