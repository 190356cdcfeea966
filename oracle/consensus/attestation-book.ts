/** The report signatures that one operator holds in a round, by digest; conflicts told apart. */
import { recoverCompact } from "../chain/compact-signature.ts";
import { type ReportDomain, reportDigest } from "../chain/typed-data.ts";
import type { Attestation, SignedReport } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";

/** What became of an attestation. */
export type AttestationFiling =
  | { readonly kind: "added" | "known" | "invalid" }
  | { readonly kind: "conflict"; readonly first: SignedReport };

/** Collects attestations. */
export interface AttestationBook {
  /**
   * Checks and files an attestation. Digest and epoch are computed anew from the report's header, so that an old
   * signature cannot be passed off as one for this slot.
   */
  file(signed: SignedReport): Promise<AttestationFiling>;
  /** Files what this operator has just signed itself: nothing is to be checked. */
  fileOwn(signed: SignedReport): void;
  /** Attestations to a digest by signer index, the first `threshold` of them; `null` while there are fewer. */
  quorum(digest: Hex, threshold: number): readonly Attestation[] | null;
  /** The attestation of one operator, if there is one. */
  of(operator: Address): SignedReport | null;
}

/** Creates an empty book for the signers of a set, in signer order. */
export function createAttestationBook(operators: readonly Address[], domain: ReportDomain): AttestationBook {
  const order = operators.map((operator) => operator.toLowerCase());
  const filed = new Map<string, SignedReport>();
  return {
    file: async (signed) => {
      const operator = signed.attestation.operator.toLowerCase();
      if (filed.get(operator)?.attestation.signature === signed.attestation.signature) return { kind: "known" };
      if (!order.includes(operator) || !(await isGenuine(signed, domain))) return { kind: "invalid" };
      const first = filed.get(operator);
      if (first === undefined) {
        filed.set(operator, signed);
        return { kind: "added" };
      }
      if (first.attestation.digest === signed.attestation.digest) return { kind: "known" };
      return { kind: "conflict", first };
    },
    fileOwn: (signed) => void filed.set(signed.attestation.operator.toLowerCase(), signed),
    quorum: (digest, threshold) => {
      const matching = order.flatMap((operator) => {
        const attestation = filed.get(operator)?.attestation;
        return attestation?.digest === digest ? [attestation] : [];
      });
      return matching.length < threshold ? null : matching.slice(0, threshold);
    },
    of: (operator) => filed.get(operator.toLowerCase()) ?? null,
  };
}

async function isGenuine({ report, attestation }: SignedReport, domain: ReportDomain): Promise<boolean> {
  if (report.epoch !== attestation.slot.epoch || reportDigest(report, domain) !== attestation.digest) return false;
  const signer = await recoverCompact(attestation.digest, attestation.signature);
  return signer?.toLowerCase() === attestation.operator.toLowerCase();
}
