/** An archive with one report of one position, for tests of the API alone. */
import { zeroHash } from "viem";
import type { ReportArchive } from "../../oracle/domain/report-archive.ts";
import { reportRow, VIEW_SOURCE, VIEW_TIME_SEC } from "./changing-view.ts";

/** The archive; before its only report, at a block below 40, it knows nothing. @param rhoBps of the entry. */
export function archiveStandIn(rhoBps = 2_000): ReportArchive {
  const entry = { sourceIndex: 0, positionId: 7n, epoch: 1, rhoBps, piBps: 300, score: 231 };
  const hashes = { entriesHash: zeroHash, classQuantilesHash: zeroHash, positionsRoot: zeroHash };
  const report = {
    ...{ epoch: 12n, signerSetVersion: 1, observedAt: VIEW_TIME_SEC, validUntil: VIEW_TIME_SEC + 600, ...hashes },
    ...{ chunkIndex: 0, chunkCount: 1, bundleHash: zeroHash, evidenceHash: zeroHash, dispersionBps: 10 },
  };
  const bundle = { report, entries: [entry], classQuantiles: [], leftOut: [], leftOutQuantiles: [], evidence: [] };
  const quorum = { bundle, digest: zeroHash, attestations: [] };
  const mined = { outcome: "REFRESHED", transactionHash: zeroHash, blockNumber: 40n, isFinal: true };
  return {
    place: { chainId: 31_337, oracle: VIEW_SOURCE },
    newestEntry: async (_source, _id, asOf) => (asOf === null ? { quorum, entry, ...mined } : null),
    reports: async () => [reportRow()],
  };
}
