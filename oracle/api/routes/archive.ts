/** Answers questions for the past out of the archive of reports. */
import { toHex } from "viem";
import { PlimsollError } from "../../domain/errors.ts";
import type { ProvenEntry, ReportArchive } from "../../domain/report-archive.ts";
import type { SystemView } from "../../domain/view.ts";
import { encodeEntries } from "../../rules/report-codec.ts";
import { proofRoute } from "../contract/proof.ts";
import { type ServedRoute, serveRoute } from "../serve-route.ts";
import { findPosition } from "./positions.ts";

/** `/v1/positions/{id}/proof`. */
export function serveArchive(view: SystemView): readonly ServedRoute[] {
  return [
    serveRoute(proofRoute, async ({ params: { id }, query: { source, asOf = null } }) => {
      const { sourceIndex } = findPosition(view, id, source);
      const archive = requireArchive(view);
      const proven = await archive.newestEntry(sourceIndex, BigInt(id), asOf);
      if (proven === null) throw proofUnknown(id);
      return { ...archive.place, ...proofOf(proven) };
    }),
  ];
}

/** The archive. @throws PlimsollError `ARCHIVE_CLOSED` while the database is not open. */
export function requireArchive(view: Pick<SystemView, "archive">): ReportArchive {
  const archive = view.archive();
  if (archive !== null) return archive;
  throw new PlimsollError({
    code: "ARCHIVE_CLOSED",
    problem: "The node is starting: its archive of reports is not open yet.",
    remedy: `Ask again in ${RETRY_AFTER_SEC} seconds.`,
    context: { retryAfterSec: RETRY_AFTER_SEC },
  });
}

const RETRY_AFTER_SEC = 5;

function proofOf({ quorum, entry, outcome, transactionHash, blockNumber, isFinal }: ProvenEntry) {
  const { report, entries } = quorum.bundle;
  const { epoch, rhoBps, piBps, score } = entry;
  return {
    sourceIndex: entry.sourceIndex,
    positionId: entry.positionId.toString(),
    entry: { epoch, rhoBps, piBps, score },
    outcome,
    report: { ...report, epoch: report.epoch.toString() },
    entries: toHex(encodeEntries(entries)),
    signatures: quorum.attestations.map(({ operator, signature }) => ({ operator, signature })),
    transactionHash,
    blockNumber: blockNumber.toString(),
    isFinal,
  };
}

function proofUnknown(id: string): PlimsollError<"PROOF_UNKNOWN"> {
  return new PlimsollError({
    code: "PROOF_UNKNOWN",
    problem: `No report that this node keeps had moved or confirmed position ${id} by then.`,
    remedy: "Ask for a later moment, or a node that has run longer.",
  });
}
