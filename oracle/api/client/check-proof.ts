/** Checks a proof without trusting the node: hashes, digest and signatures anew, against what the reader knows of the chain. */
import { getAddress, hexToBytes, isAddress, isHex, keccak256 } from "viem";
import type { z } from "zod";
import { recoverCompact } from "../../chain/compact-signature.ts";
import { reportDigest } from "../../chain/typed-data.ts";
import type { Outcome } from "../../domain/errors.ts";
import type { RiskEntry, RiskReport } from "../../domain/report.ts";
import type { Address, Hex } from "../../domain/units.ts";
import { decodeEntries } from "../../rules/report-codec.ts";
import type { ProofSchema } from "../contract/proof.ts";

/** A proof as the node answers it. */
export type Proof = z.output<typeof ProofSchema>;

/** What the reader knows, from the chain or from his own configuration; never from the node. */
export interface ChainTrust {
  readonly chainId: number;
  readonly oracle: Address;
  readonly signerSetVersion: number;
  readonly signers: readonly Address[];
  /** Signatures of a quorum. */
  readonly threshold: number;
}

/** Why a proof proves nothing. */
export type ProofFault =
  | "other-chain"
  | "other-signer-set"
  | "entries-altered"
  | "entry-missing"
  | "entry-altered"
  | "signature-invalid"
  | "signer-unknown"
  | "no-quorum";

/**
 * Checks that a quorum of the reader's signers has signed a report that holds the proof's entry.
 *
 * @returns the operators who signed, or the fault.
 */
export async function checkProof(proof: Proof, trust: ChainTrust): Promise<Outcome<readonly Address[], ProofFault>> {
  const fault = await faultOfContent(proof, trust);
  if (fault !== null) return { ok: false, reason: fault };
  const digest = digestOfProof(proof, trust);
  const known = new Set(trust.signers.map((signer) => getAddress(signer)));
  const signed = new Set<Address>();
  for (const { signature } of proof.signatures) {
    const signer = isHex(signature) ? await recoverCompact(digest, signature) : null;
    if (signer === null) return { ok: false, reason: "signature-invalid" };
    if (!known.has(getAddress(signer))) return { ok: false, reason: "signer-unknown" };
    signed.add(getAddress(signer));
  }
  // One key that signed twice is one voice.
  return signed.size < trust.threshold ? { ok: false, reason: "no-quorum" } : { ok: true, value: [...signed] };
}

/** Digest of a proof's report under the reader's own oracle: that of the report's page, where nothing was altered. */
export function digestOfProof(proof: Proof, trust: Pick<ChainTrust, "chainId" | "oracle">): Hex {
  return reportDigest(headerOf(proof), trust);
}

async function faultOfContent(proof: Proof, trust: ChainTrust): Promise<ProofFault | null> {
  const isHere = proof.chainId === trust.chainId && isAddress(proof.oracle, { strict: false });
  if (!isHere || getAddress(proof.oracle) !== getAddress(trust.oracle)) return "other-chain";
  if (proof.report.signerSetVersion !== trust.signerSetVersion) return "other-signer-set";
  const entries = entriesOf(proof);
  if (entries === null) return "entries-altered";
  const found = entries.find(
    ({ sourceIndex, positionId }) => sourceIndex === proof.sourceIndex && positionId.toString() === proof.positionId,
  );
  if (found === undefined) return "entry-missing";
  const { epoch, rhoBps, piBps, score } = proof.entry;
  const isSame = found.epoch === epoch && found.rhoBps === rhoBps && found.piBps === piBps && found.score === score;
  return isSame ? null : "entry-altered";
}

/** `null` unless they are what the header's hash says. */
function entriesOf({ entries, report }: Proof): readonly RiskEntry[] | null {
  if (!isHex(entries) || keccak256(entries) !== report.entriesHash.toLowerCase()) return null;
  return decodeEntries(hexToBytes(entries));
}

function headerOf({ report }: Proof): RiskReport {
  const { epoch, ...rest } = report;
  return {
    ...rest,
    epoch: BigInt(epoch),
    entriesHash: hexOf(report.entriesHash),
    classQuantilesHash: hexOf(report.classQuantilesHash),
    positionsRoot: hexOf(report.positionsRoot),
    bundleHash: hexOf(report.bundleHash),
    evidenceHash: hexOf(report.evidenceHash),
  };
}

/** The contract has checked the form; what is none hashes to another digest. */
function hexOf(text: string): Hex {
  return isHex(text) ? text : "0x";
}
