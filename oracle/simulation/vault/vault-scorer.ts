/** Scores of a vault's shorts by the node's own scoring, kept so that variants of one policy share them. */
import type { AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { ClassQuantile, PositionScore } from "../../domain/score.ts";
import type { BoundedPair } from "../../scoring/class-bounds.ts";
import { classQuantiles, type WeighedScore } from "../../scoring/class-quantiles.ts";
import { scorePositions } from "../../scoring/score-positions.ts";
import type { ScoringSettings } from "../../scoring/scoring-settings.ts";

/** What the models know at one time: the same that an operator scores from. */
export interface ScoringMoment {
  readonly snapshot: MarketSnapshot;
  readonly predictions: ReadonlyMap<AssetSymbol, AssetPrediction>;
}

/** What scores are made from. */
export interface VaultScorerOptions {
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly settings: ScoringSettings;
  /** What was known at a full hour; `null` where nothing was, so that nothing is scored. */
  readonly knownAt: (timeSec: number) => ScoringMoment | null;
}

/** When is scored, and what was accepted last, by `positionKey`. */
export interface ScoringTime {
  /** Seconds; never before an earlier one. */
  readonly timeSec: number;
  readonly lastGood: ReadonlyMap<string, BoundedPair>;
}

/** Scores by the time and the short. */
export interface VaultScorer {
  /** In the order of the positions; expired ones are left out. */
  score(positions: readonly Position[], at: ScoringTime): readonly PositionScore[];
  /** What new positions of each class must meet. */
  quantiles(scores: readonly WeighedScore[]): readonly ClassQuantile[];
}

/**
 * Creates a scorer. The first vault that asks at a time is scored as a whole, as a node would; another that asks at the same
 * time gets the same scores for what it has in common (place in the plan, size, class), the rest is scored by itself.
 */
export function createVaultScorer(options: VaultScorerOptions): VaultScorer {
  const { classes, settings } = options;
  const known = new Map<string, PositionScore>();
  let knownSec = Number.NEGATIVE_INFINITY;
  return {
    score: (positions, { timeSec, lastGood }) => {
      if (timeSec !== knownSec) known.clear();
      knownSec = timeSec;
      const missing = positions.filter((position) => !known.has(keyOf(position)));
      const moment = missing.length === 0 ? null : options.knownAt(timeSec);
      if (moment !== null) {
        const byId = new Map(missing.map((position) => [position.id, position]));
        const input = { positions: missing, ...moment, classes, lastGood, atSec: timeSec };
        for (const score of scorePositions(input, settings).scores) {
          const position = byId.get(score.id);
          if (position !== undefined) known.set(keyOf(position), score);
        }
      }
      return positions.flatMap((position) => {
        const score = known.get(keyOf(position));
        // The epoch is the vault's own: writers withdraw at different times under different policies.
        return score === undefined ? [] : [{ ...score, epoch: position.epoch }];
      });
    },
    quantiles: (scores) => classQuantiles(scores, settings.classQuantile),
  };
}

function keyOf({ id, sizeE8, classId }: Position): string {
  return `${id}|${sizeE8}|${classId}`;
}
