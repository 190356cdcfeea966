/** Scores of many positions of one asset under every choice of groups of inputs, by the scoring function itself. */
import type { ExplainedNumbers, Meaning } from "../../domain/explanation.ts";
import { type Position, positionKey } from "../../domain/positions.ts";
import type { PositionScore } from "../../domain/score.ts";
import { prepareScoring, type ScoringInput, scorePositions } from "../score-positions.ts";
import type { ScoringSettings } from "../scoring-settings.ts";
import type { ExplainedAsset, ExplainedPosition } from "./explained-case.ts";
import { type ScorableAsset, withReference } from "./reference-asset.ts";
import { POSITION_MEANINGS, type PositionVariant, variantOf } from "./reference-position.ts";

/** Values of one position by coalition: bit i of the index is set where group i is as it is. */
export type CoalitionTable = readonly ExplainedNumbers[];

/** What is scored. */
export interface CoalitionInput {
  readonly asset: ScorableAsset;
  readonly positions: readonly ExplainedPosition[];
  /** Groups that are chosen from; all others stay as they are. */
  readonly meanings: readonly Meaning[];
  readonly settings: ScoringSettings;
}

/**
 * Scores every position in every coalition. Each choice of the asset's groups is prepared once and shared by all positions
 * and their variants, on the common random numbers of the round.
 *
 * @returns one table a position, in order; `[2^meanings]` each.
 */
export function coalitionTables(input: CoalitionInput): readonly CoalitionTable[] {
  const { meanings, positions, asset } = input;
  const [ofPosition, ofAsset] = [meanings.filter(isOfPosition), meanings.filter((meaning) => !isOfPosition(meaning))];
  const tables = positions.map((): ExplainedNumbers[] => []);
  for (const assetChoice of subsets(ofAsset)) {
    const reference = withReference(asset, assetChoice, input.settings);
    const choices = subsets(ofPosition).map((positionChoice) => new Set([...assetChoice, ...positionChoice]));
    const ground = { spot: asset.market.spot, atSec: asset.atSec };
    const variants = choices.flatMap((kept) => positions.map((position) => variantOf(position, kept, ground)));
    const scores = scoreVariants(reference, { positions, variants, settings: input.settings });
    choices.forEach((kept, choice) => {
      const coalition = maskOf(meanings, kept);
      tables.forEach((table, place) => {
        table[coalition] = numbersOf(scores[choice * positions.length + place]);
      });
    });
  }
  return tables;
}

/** What variants are scored with. */
export interface VariantInput {
  /** Positions that the variants are of, as often as needed one after the other. */
  readonly positions: readonly ExplainedPosition[];
  readonly variants: readonly PositionVariant[];
  readonly settings: ScoringSettings;
}

/** Scores variants of positions on one asset; `undefined` for one that is no longer live. In the order of the variants. */
export function scoreVariants(
  asset: ExplainedAsset,
  { positions, variants, settings }: VariantInput,
): readonly (PositionScore | undefined)[] {
  const input = scoringInput(asset, positions, variants);
  const sizes = new Map(
    variants.map(({ position, sizes: { ownerSize, seriesSize } }) => [position, { ownerSize, seriesSize }]),
  );
  const ground = prepareScoring(input, settings);
  const book = { ...ground.book, sizes: (position: Position) => sizes.get(position) ?? ground.book.sizes(position) };
  const { scores } = scorePositions(input, settings, { ...ground, book });
  const byVariant = new Map(ground.positions.map((position, place) => [position, scores[place]]));
  return variants.map(({ position }) => byVariant.get(position));
}

function scoringInput(
  { atSec, market, prediction, doubts, exposure }: ExplainedAsset,
  positions: readonly ExplainedPosition[],
  variants: readonly PositionVariant[],
): ScoringInput {
  const name = positions[0]?.position.asset ?? "";
  const lastGood = positions.flatMap(({ position, lastGood: pair }) =>
    pair === null ? [] : [[positionKey(position), pair] as const],
  );
  return {
    positions: variants.map(({ position }) => position),
    snapshot: { atSec, doubts, assets: new Map(market === null ? [] : [[name, market]]) },
    predictions: new Map(prediction === null ? [] : [[name, prediction]]),
    classes: new Map(positions.map(({ position, riskClass }) => [position.classId, riskClass])),
    lastGood: new Map(lastGood),
    contagionExposures: new Map([[name, exposure]]),
    atSec,
  };
}

/** ρ, π and score; NaN for a position that was not scored. */
export function numbersOf(score: PositionScore | undefined): ExplainedNumbers {
  const { rhoBps, piBps, score: points } = score ?? { rhoBps: Number.NaN, piBps: Number.NaN, score: Number.NaN };
  return { rhoBps, piBps, score: points };
}

function isOfPosition(meaning: Meaning): boolean {
  return POSITION_MEANINGS.some((own) => own === meaning);
}

function subsets(meanings: readonly Meaning[]): readonly ReadonlySet<Meaning>[] {
  return Array.from(
    { length: 2 ** meanings.length },
    (_, mask) => new Set(meanings.filter((__, place) => (mask & (1 << place)) !== 0)),
  );
}

function maskOf(meanings: readonly Meaning[], kept: ReadonlySet<Meaning>): number {
  return meanings.reduce((mask, meaning, place) => (kept.has(meaning) ? mask | (1 << place) : mask), 0);
}
