/** Commits an observation to the inputs of its scores, before anybody knows what the others say. */
import { type Hex, keccak256, stringToBytes, zeroHash } from "viem";
import { inputsLeaf } from "../../chain/explanation-leaf.ts";
import { buildMerkleTree } from "../../chain/merkle-tree.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { ExplainedNumbers } from "../../domain/explanation.ts";
import { type Position, positionKey } from "../../domain/positions.ts";
import type { PositionScore } from "../../domain/score.ts";
import { EXPLANATION_FORMAT } from "../../scoring/explanation/explain-positions.ts";
import type { ExplainedAsset } from "../../scoring/explanation/explained-case.ts";
import { usualVol } from "../../scoring/explanation/usual-vol.ts";
import type { ScoringGround, ScoringInput } from "../../scoring/score-positions.ts";
import type { ScoringSettings } from "../../scoring/scoring-settings.ts";
import { encodeAssetInputs, encodePositionInputs } from "./inputs-codec.ts";

/** One position of a commitment. */
export interface CommittedPosition {
  readonly sourceIndex: number;
  readonly positionId: bigint;
  /** Canonical JSON of its inputs; its hash is in the leaf. */
  readonly text: string;
  readonly signed: ExplainedNumbers;
}

/** Inputs of a round with the root that binds them. */
export interface InputsCommitment {
  /** Merkle root over all positions; zero without any. */
  readonly root: Hex;
  /** Canonical JSON of each asset's inputs, by its hash. */
  readonly assets: Readonly<Record<Hex, string>>;
  /** In the order of the leaves: (source index, id) ascending. */
  readonly positions: readonly CommittedPosition[];
}

/** What a round scored, and with what. */
export interface CommittedRound {
  readonly epoch: bigint;
  readonly input: ScoringInput;
  readonly ground: ScoringGround;
  readonly scores: readonly PositionScore[];
  readonly settings: ScoringSettings;
}

/** keccak256 of a text's UTF-8 bytes. */
export function hashText(text: string): Hex {
  return keccak256(stringToBytes(text));
}

/** Hash of the settings that scores depend on. */
export function settingsHash(settings: ScoringSettings): Hex {
  return hashText(canonicalJson(settings));
}

/** Writes down the inputs of every score, and the root over them. A position whose numbers JSON cannot hold is left out. */
export function commitInputs(round: CommittedRound): InputsCommitment {
  const { input, ground, scores, settings } = round;
  const common = { format: EXPLANATION_FORMAT, settingsHash: settingsHash(settings) };
  const assets = new Map<string, { readonly text: string; readonly hash: Hex }>();
  const scored = new Map(scores.map((score) => [positionKey(score), score]));
  const positions = ground.positions.filter(isWritable).flatMap((position): readonly CommittedPosition[] => {
    const score = scored.get(positionKey(position));
    const riskClass = input.classes.get(position.classId);
    if (score === undefined || riskClass === undefined) return [];
    const asset = assets.get(position.asset) ?? writeAsset(position.asset, input);
    assets.set(position.asset, asset);
    const lastGood = input.lastGood.get(positionKey(position)) ?? null;
    const sizes = ground.book.sizes(position);
    const text = encodePositionInputs({ ...common, assetHash: asset.hash, position, riskClass, lastGood, ...sizes });
    const { rhoBps, piBps, score: points } = score;
    return [
      { sourceIndex: position.sourceIndex, positionId: position.id, text, signed: { rhoBps, piBps, score: points } },
    ];
  });
  const sorted = positions.toSorted(compare);
  const texts = [...assets.values()].map(({ hash, text }) => [hash, text] as const);
  return { root: rootOf(round.epoch, sorted), assets: Object.fromEntries(texts), positions: sorted };
}

/** Leaves of a commitment, in the order of its positions. */
export function leavesOf(epoch: bigint, positions: readonly CommittedPosition[]): readonly Hex[] {
  return positions.map(({ sourceIndex, positionId, text }) =>
    inputsLeaf({ epoch, sourceIndex, positionId, inputsHash: hashText(text) }),
  );
}

function rootOf(epoch: bigint, positions: readonly CommittedPosition[]): Hex {
  return positions.length === 0 ? zeroHash : buildMerkleTree(leavesOf(epoch, positions)).root;
}

function writeAsset(asset: string, input: ScoringInput): { readonly text: string; readonly hash: Hex } {
  const text = encodeAssetInputs(explainedAsset(asset, input));
  return { text, hash: hashText(text) };
}

/** What all positions of an asset share in a round. */
export function explainedAsset(asset: string, input: ScoringInput): ExplainedAsset {
  const { snapshot, predictions, contagionExposures: exposures, atSec } = input;
  const market = snapshot.assets.get(asset) ?? null;
  return {
    atSec,
    market,
    prediction: predictions.get(asset) ?? null,
    doubts: snapshot.doubts.filter((doubt) => doubt.asset === asset),
    // As scoring reads it: an asset that is not named is the most exposed.
    exposure: exposures === undefined ? 0 : (exposures.get(asset) ?? 1),
    usualVol: market === null ? null : usualVol(market.bars, atSec),
  };
}

function isWritable({ size, strike, collateralPerContract }: Position): boolean {
  return [size, strike, collateralPerContract].every(Number.isFinite);
}

function compare(left: CommittedPosition, right: CommittedPosition): number {
  if (left.sourceIndex !== right.sourceIndex) return left.sourceIndex - right.sourceIndex;
  return left.positionId < right.positionId ? -1 : 1;
}
