/** A delegate's check: is this the explanation of what is on chain? Nothing that the node says is believed. */
import { keccak256 } from "viem";
import { recoverCompact } from "../../chain/compact-signature.ts";
import { inputsLeaf } from "../../chain/explanation-leaf.ts";
import { rootFromProof } from "../../chain/merkle-tree.ts";
import { evidenceHash } from "../../consensus/aggregate.ts";
import { digestOf } from "../../consensus/observe.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { ExplanationAnswer } from "../../domain/explanation.ts";
import type { Observation } from "../../domain/report.ts";
import type { Address, Hex } from "../../domain/units.ts";
import type { ScoringSettings } from "../../scoring/scoring-settings.ts";
import { hashText } from "./commit-inputs.ts";
import { explainRound } from "./explain-round.ts";
import { decodeSigned } from "./explained-round.ts";
import { decodePositionInputs } from "./inputs-codec.ts";

/** What the chain says. */
export interface ChainFacts {
  /** The accepted report of the epoch, from the oracle's log. */
  readonly evidenceHash: Hex;
  readonly reportDigest: Hex;
  /** Signers of the oracle's registry. */
  readonly signers: readonly Address[];
}

/** Which position was asked for. */
export interface CheckedPosition {
  readonly sourceIndex: number;
  readonly positionId: bigint;
}

/** One step of the check. */
export interface CheckStep {
  readonly name:
    | "explained"
    | "report"
    | "evidence"
    | "signature"
    | "inputs"
    | "inclusion"
    | "signed-score"
    | "recomputed";
  readonly ok: boolean;
  /** What was compared, in words. */
  readonly text: string;
}

/**
 * Follows an explanation to the chain: report → evidence hash → signed observation → root of inputs → inputs of this position →
 * the same score → the same explanation, computed here. Every step is stated, whether it holds or not.
 */
export async function verifyExplanation(
  answer: ExplanationAnswer,
  {
    asked,
    chain,
    settings,
  }: { readonly asked: CheckedPosition; readonly chain: ChainFacts; readonly settings: ScoringSettings },
): Promise<readonly CheckStep[]> {
  const { proof } = answer;
  const signed = decodeSigned(proof.observation);
  const { observation } = signed;
  const digest = digestOf(observation);
  const recovered = await recoverCompact(digest, signed.signature);
  const isSigner = chain.signers.some((signer) => signer.toLowerCase() === recovered?.toLowerCase());
  return [
    step(
      "explained",
      answer.explanation !== null,
      `the node has an explanation${answer.fault ? `: no, ${answer.fault}` : ""}`,
    ),
    step(
      "report",
      isSame(answer.reportDigest, chain.reportDigest),
      `report ${chain.reportDigest} is the accepted one of epoch ${answer.epoch}`,
    ),
    step(
      "evidence",
      evidenceHash(proof.evidence) === chain.evidenceHash && proof.evidence.some((part) => part.digest === digest),
      `evidence hash ${chain.evidenceHash} on chain covers observation ${digest}`,
    ),
    step(
      "signature",
      isSigner && isSame(recovered ?? "", observation.operator),
      `signed by ${observation.operator}, a signer of the oracle`,
    ),
    step("inputs", areBound(answer), "the inputs of position and asset hash to what is bound"),
    step(
      "inclusion",
      isIncluded(answer, observation, asked),
      `the position's inputs are under the signed root ${observation.inputsRoot}`,
    ),
    step("signed-score", isSignedScore(answer, observation, asked), "the explained numbers are those that were signed"),
    step(
      "recomputed",
      isRecomputed(answer, asked, settings),
      "computed again from the inputs, the explanation is the same to the letter",
    ),
  ];
}

function step(name: CheckStep["name"], ok: boolean, text: string): CheckStep {
  return { name, ok, text };
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function areBound({ proof, explanation }: ExplanationAnswer): boolean {
  const { assetHash } = decodePositionInputs(proof.positionInputs);
  return assetHash === hashText(proof.assetInputs) && explanation?.inputsHash === hashText(proof.positionInputs);
}

function isIncluded({ proof }: ExplanationAnswer, observation: Observation, asked: CheckedPosition): boolean {
  const { position } = decodePositionInputs(proof.positionInputs);
  if (position.sourceIndex !== asked.sourceIndex || position.id !== asked.positionId) return false;
  const inputsHash = hashText(proof.positionInputs);
  const leaf = inputsLeaf({ epoch: observation.slot.epoch, ...asked, inputsHash });
  return rootFromProof(leaf, proof.siblings) === observation.inputsRoot;
}

function isSignedScore({ explanation }: ExplanationAnswer, { entries }: Observation, asked: CheckedPosition): boolean {
  const entry = entries.find((one) => one.sourceIndex === asked.sourceIndex && one.positionId === asked.positionId);
  if (entry === undefined || explanation === null) return false;
  const { rhoBps, piBps, score } = explanation.signed;
  return entry.rhoBps === rhoBps && entry.piBps === piBps && entry.score === score;
}

function isRecomputed(
  { proof, explanation }: ExplanationAnswer,
  asked: CheckedPosition,
  settings: ScoringSettings,
): boolean {
  if (explanation === null) return false;
  const committed = { ...asked, text: proof.positionInputs, signed: explanation.signed };
  const assets = { [hashText(proof.assetInputs)]: proof.assetInputs };
  const [again] = explainRound({ assets, positions: [committed] }, settings);
  const found = again?.explanation ?? null;
  return found !== null && keccak256(bytesOf(found)) === keccak256(bytesOf(explanation));
}

function bytesOf(value: object): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}
