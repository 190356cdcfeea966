/** An archive with one report that three real keys have signed, for the reader's own check of it. */
import { keccak256, toHex, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { signCompact } from "../../oracle/chain/compact-signature.ts";
import { reportDigest } from "../../oracle/chain/typed-data.ts";
import type { RiskEntry, RiskReport } from "../../oracle/domain/report.ts";
import type { ReportArchive } from "../../oracle/domain/report-archive.ts";
import type { Address, Hex } from "../../oracle/domain/units.ts";
import { encodeEntries } from "../../oracle/rules/report-codec.ts";
import { reportRow, VIEW_SOURCE, VIEW_TIME_SEC } from "./changing-view.ts";

const KEYS = [1, 2, 3, 4].map((digit): Hex => `0x${String(digit).repeat(64)}`);
/** Operators of the archive; the first three have signed. */
export const ARCHIVE_SIGNERS: readonly Address[] = KEYS.map((key) => privateKeyToAccount(key).address);

/** An archive and the digest of its report. */
export interface SignedArchive {
  readonly archive: ReportArchive;
  readonly digest: Hex;
}

/** Signs the report. @param shownRhoBps what the archive says of the entry, whatever was signed. */
export async function signedArchive(shownRhoBps = 2_000): Promise<SignedArchive> {
  const entry: RiskEntry = { sourceIndex: 0, positionId: 7n, epoch: 1, rhoBps: 2_000, piBps: 300, score: 231 };
  const place = { chainId: 31_337, oracle: VIEW_SOURCE } as const;
  const hashes = {
    classQuantilesHash: zeroHash,
    positionsRoot: zeroHash,
    bundleHash: zeroHash,
    evidenceHash: zeroHash,
  };
  const report: RiskReport = {
    ...{ epoch: 12n, signerSetVersion: 1, observedAt: VIEW_TIME_SEC, validUntil: VIEW_TIME_SEC + 600, ...hashes },
    ...{ chunkIndex: 0, chunkCount: 1, dispersionBps: 10, entriesHash: keccak256(toHex(encodeEntries([entry]))) },
  };
  const digest = reportDigest(report, place);
  const attestations = await Promise.all(
    KEYS.slice(0, 3).map(async (key) => {
      const account = privateKeyToAccount(key);
      return {
        slot: { configDigest: zeroHash, epoch: 12n },
        operator: account.address,
        digest,
        signature: await signCompact(account, digest),
      };
    }),
  );
  const bundle = { report, entries: [entry], classQuantiles: [], leftOut: [], leftOutQuantiles: [], evidence: [] };
  const mined = { outcome: "APPLIED_TIGHTENED", transactionHash: zeroHash, blockNumber: 40n, isFinal: true };
  const shown = { ...entry, rhoBps: shownRhoBps };
  const archive: ReportArchive = {
    place,
    newestEntry: async () => ({ quorum: { bundle, digest, attestations }, entry: shown, ...mined }),
    reports: async () => [reportRow()],
  };
  return { archive, digest };
}
