/** What operators sign: observations for each other, reports for the chain. All integers, all bound to a configuration. */
import type { ClassQuantile } from "./score.ts";
import type { Address, Hex } from "./units.ts";

/** One position's values in an observation or a report. Order inside a list: (source index, id) strictly ascending. */
export interface RiskEntry {
  /** Index of the position source in the oracle's registry. */
  readonly sourceIndex: number;
  readonly positionId: bigint;
  /** Position epoch the score saw, 0…65 535. */
  readonly epoch: number;
  readonly rhoBps: number;
  readonly piBps: number;
  readonly score: number;
}

/** The block that every operator of a round works from. */
export interface Anchor {
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  /** Block timestamp, seconds: the round's observation time. */
  readonly timestampSec: number;
}

/** Slot of a round: one digest at most is ever signed for it by one key. */
export interface RoundSlot {
  /** Hash of chain, contracts, salt, signer set, bounds version and model bundle. */
  readonly configDigest: Hex;
  /** Report epoch, strictly rising on chain. */
  readonly epoch: bigint;
}

/** One operator's scores for one round, before aggregation. */
export interface Observation {
  readonly slot: RoundSlot;
  readonly operator: Address;
  readonly anchor: Anchor;
  readonly bundleHash: Hex;
  readonly featureSchemaHash: Hex;
  /** Merkle root over the inputs of every entry, which explanations are computed from; zero for none. */
  readonly inputsRoot: Hex;
  /** See `FALLBACK_BIT`. */
  readonly fallbackBits: number;
  /** Age of the oldest market input, seconds at the anchor. */
  readonly oldestInputAgeSec: number;
  readonly entries: readonly RiskEntry[];
  readonly classQuantiles: readonly ClassQuantile[];
}

/** An observation with its operator's signature over the observation digest. */
export interface SignedObservation {
  readonly observation: Observation;
  readonly signature: Hex;
}

/** The report that the chain verifies (EIP-712 `RiskReport`). */
export interface RiskReport {
  readonly epoch: bigint;
  readonly signerSetVersion: number;
  readonly observedAt: number;
  readonly validUntil: number;
  readonly chunkIndex: number;
  readonly chunkCount: number;
  /** keccak256 of the packed entries. */
  readonly entriesHash: Hex;
  /** keccak256 of the packed class quantiles. */
  readonly classQuantilesHash: Hex;
  /** Root over all positions for delivery by proof; zero while only pushed. */
  readonly positionsRoot: Hex;
  readonly bundleHash: Hex;
  /** keccak256 of the signed observations behind the report. */
  readonly evidenceHash: Hex;
  /** Largest spread of ρ between honest-range observations, basis points. */
  readonly dispersionBps: number;
}

/** What the evidence hash of a report takes of one observation. */
export interface EvidencePart {
  /** Digest of the observation. */
  readonly digest: Hex;
  /** Its operator's compact signature. */
  readonly signature: Hex;
}

/** A report with its payload, recomputed identically by every operator. */
export interface ReportBundle {
  readonly report: RiskReport;
  readonly entries: readonly RiskEntry[];
  readonly classQuantiles: readonly ClassQuantile[];
  /** Entries that the chain's rules would refuse even after clamping, with the reason. */
  readonly leftOut: readonly { readonly entry: RiskEntry; readonly reason: string }[];
  /** Class quantiles of which the same is true. */
  readonly leftOutQuantiles: readonly { readonly quantile: ClassQuantile; readonly reason: string }[];
  /** The counted observations, ascending by digest; none for a report that was read back from the store. */
  readonly evidence: readonly EvidencePart[];
}

/** One operator's signature over the EIP-712 report digest. */
export interface Attestation {
  readonly slot: RoundSlot;
  readonly digest: Hex;
  readonly operator: Address;
  /** 64-byte compact signature (r, vs), EIP-2098. */
  readonly signature: Hex;
}

/** An attestation with the header it signs, so that anyone can compute the digest anew. */
export interface SignedReport {
  readonly report: RiskReport;
  readonly attestation: Attestation;
}

/** A bundle with at least the threshold of attestations. */
export interface QuorumReport {
  readonly bundle: ReportBundle;
  readonly digest: Hex;
  /** Sorted by index in the signer set. */
  readonly attestations: readonly Attestation[];
}
