/** A quorum report of which only what it lacks matters. */
import { zeroHash } from "viem";
import type { QuorumReport, ReportBundle } from "../../../oracle/domain/report.ts";

/** An empty report that left out what is given. */
export function reportLacking(
  leftOut: ReportBundle["leftOut"],
  leftOutQuantiles: ReportBundle["leftOutQuantiles"] = [],
): QuorumReport {
  return {
    bundle: {
      report: {
        epoch: 1n,
        signerSetVersion: 1,
        observedAt: 0,
        validUntil: 0,
        chunkIndex: 0,
        chunkCount: 1,
        entriesHash: zeroHash,
        classQuantilesHash: zeroHash,
        positionsRoot: zeroHash,
        bundleHash: zeroHash,
        evidenceHash: zeroHash,
        dispersionBps: 0,
      },
      entries: [],
      classQuantiles: [],
      leftOut,
      leftOutQuantiles,
      evidence: [],
    },
    digest: zeroHash,
    attestations: [],
  };
}
