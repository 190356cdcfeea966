/** Scores of a vault's shorts by the node's own scoring, all variants of a policy in one call. */
import type { AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import { type Position, positionKey } from "../../domain/positions.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { ClassQuantile, PositionScore } from "../../domain/score.ts";
import { type Address, madeUpAddress } from "../../domain/units.ts";
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
  /** What was accepted last for some of them, by `positionKey`. */
  lastGood(positions: readonly Position[]): ReadonlyMap<string, BoundedPair>;
}

/**
 * Scores of all enlisted policies, made together: each is a source of its own. A short that an earlier policy holds with the
 * same size in the same class has its score there; only two writers of one series make a difference between vaults.
 */
export interface VaultScorer {
  /** @returns address for the next policy. */
  nextSource(): Address;
  enlist(party: ScoredParty): void;
  /** Scores of one policy's shorts; times never fall. Expired shorts have none. */
  scoresOf(source: Address, timeSec: number): readonly PositionScore[];
  /** Score of a short that is about to open; `null` where nothing is known. */
  quote(position: Position, timeSec: number): PositionScore | null;
  /** What new positions of each class must meet. */
  quantiles(scores: readonly WeighedScore[]): readonly ClassQuantile[];
}

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
      return madeUpAddress(sources);
    },
    enlist: (party) => {
      parties.push(party);
    },
    scoresOf: (source, timeSec) => {
      if (timeSec !== scoredSec) {
        scoredSec = timeSec;
        scores = scoreAll(parties, timeSec, options);
      }
      return scores.get(source) ?? [];
    },
    quote: (position, timeSec) => {
      const moment = options.knownAt(timeSec);
      if (moment === null) return null;
      const input = { positions: [position], ...moment, classes, lastGood: new Map(), atSec: timeSec };
      return scorePositions(input, settings).scores[0] ?? null;
    },
    quantiles: (weighed) => classQuantiles(weighed, settings.classQuantile),
  };
}

function scoreAll(
  parties: readonly ScoredParty[],
  timeSec: number,
  { classes, settings, knownAt }: VaultScorerOptions,
): ReadonlyMap<Address, readonly PositionScore[]> {
  const moment = knownAt(timeSec);
  if (moment === null) return new Map();
  const held = parties.map((party) => ({ source: party.source, positions: party.positions() }));
  const unique = new Map<string, Position>();
  for (const position of held.flatMap(({ positions }) => positions)) {
    if (!unique.has(keyOf(position))) unique.set(keyOf(position), position);
  }
  const positions = [...unique.values()];
  const bySource = Map.groupBy(positions, ({ source }) => source);
  const lastGood = new Map(parties.flatMap((party) => [...party.lastGood(bySource.get(party.source) ?? [])]));
  const scored = new Map(
    scorePositions({ positions, ...moment, classes, lastGood, atSec: timeSec }, settings).scores.map((score) => [
      positionKey(score),
      score,
    ]),
  );
  const scoreOf = (position: Position): readonly PositionScore[] => {
    const shared = unique.get(keyOf(position));
    const score = shared === undefined ? undefined : scored.get(positionKey(shared));
    return score === undefined ? [] : [{ ...score, source: position.source, epoch: position.epoch }];
  };
  return new Map(held.map((party) => [party.source, party.positions.flatMap(scoreOf)]));
}

function keyOf({ id, sizeE8, classId }: Position): string {
  return `${id}|${sizeE8}|${classId}`;
}
