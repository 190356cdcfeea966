/** What became of a report: as the store keeps it and as people are shown it. */
import type { QuorumReport, RoundSlot } from "../../domain/report.ts";
import type { Hex } from "../../domain/units.ts";
import type { ReportRow } from "../../domain/view.ts";
import type { SharedStore } from "../../platform/database/store.ts";
import type { SubmissionResult } from "../../submission/confirm.ts";

/** What the chain said to a report, or `pending` while its transaction is on its way. */
export type ReportFate = Omit<SubmissionResult, "state"> & { readonly state: SubmissionResult["state"] | "pending" };

/** What of a fate is shown. */
type ShownFate = Pick<ReportFate, "state" | "txHash" | "blockNumber" | "gasUsed"> & {
  readonly outcomes: readonly string[];
};

/** Fate of a report whose transaction is on its way. */
export function pendingFate(txHash: Hex): ReportFate {
  const nowhere = { blockNumber: null, blockHash: null, gasUsed: null };
  return { state: "pending", txHash, ...nowhere, outcomes: [], quantileOutcomes: [] };
}

/** Slot of a report: every attestation of a quorum is for the same one. */
export function slotOf(quorum: QuorumReport): RoundSlot {
  const [first] = quorum.attestations;
  if (first === undefined) throw new RangeError("A quorum report has at least one attestation.");
  return first.slot;
}

/** Where a fate is made known. */
export interface FateSinks {
  readonly shared: SharedStore;
  /** Told of every change of a report's fate. */
  readonly onReport: (row: ReportRow) => void;
}

/** Keeps a fate in the place of the earlier one, and shows it. */
export async function recordFate(sinks: FateSinks, quorum: QuorumReport, fate: ReportFate): Promise<void> {
  const { entries } = quorum.bundle;
  await sinks.shared.saveReportResult(slotOf(quorum), {
    state: fate.state,
    transactionHash: fate.txHash,
    blockNumber: fate.blockNumber,
    blockHash: fate.blockHash,
    gasUsed: fate.gasUsed,
    entries:
      fate.state === "pending" ? [] : entries.map((entry, index) => ({ entry, outcome: outcomeAt(fate, index) })),
  });
  sinks.onReport(reportRowOf(quorum, fate));
}

function outcomeAt(fate: ReportFate, index: number): string {
  return fate.outcomes[index] ?? fate.state;
}

/** What people are shown of a report. */
export function reportRowOf(quorum: QuorumReport, fate: ShownFate): ReportRow {
  const { entries, report } = quorum.bundle;
  return {
    epoch: report.epoch.toString(),
    digest: quorum.digest,
    observedAtSec: report.observedAt,
    state: fate.state,
    transactionHash: fate.txHash,
    blockNumber: fate.blockNumber?.toString() ?? null,
    entries: entries.length,
    applied: fate.outcomes.filter(isApplied).length,
    skipped: skippedBy(fate),
    signers: quorum.attestations.map(({ operator }) => operator),
    gasUsed: fate.gasUsed?.toString() ?? null,
  };
}

/** Outcomes of entries that the chain took. */
export const APPLIED_OUTCOMES: readonly string[] = ["APPLIED_TIGHTENED", "APPLIED_LOOSENED", "REFRESHED"];

/** Whether the chain took an entry. */
export function isApplied(outcome: string): boolean {
  return APPLIED_OUTCOMES.includes(outcome);
}

/** Entries that the chain skipped, by reason. */
function skippedBy(fate: ShownFate): Readonly<Record<string, number>> {
  const skipped = new Map<string, number>();
  for (const outcome of fate.outcomes) {
    if (!isApplied(outcome)) skipped.set(outcome, (skipped.get(outcome) ?? 0) + 1);
  }
  return Object.fromEntries(skipped);
}
