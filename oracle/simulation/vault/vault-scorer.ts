/** Scores of a vault's shorts by the node's own scoring, all variants of a policy in one call. */
import type { AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { ClassQuantile, PositionScore } from "../../domain/score.ts";
import type { Address } from "../../domain/units.ts";
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

/** A policy that has its shorts scored. */
export interface ScoredParty {
  /** Stands for the policy's vault as a position source. */
  readonly source: Address;
  /** Open shorts as an operator reads them. */
  positions(): readonly Position[];
  /** What was accepted last, by `positionKey`. */
  lastGood(): ReadonlyMap<string, BoundedPair>;
}

/** Scores of all enlisted policies, made together: each is a source of its own, so that none changes the others' scores. */
export interface VaultScorer {
  /** @returns address for the next policy. */
  nextSource(): Address;
  enlist(party: ScoredParty): void;
  /** Scores of one policy's shorts; times never fall. Expired shorts have none. */
  scoresOf(source: Address, timeSec: number): readonly PositionScore[];
  /** What new positions of each class must meet. */
  quantiles(scores: readonly WeighedScore[]): readonly ClassQuantile[];
}

const ADDRESS_DIGITS = 40;

/** Creates a scorer; at the first question about a time it scores the shorts of all enlisted policies at once. */
export function createVaultScorer(options: VaultScorerOptions): VaultScorer {
  const { classes, settings } = options;
  const parties: ScoredParty[] = [];
  let sources = 0;
  let scoredSec = Number.NEGATIVE_INFINITY;
  let scores: ReadonlyMap<Address, readonly PositionScore[]> = new Map();
  return {
    nextSource: () => {
      sources += 1;
      return `0x${sources.toString(16).padStart(ADDRESS_DIGITS, "0")}`;
    },
    enlist: (party) => {
      parties.push(party);
    },
    scoresOf: (source, timeSec) => {
      if (timeSec !== scoredSec) {
        scoredSec = timeSec;
        const moment = options.knownAt(timeSec);
        const positions = parties.flatMap((party) => party.positions());
        const lastGood = new Map(parties.flatMap((party) => [...party.lastGood()]));
        const input = moment === null ? null : { positions, ...moment, classes, lastGood, atSec: timeSec };
        scores = Map.groupBy(input === null ? [] : scorePositions(input, settings).scores, (score) => score.source);
      }
      return scores.get(source) ?? [];
    },
    quantiles: (weighed) => classQuantiles(weighed, settings.classQuantile),
  };
}
