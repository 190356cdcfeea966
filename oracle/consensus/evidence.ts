/** Evidence of a double signature: two messages of one key for one slot. Kept for the DAO, never forgotten. */
import { recoverCompact } from "../chain/compact-signature.ts";
import { type ReportDomain, reportDigest } from "../chain/typed-data.ts";
import type { RoundSlot, SignedObservation, SignedReport } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import { digestOf } from "./observe.ts";

/** Two different observations of one operator for one slot. */
export interface ObservationConflict {
  readonly kind: "observation";
  readonly slot: RoundSlot;
  readonly operator: Address;
  readonly messages: readonly [SignedObservation, SignedObservation];
}

/** Attestations of one operator to two different reports of one slot. */
export interface ReportConflict {
  readonly kind: "report";
  readonly slot: RoundSlot;
  readonly operator: Address;
  readonly messages: readonly [SignedReport, SignedReport];
}

/** A double signature of either kind. */
export type Evidence = ObservationConflict | ReportConflict;

/** Where evidence is kept; the same conflict may be handed in twice. */
export interface EvidenceStore {
  save(evidence: Evidence): Promise<void>;
}

/**
 * Checks evidence from nothing but itself: one signer, one slot, two digests, two good signatures. Digests are computed
 * anew from the signed content, so that nobody can move an old signature to another slot. The configuration of a report
 * is what its operator claimed in the attestation; chain, contract and epoch are covered by the signature.
 */
export async function verifyEvidence(evidence: Evidence, domain: ReportDomain): Promise<boolean> {
  const [first, second] = statements(evidence, domain);
  if (first.digest === second.digest) return false;
  if (![first, second].every(({ slot }) => isSameSlot(slot, evidence.slot))) return false;
  const signers = await Promise.all([first, second].map(({ digest, signature }) => recoverCompact(digest, signature)));
  return signers.every((signer) => signer?.toLowerCase() === evidence.operator.toLowerCase());
}

interface Statement {
  readonly slot: RoundSlot;
  readonly digest: Hex;
  readonly signature: Hex;
}

function statements(evidence: Evidence, domain: ReportDomain): readonly [Statement, Statement] {
  if (evidence.kind === "report") {
    const [first, second] = evidence.messages;
    return [reportStatement(first, domain), reportStatement(second, domain)];
  }
  const [first, second] = evidence.messages;
  return [observationStatement(first), observationStatement(second)];
}

function observationStatement({ observation, signature }: SignedObservation): Statement {
  return { slot: observation.slot, digest: digestOf(observation), signature };
}

function reportStatement({ report, attestation }: SignedReport, domain: ReportDomain): Statement {
  const slot = { configDigest: attestation.slot.configDigest, epoch: report.epoch };
  return { slot, digest: reportDigest(report, domain), signature: attestation.signature };
}

/** Whether two slots are the same round of the same configuration. */
export function isSameSlot(left: RoundSlot, right: RoundSlot): boolean {
  return left.configDigest === right.configDigest && left.epoch === right.epoch;
}
