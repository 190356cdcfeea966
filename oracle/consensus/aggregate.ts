/**
 * From at least 2f+1 observations to the one report that everyone recomputes: integer medians, clamped to the chain's
 * rules. All arithmetic is on integers and independent of the order of the observations.
 */
import { concatHex, keccak256, zeroHash } from "viem";
import type { Outcome } from "../domain/errors.ts";
import type { Anchor, EvidencePart, ReportBundle, RiskEntry, RoundSlot } from "../domain/report.ts";
import type { ClassQuantile } from "../domain/score.ts";
import { BPS, type Hex } from "../domain/units.ts";
import { encodeClassQuantiles, encodeEntries } from "../rules/report-codec.ts";
import { compareEntries, type VerifiedObservation } from "./observe.ts";

/** What the chain's rules make of a median, at the anchor block. The same at every operator. */
export interface ChainRules {
  /** Position epoch in the word at the anchor; `null` for a position the oracle does not know. */
  positionEpoch(sourceIndex: number, positionId: bigint): number | null;
  /** Nearest entry that the chain would accept, or why there is none. */
  clampEntry(entry: RiskEntry): Outcome<RiskEntry>;
  /** Nearest class quantile that the chain would accept, or why there is none. */
  clampQuantile(quantile: ClassQuantile): Outcome<ClassQuantile>;
}

/** Facts of the anchor block that go into the report. */
export interface ChainView {
  readonly slot: RoundSlot;
  readonly anchor: Anchor;
  readonly bundleHash: Hex;
  readonly signerSetVersion: number;
  /** Time after the anchor within which the report may arrive, seconds. */
  readonly reportLifeSec: number;
  readonly rules: ChainRules;
}

/** Tolerated faults. */
export interface AggregateOptions {
  /** Operators that may do anything; a value needs 2f+1 voices. */
  readonly f: number;
}

/** Why there is no report. */
export type AggregateFault = "too-few-observations" | "nothing-to-report";

/** Greatest value of the report's 16-bit dispersion. */
const MAX_DISPERSION_BPS = BPS;

/**
 * Computes the report of one set of observations.
 *
 * Voices: observations of another slot, anchor or bundle do not count, nor does an operator with two different
 * observations. A position (or class) is reported only with at least 2f+1 voices of the position epoch that the chain
 * holds at the anchor: with fewer, f liars could move a median beyond the honest range. Then for m ≥ 2f+1 voices with at
 * most f liars, the order statistics ⌊m/2⌋ (upper median, ρ) and ⌊(m−1)/2⌋ (lower median, π and score) have at
 * least f voices on both sides, so each lies between two honest values.
 *
 * @returns `too-few-observations` below 2f+1 voices, `nothing-to-report` when no position and no class is left.
 */
export function aggregate(
  observations: readonly VerifiedObservation[],
  view: ChainView,
  options: AggregateOptions,
): Outcome<ReportBundle, AggregateFault> {
  const quorum = 2 * options.f + 1;
  const voices = countedVoices(observations, view);
  if (voices.length < quorum) {
    return { ok: false, reason: "too-few-observations", detail: `${voices.length} of ${quorum}` };
  }
  const positions = reportEntries(voices, view.rules, quorum);
  const classes = reportQuantiles(voices, view.rules, quorum);
  const { entries, leftOut } = positions;
  const { quantiles: classQuantiles, leftOut: leftOutQuantiles } = classes;
  const evidence = evidenceOf(voices);
  if (entries.length === 0 && classQuantiles.length === 0) return { ok: false, reason: "nothing-to-report" };
  return {
    ok: true,
    value: {
      report: {
        epoch: view.slot.epoch,
        signerSetVersion: view.signerSetVersion,
        observedAt: view.anchor.timestampSec,
        validUntil: view.anchor.timestampSec + view.reportLifeSec,
        chunkIndex: 0,
        chunkCount: 1,
        entriesHash: keccak256(encodeEntries(entries)),
        classQuantilesHash: keccak256(encodeClassQuantiles(classQuantiles)),
        positionsRoot: zeroHash,
        bundleHash: view.bundleHash,
        evidenceHash: evidenceHash(evidence),
        dispersionBps: dispersion(positions.ballots, options.f),
      },
      entries,
      classQuantiles,
      leftOut,
      leftOutQuantiles,
      evidence,
    },
  };
}

/** Observations that count, one an operator, sorted by operator. */
function countedVoices(observations: readonly VerifiedObservation[], view: ChainView): readonly VerifiedObservation[] {
  const byOperator = new Map<string, VerifiedObservation>();
  const conflicting = new Set<string>();
  for (const voice of observations) {
    if (!isOfRound(voice, view)) continue;
    const operator = voice.observation.operator.toLowerCase();
    const first = byOperator.get(operator);
    if (first !== undefined && first.digest !== voice.digest) conflicting.add(operator);
    byOperator.set(operator, voice);
  }
  return [...byOperator.entries()]
    .filter(([operator]) => !conflicting.has(operator))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, voice]) => voice);
}

/** Whether an observation is of the view's slot, anchor block and model bundle. */
export function isOfRound(
  { observation }: Pick<VerifiedObservation, "observation">,
  view: Pick<ChainView, "slot" | "anchor" | "bundleHash">,
): boolean {
  return (
    observation.slot.configDigest === view.slot.configDigest &&
    observation.slot.epoch === view.slot.epoch &&
    observation.anchor.blockNumber === view.anchor.blockNumber &&
    observation.anchor.blockHash === view.anchor.blockHash &&
    observation.anchor.timestampSec === view.anchor.timestampSec &&
    observation.bundleHash === view.bundleHash
  );
}

interface PositionResults {
  readonly entries: readonly RiskEntry[];
  readonly leftOut: ReportBundle["leftOut"];
  /** Voices of every position that has enough of them. */
  readonly ballots: readonly (readonly RiskEntry[])[];
}

function reportEntries(voices: readonly VerifiedObservation[], rules: ChainRules, quorum: number): PositionResults {
  const entries: RiskEntry[] = [];
  const leftOut: { readonly entry: RiskEntry; readonly reason: string }[] = [];
  const ballots: (readonly RiskEntry[])[] = [];
  const groups = groupBy(
    voices.flatMap(({ observation }) => observation.entries),
    (entry) => `${entry.sourceIndex}:${entry.positionId}`,
  );
  for (const group of groups) {
    const epoch = chainEpoch(group, rules);
    const ballot = group.filter((entry) => entry.epoch === epoch);
    if (ballot.length < quorum) {
      const reason = epoch === null ? "unknown-position" : "too-few-voices";
      leftOut.push({ entry: medianEntry(group), reason });
      continue;
    }
    const median = medianEntry(ballot);
    const clamped = rules.clampEntry(median);
    ballots.push(ballot);
    if (clamped.ok) entries.push(clamped.value);
    else leftOut.push({ entry: median, reason: clamped.reason });
  }
  return {
    entries: entries.sort(compareEntries),
    leftOut: leftOut.sort((left, right) => compareEntries(left.entry, right.entry)),
    ballots,
  };
}

function chainEpoch([first]: readonly RiskEntry[], rules: ChainRules): number | null {
  return first === undefined ? null : rules.positionEpoch(first.sourceIndex, first.positionId);
}

function reportQuantiles(
  voices: readonly VerifiedObservation[],
  rules: ChainRules,
  quorum: number,
): { readonly quantiles: readonly ClassQuantile[]; readonly leftOut: ReportBundle["leftOutQuantiles"] } {
  const groups = groupBy(
    voices.flatMap(({ observation }) => observation.classQuantiles),
    ({ classId }) => String(classId),
  );
  const quantiles: ClassQuantile[] = [];
  const leftOut: { readonly quantile: ClassQuantile; readonly reason: string }[] = [];
  for (const group of groups) {
    const first = group[0];
    if (first === undefined || group.length < quorum) continue;
    const median = {
      classId: first.classId,
      rhoBps: upperMedian(group.map(({ rhoBps }) => rhoBps)),
      piBps: lowerMedian(group.map(({ piBps }) => piBps)),
    };
    const clamped = rules.clampQuantile(median);
    if (clamped.ok) quantiles.push(clamped.value);
    else leftOut.push({ quantile: median, reason: clamped.reason });
  }
  return {
    quantiles: quantiles.sort((left, right) => left.classId - right.classId),
    leftOut: leftOut.sort((left, right) => left.quantile.classId - right.quantile.classId),
  };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Iterable<readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups.values();
}

/** Median of the voices of one position: upper for ρ, lower for π and score, highest epoch. */
function medianEntry(ballot: readonly RiskEntry[]): RiskEntry {
  const { sourceIndex = 0, positionId = 0n } = ballot[0] ?? {};
  return {
    sourceIndex,
    positionId,
    epoch: Math.max(...ballot.map(({ epoch }) => epoch)),
    rhoBps: upperMedian(ballot.map(({ rhoBps }) => rhoBps)),
    piBps: lowerMedian(ballot.map(({ piBps }) => piBps)),
    score: lowerMedian(ballot.map(({ score }) => score)),
  };
}

/** Order statistic ⌊m/2⌋, from 0; 0 for no values. */
export function upperMedian(values: readonly number[]): number {
  return ascending(values)[Math.floor(values.length / 2)] ?? 0;
}

/** Order statistic ⌊(m−1)/2⌋, from 0; 0 for no values. */
export function lowerMedian(values: readonly number[]): number {
  return ascending(values)[Math.floor((values.length - 1) / 2)] ?? 0;
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((left, right) => left - right);
}

/** Largest spread of ρ over all positions after the f lowest and f highest voices are dropped, basis points. */
function dispersion(ballots: readonly (readonly RiskEntry[])[], f: number): number {
  let widest = 0;
  for (const ballot of ballots) {
    const sorted = ascending(ballot.map(({ rhoBps }) => rhoBps));
    widest = Math.max(widest, (sorted[sorted.length - 1 - f] ?? 0) - (sorted[f] ?? 0));
  }
  return Math.min(widest, MAX_DISPERSION_BPS);
}

/** Digest and signature of every counted observation, ascending by digest. */
function evidenceOf(voices: readonly VerifiedObservation[]): readonly EvidencePart[] {
  return voices
    .map(({ digest, signature }) => ({ digest, signature }))
    .sort((left, right) => (left.digest < right.digest ? -1 : 1));
}

/** keccak256 over digest and signature of the parts, in their order. */
export function evidenceHash(parts: readonly EvidencePart[]): Hex {
  return keccak256(concatHex(parts.flatMap(({ digest, signature }) => [digest, signature])));
}
