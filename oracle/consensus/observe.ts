/** One operator's observation: scores become sorted integers, bound to a slot and signed guard-first. */
import { keccak256 } from "viem";
import { type DigestSigner, recoverCompact, signCompact } from "../chain/compact-signature.ts";
import { observationDigest } from "../chain/typed-data.ts";
import { type Outcome, PlimsollError } from "../domain/errors.ts";
import { FALLBACK_BIT } from "../domain/prediction.ts";
import type { Anchor, Observation, RiskEntry, RoundSlot, SignedObservation } from "../domain/report.ts";
import type { ClassQuantile, PositionScore } from "../domain/score.ts";
import type { Address, Hex } from "../domain/units.ts";
import { encodeClassQuantiles, encodeEntries } from "../rules/report-codec.ts";
import type { SigningGuard } from "./signing-guard.ts";

/** What an observation says besides the scores. */
export interface ObservationContext {
  readonly slot: RoundSlot;
  readonly operator: Address;
  readonly anchor: Anchor;
  readonly bundleHash: Hex;
  readonly featureSchemaHash: Hex;
  /** Root over the inputs of the scores. */
  readonly inputsRoot: Hex;
  /** Seconds at the anchor, rounded up. */
  readonly oldestInputAgeSec: number;
  /** Index of every position source in the oracle's registry, by lower-case address. */
  readonly sourceIndexes: ReadonlyMap<string, number>;
  readonly classQuantiles: readonly ClassQuantile[];
}

/** Why a received observation does not count. */
export type ObservationFault = "unknown-operator" | "bad-signature" | "unsorted";

/** An observation whose signature was checked, with its digest. */
export interface VerifiedObservation extends SignedObservation {
  readonly digest: Hex;
}

/**
 * Builds an observation from the scores of one round.
 *
 * @throws PlimsollError `OBSERVATION_SOURCE_UNKNOWN` for a score of a source that the oracle has not registered,
 *   `OBSERVATION_DUPLICATE` for two scores of one position.
 */
export function createObservation(scores: readonly PositionScore[], context: ObservationContext): Observation {
  const { sourceIndexes, classQuantiles, ...facts } = context;
  const entries = scores.map((score) => toEntry(score, sourceIndexes)).sort(compareEntries);
  const observation: Observation = {
    ...facts,
    fallbackBits: fallbackBits(scores),
    entries,
    classQuantiles: classQuantiles.toSorted((left, right) => left.classId - right.classId),
  };
  if (!isStrictlySorted(observation)) {
    throw new PlimsollError({
      code: "OBSERVATION_DUPLICATE",
      problem: `Two scores of one position or class in epoch ${context.slot.epoch}.`,
      remedy: "Score every position once a round; check the enumeration of the position source.",
      context: { epoch: context.slot.epoch },
    });
  }
  return observation;
}

function toEntry(score: PositionScore, sourceIndexes: ReadonlyMap<string, number>): RiskEntry {
  const sourceIndex = sourceIndexes.get(score.source.toLowerCase());
  if (sourceIndex === undefined) {
    throw new PlimsollError({
      code: "OBSERVATION_SOURCE_UNKNOWN",
      problem: `Position source ${score.source} has no index at the oracle.`,
      remedy: "Register the source through governance before its positions are scored.",
      context: { source: score.source },
    });
  }
  const { epoch, rhoBps, piBps, score: points } = score;
  return { sourceIndex, positionId: score.id, epoch, rhoBps, piBps, score: points };
}

/** Union of all fallbacks in use, as bits of `FALLBACK_BIT`. */
function fallbackBits(scores: readonly PositionScore[]): number {
  let bits = 0;
  for (const score of scores) {
    for (const fallback of score.fallbacks) bits |= 1 << FALLBACK_BIT[fallback];
  }
  return bits >>> 0;
}

/** Order of entries: (source index, position id) ascending. */
export function compareEntries(left: RiskEntry, right: RiskEntry): number {
  if (left.sourceIndex !== right.sourceIndex) return left.sourceIndex - right.sourceIndex;
  if (left.positionId === right.positionId) return 0;
  return left.positionId < right.positionId ? -1 : 1;
}

/** Whether entries and class quantiles ascend strictly, as every honest observation's do. */
function isStrictlySorted(observation: Observation): boolean {
  const { entries, classQuantiles } = observation;
  const entriesAscend = entries.every((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || compareEntries(before, entry) < 0;
  });
  const classesAscend = classQuantiles.every(
    (quantile, index) => (classQuantiles[index - 1]?.classId ?? -1) < quantile.classId,
  );
  return entriesAscend && classesAscend;
}

/** Digest that an operator signs; covers every field and the packed payload. */
export function digestOf(observation: Observation): Hex {
  return observationDigest(observation, {
    entriesHash: keccak256(encodeEntries(observation.entries)),
    classQuantilesHash: keccak256(encodeClassQuantiles(observation.classQuantiles)),
  });
}

/** Whether two observations say the same in every field that their digest covers. */
export function isSameObservation(left: Observation, right: Observation): boolean {
  return (
    left.operator.toLowerCase() === right.operator.toLowerCase() &&
    left.slot.configDigest === right.slot.configDigest &&
    left.slot.epoch === right.slot.epoch &&
    left.anchor.blockNumber === right.anchor.blockNumber &&
    left.anchor.blockHash === right.anchor.blockHash &&
    left.anchor.timestampSec === right.anchor.timestampSec &&
    left.bundleHash === right.bundleHash &&
    left.featureSchemaHash === right.featureSchemaHash &&
    left.inputsRoot === right.inputsRoot &&
    left.fallbackBits === right.fallbackBits &&
    left.oldestInputAgeSec === right.oldestInputAgeSec &&
    areEqual(left.entries, right.entries, isSameEntry) &&
    areEqual(left.classQuantiles, right.classQuantiles, isSameQuantile)
  );
}

function areEqual<Item>(
  left: readonly Item[],
  right: readonly Item[],
  isSame: (one: Item, other: Item) => boolean,
): boolean {
  if (left.length !== right.length) return false;
  return left.every((item, index) => {
    const other = right[index];
    return other !== undefined && isSame(item, other);
  });
}

function isSameEntry(one: RiskEntry, other: RiskEntry): boolean {
  return (
    compareEntries(one, other) === 0 &&
    one.epoch === other.epoch &&
    one.rhoBps === other.rhoBps &&
    one.piBps === other.piBps &&
    one.score === other.score
  );
}

function isSameQuantile(one: ClassQuantile, other: ClassQuantile): boolean {
  return one.classId === other.classId && one.rhoBps === other.rhoBps && one.piBps === other.piBps;
}

/** Signs an observation after the guard has written its digest down. */
export async function signObservation(
  observation: Observation,
  deps: { readonly signer: DigestSigner; readonly guard: SigningGuard },
): Promise<Outcome<VerifiedObservation, "conflict">> {
  const digest = digestOf(observation);
  const permission = deps.guard.authorise(observation.slot, "observation", digest);
  if (!permission.ok) return permission;
  return { ok: true, value: { observation, digest, signature: await signCompact(deps.signer, digest) } };
}

/**
 * Checks that an operator of the set signed exactly this observation. Slot, anchor and bundle are the round's to check.
 *
 * @param operators signer addresses, lower or mixed case.
 */
export async function verifyObservation(
  signed: SignedObservation,
  operators: readonly Address[],
): Promise<Outcome<VerifiedObservation, ObservationFault>> {
  const operator = signed.observation.operator.toLowerCase();
  if (!operators.some((known) => known.toLowerCase() === operator)) return { ok: false, reason: "unknown-operator" };
  if (!isStrictlySorted(signed.observation)) return { ok: false, reason: "unsorted" };
  const digest = digestOf(signed.observation);
  const recovered = await recoverCompact(digest, signed.signature);
  if (recovered?.toLowerCase() !== operator) return { ok: false, reason: "bad-signature" };
  return { ok: true, value: { ...signed, digest } };
}
