/** From what inputs mean to where they come from: every group has the sources that fed it in this round. */
import type { ExplainedNumbers, InputSource, Meaning, MeaningShare, SourceShare } from "../../domain/explanation.ts";
import { INPUT_SOURCES } from "../../domain/explanation.ts";
import type { MarketDoubt } from "../../domain/market.ts";
import type { AssetContext } from "../asset-context.ts";
import type { ScorableAsset } from "./reference-asset.ts";

/** Shares of a group by source; they sum to one. */
export type SourceMix = Readonly<Partial<Record<InputSource, number>>>;

/** What the mixes are read from. */
export interface MixGround {
  readonly asset: ScorableAsset;
  readonly context: AssetContext | null;
  /** Sources of the learned tail, by the network's own attributions; spot alone without. */
  readonly tailMix?: SourceMix;
}

/** Sums the shares of the groups by source; they keep the sum of the groups. */
export function sourceShares(meanings: readonly MeaningShare[], ground: MixGround): readonly SourceShare[] {
  const totals = new Map<InputSource, { rhoBps: number; piBps: number; score: number }>();
  for (const share of meanings) {
    for (const source of INPUT_SOURCES) {
      const weight = mixOf(share.meaning, ground)[source] ?? 0;
      if (weight === 0) continue;
      const before: ExplainedNumbers = totals.get(source) ?? { rhoBps: 0, piBps: 0, score: 0 };
      totals.set(source, {
        rhoBps: before.rhoBps + weight * share.rhoBps,
        piBps: before.piBps + weight * share.piBps,
        score: before.score + weight * share.score,
      });
    }
  }
  return [...totals]
    .map(([source, numbers]) => ({ source, ...numbers }))
    .sort((left, right) => Math.abs(right.rhoBps) - Math.abs(left.rhoBps));
}

function mixOf(meaning: Meaning, { asset, context, tailMix }: MixGround): SourceMix {
  switch (meaning) {
    case "volatility":
      return { spot: 1 };
    case "tails":
      return tailMix ?? { spot: 1 };
    case "implied-vol":
      return { [impliedSource(context)]: 1 };
    case "depth":
      return asset.market.book === null ? { spot: 1 } : { book: 1 };
    case "contagion":
      return { lending: 1 };
    case "doubt":
      return doubtMix(asset.doubts);
    case "series":
    case "size":
    case "collateral":
      return { position: 1 };
  }
}

function impliedSource(context: AssetContext | null): InputSource {
  if (context === null || (context.surface === null && context.isModelVol)) return "spot";
  return context.surface === null ? "vol-index" : "option-chain";
}

const DOUBTED_SOURCES: Readonly<Partial<Record<MarketDoubt["reason"], InputSource>>> = {
  "stale-book": "book",
  "book-faulty": "book",
  "stale-chain": "option-chain",
  "parameter-proposal": "lending",
};

/** Every doubt has the same share; doubts about models and prices are those of spot. */
function doubtMix(doubts: readonly MarketDoubt[]): SourceMix {
  if (doubts.length === 0) return { spot: 1 };
  const mix: Partial<Record<InputSource, number>> = {};
  for (const { reason } of doubts) {
    const source = DOUBTED_SOURCES[reason] ?? "spot";
    mix[source] = (mix[source] ?? 0) + 1 / doubts.length;
  }
  return mix;
}
