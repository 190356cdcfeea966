/** Keeps what each operator said in a round, and the reports that came of it, entry by entry. */
import { upperMedian } from "../../../consensus/aggregate.ts";
import { positionKey } from "../../../domain/positions.ts";
import type { Anchor, QuorumReport, RiskEntry } from "../../../domain/report.ts";
import type { PositionScore } from "../../../domain/score.ts";
import type { NetworkFacts, ReportDetail, ReportEntryRow, RoundRow, RoundVoice } from "../../../domain/trail.ts";
import type { Address, Hex } from "../../../domain/units.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { SubmissionResult } from "../../../submission/confirm.ts";
import type { OperatorRoundResult } from "../../operator/operator-settings.ts";

/** What a round came to, before the chain has answered. */
export interface LivedRound {
  readonly anchor: Anchor;
  readonly begunAtMs: number;
  readonly fate: RoundRow["fate"];
  readonly results: readonly OperatorRoundResult[];
  /** Sources in the order of their index. */
  readonly sources: readonly Address[];
}

/** Takes rounds and keeps the newest. */
export interface RoundLog {
  /** Adds a round. @returns its row. */
  add(round: LivedRound, network: NetworkFacts | null): RoundRow;
  /** Notes what the chain said to the newest report of a digest. */
  answered(digest: Hex, result: SubmissionResult): void;
  rounds(limit: number): readonly RoundRow[];
  report(digest: string): ReportDetail | null;
}

const KEPT_ROUNDS = 2_160;
/** Voices of reports kept in full, about 30 MB. */
const GREATEST_VOICES = 400_000;

/** Creates an empty log. */
export function createRoundLog(clock: Clock): RoundLog {
  const rounds: RoundRow[] = [];
  const reports = new Map<string, ReportDetail>();
  return {
    add: (round, network) => {
      const row = toRow(round, network, clock.nowMs());
      rounds.push(row);
      if (rounds.length > KEPT_ROUNDS) rounds.shift();
      const detail = toDetail(round, network);
      if (detail !== null) reports.set(detail.digest.toLowerCase(), detail);
      forgetOldest(reports);
      return row;
    },
    answered: (digest, { outcomes }) => {
      const at = rounds.findLastIndex((row) => row.digest === digest);
      const row = rounds[at];
      if (row !== undefined) rounds[at] = { ...row, answeredAtMs: clock.nowMs() };
      const detail = reports.get(digest.toLowerCase());
      if (detail !== undefined) reports.set(digest.toLowerCase(), withOutcomes(detail, outcomes));
    },
    rounds: (limit) => rounds.slice(-limit).toReversed(),
    report: (digest) => reports.get(digest.toLowerCase()) ?? null,
  };
}

function quorumOf(results: readonly OperatorRoundResult[]): QuorumReport | null {
  return results.find(({ quorum }) => quorum !== null)?.quorum ?? null;
}

function operatorAt(network: NetworkFacts | null, index: number): Address {
  return network?.operators[index] ?? `0x${index.toString(16).padStart(40, "0")}`;
}

function toRow(
  { anchor, begunAtMs, fate, results }: LivedRound,
  network: NetworkFacts | null,
  nowMs: number,
): RoundRow {
  const quorum = quorumOf(results);
  const signers = new Set(quorum?.attestations.map(({ operator }) => operator.toLowerCase()));
  return {
    epoch: (results[0]?.epoch ?? 0n).toString(),
    atSec: anchor.timestampSec,
    fate,
    digest: quorum?.digest ?? null,
    dispersionBps: quorum?.bundle.report.dispersionBps ?? null,
    begunAtMs,
    agreedAtMs: nowMs,
    answeredAtMs: null,
    voices: results.map((result, index) => toVoice(result, operatorAt(network, index), signers)),
  };
}

function toVoice(result: OperatorRoundResult, operator: Address, signers: ReadonlySet<string>): RoundVoice {
  const { dissentingPositions = 0, ...odd } = result.counts;
  return {
    operator,
    observed: result.observed,
    agreed: result.quorum !== null,
    signed: signers.has(operator.toLowerCase()),
    reason: result.reason,
    durationMs: result.durationMs,
    dissent: dissentingPositions,
    odd,
  };
}

function toDetail({ results, sources }: LivedRound, network: NetworkFacts | null): ReportDetail | null {
  const quorum = quorumOf(results);
  if (quorum === null) return null;
  const { report, entries, leftOut } = quorum.bundle;
  const spoken = results.map(({ scores }) => new Map(scores.map((score) => [positionKey(score), score])));
  const signatures = new Map(quorum.attestations.map((one) => [one.operator.toLowerCase(), one.signature]));
  const rowOf = (entry: RiskEntry, reason: string | null) => toEntry(entry, { reason, spoken, sources });
  return {
    digest: quorum.digest,
    epoch: report.epoch.toString(),
    observedAtSec: report.observedAt,
    validUntilSec: report.validUntil,
    signerSetVersion: report.signerSetVersion,
    bundleHash: report.bundleHash,
    evidenceHash: report.evidenceHash,
    threshold: network?.threshold ?? quorum.attestations.length,
    operators: results.map(({ observationDigest }, index) => {
      const address = operatorAt(network, index);
      return { address, observationDigest, signature: signatures.get(address.toLowerCase()) ?? null };
    }),
    entries: [
      ...entries.map((entry) => rowOf(entry, null)),
      ...leftOut.map(({ entry, reason }) => rowOf(entry, reason)),
    ],
  };
}

interface SpokenOf {
  readonly reason: string | null;
  readonly spoken: readonly ReadonlyMap<string, PositionScore>[];
  readonly sources: readonly Address[];
}

function toEntry(entry: RiskEntry, { reason, spoken, sources }: SpokenOf): ReportEntryRow {
  const source = sources[entry.sourceIndex] ?? `0x${entry.sourceIndex.toString(16).padStart(40, "0")}`;
  const key = positionKey({ source, id: entry.positionId });
  const voicesBps = spoken.map((scores) => scores.get(key)?.rhoBps ?? null);
  const known = voicesBps.filter((rho) => rho !== null);
  const isIn = reason === null;
  return {
    source,
    positionId: entry.positionId.toString(),
    voicesBps,
    medianBps: known.length === 0 ? null : upperMedian(known),
    rhoBps: isIn ? entry.rhoBps : null,
    piBps: isIn ? entry.piBps : null,
    score: isIn ? entry.score : null,
    leftOut: reason,
    outcome: null,
  };
}

/** Outcomes stand in the order of the report's entries; what was left out has none. */
function withOutcomes(detail: ReportDetail, outcomes: readonly string[]): ReportDetail {
  const entries = detail.entries.map((entry, index) =>
    entry.leftOut === null ? { ...entry, outcome: outcomes[index] ?? null } : entry,
  );
  return { ...detail, entries };
}

function forgetOldest(reports: Map<string, ReportDetail>): void {
  const sizeOf = ({ entries, operators }: ReportDetail) => entries.length * operators.length;
  let voices = [...reports.values()].reduce((sum, detail) => sum + sizeOf(detail), 0);
  for (const [digest, detail] of reports) {
    if (voices <= GREATEST_VOICES || reports.size === 1) return;
    reports.delete(digest);
    voices -= sizeOf(detail);
  }
}
