/** A quorum report as the arguments and the calldata of `RiskOracle.submitReport`. */
import { bytesToHex, concatHex, encodeFunctionData } from "viem";
import { riskOracleAbi } from "../chain/abi/risk-oracle.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { QuorumReport, RiskReport } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import { encodeClassQuantiles, encodeEntries } from "../rules/report-codec.ts";

/** Arguments of `submitReport`, in order: header, attestations, packed entries, packed class quantiles. */
export type SubmitArguments = readonly [
  RiskReport,
  { readonly signerBitmap: bigint; readonly signatures: Hex },
  Hex,
  Hex,
];

/**
 * Builds the arguments. Bit i of the bitmap is the i-th signer of the set; the 64-byte signatures (r, vs) follow each
 * other by ascending bit.
 *
 * @param signers the report's signer set, in order.
 * @throws PlimsollError `SUBMISSION_NOT_A_SIGNER`, `SUBMISSION_DUPLICATE_SIGNER`.
 */
export function submitArguments(quorum: QuorumReport, signers: readonly Address[]): SubmitArguments {
  const order = signers.map((signer) => signer.toLowerCase());
  const signed = new Map<number, Hex>();
  for (const { operator, signature } of quorum.attestations) {
    const index = order.indexOf(operator.toLowerCase());
    if (index < 0) throw badAttestation("SUBMISSION_NOT_A_SIGNER", operator, "is not in the signer set");
    if (signed.has(index)) throw badAttestation("SUBMISSION_DUPLICATE_SIGNER", operator, "signed twice");
    signed.set(index, signature);
  }
  const ascending = [...signed].sort(([left], [right]) => left - right);
  const signerBitmap = ascending.reduce((bitmap, [index]) => bitmap | (1n << BigInt(index)), 0n);
  const signatures = concatHex(ascending.map(([, signature]) => signature));
  const { report, entries, classQuantiles } = quorum.bundle;
  return [
    report,
    { signerBitmap, signatures },
    bytesToHex(encodeEntries(entries)),
    bytesToHex(encodeClassQuantiles(classQuantiles)),
  ];
}

/** Calldata of `submitReport`. */
export function encodeSubmission(quorum: QuorumReport, signers: readonly Address[]): Hex {
  return encodeFunctionData({
    abi: riskOracleAbi,
    functionName: "submitReport",
    args: submitArguments(quorum, signers),
  });
}

function badAttestation<Code extends string>(code: Code, operator: Address, problem: string): PlimsollError<Code> {
  return new PlimsollError({
    code,
    problem: `Attestation of ${operator}: the key ${problem}.`,
    remedy: "Assemble the quorum from the signer set of the report's version, one attestation a signer.",
    context: { operator },
  });
}
