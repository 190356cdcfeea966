/** One round of one feature: which sources are followed, which are not, and whether anybody is. Pure: memory in, memory out. */
import type { FeedAction, FeedReason } from "../../domain/feed-verdict.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { upperMedian } from "../../math/statistics.ts";
import { type FeatureSettings, FORGET_SEC, GOOD_REPUTATION, QUORUM_SHARE, STUCK_ROUNDS } from "./feature-settings.ts";
import { type ReadingFault, readingFault, type SourceReading, toScale } from "./reading-faults.ts";
import { type RobustCentre, robustCentre } from "./robust-centre.ts";
import { NEW_SOURCE, notedValue, notedVerdict, type SourceMemory } from "./source-memory.ts";

/** Memory of a feature; immutable. */
export interface FeatureMemory {
  readonly sources: ReadonlyMap<string, SourceMemory>;
  /** Last agreed value, on the feature's scale; `null` before the first. */
  readonly agreed: { readonly value: number; readonly atSec: number } | null;
}

/** Nothing known. */
export const EMPTY_MEMORY: FeatureMemory = { sources: new Map(), agreed: null };

/** What became of one source. */
export interface SourceVerdict {
  readonly sourceId: string;
  readonly action: FeedAction;
  readonly reason: FeedReason;
  readonly detail: string;
  /** Share of the centre that is this source's, 0 … 1. */
  readonly weight: number;
}

/** Result of a round. */
export interface JudgedRound {
  /** In the feature's unit; `null` for a veto: the last agreed value then stands, and nothing may loosen. */
  readonly value: number | null;
  readonly veto: ReadingFault | null;
  readonly verdicts: readonly SourceVerdict[];
  readonly memory: FeatureMemory;
}

/** What a round is judged from. */
export interface RoundInput {
  readonly readings: readonly SourceReading[];
  readonly atSec: number;
  readonly settings: FeatureSettings;
  /** Sources whose drift watch has given an alarm. */
  readonly drifting?: ReadonlySet<string>;
}

/** A reading on its way through the round. */
interface Candidate {
  readonly reading: SourceReading;
  readonly memory: SourceMemory;
  readonly x: number;
  readonly fault: ReadingFault | null;
  /** Moved away from the last agreed value by more than a market does. */
  readonly hasDeparted: boolean;
  readonly weight: number;
}

/** Judges a round; sources beyond the first reading of an id are ignored. */
export function judgeRound(memory: FeatureMemory, input: RoundInput): JudgedRound {
  const expected = expectedSources(memory, input);
  const candidates = markDepartures(findCandidates(memory, input), { memory, input, expected });
  const voters = candidates.filter(votes);
  const centre = robustCentre(
    voters.map(({ x, weight }) => ({ value: x, weight })),
    input.settings.centre,
  );
  const agreeing = new Set(voters.filter(({ x }) => Math.abs(x - centre.median) <= centre.tolerance));
  const veto = findVeto({ candidates, voters, agreeing, expected });
  const total = [...agreeing].reduce((sum, { weight }) => sum + weight, 0);
  const verdicts = candidates.map((candidate) =>
    verdictOf(candidate, { agrees: agreeing.has(candidate), total, centre, count: expected, drifting: input.drifting }),
  );
  const value = veto === null ? centre.value : null;
  return {
    value: value === null ? null : fromScale(value, input.settings),
    veto,
    verdicts,
    memory: {
      sources: remembered(memory, candidates, { centre, veto, atSec: input.atSec }),
      agreed: value === null ? memory.agreed : { value, atSec: input.atSec },
    },
  };
}

function votes({ fault, hasDeparted, memory }: Candidate): boolean {
  return fault === null && !hasDeparted && memory.roundsToReturn === 0;
}

function findCandidates(memory: FeatureMemory, { readings, atSec, settings }: RoundInput): readonly Candidate[] {
  const unique = [
    ...new Map(readings.toReversed().map((reading) => [reading.sourceId, reading])).values(),
  ].toReversed();
  const noted = unique.map((reading) => {
    const before = memory.sources.get(reading.sourceId) ?? NEW_SOURCE;
    return { reading, x: toScale(reading.value, settings), memory: before };
  });
  const after = noted.map((one) => ({
    ...one,
    memory: Number.isFinite(one.x) ? notedValue(one.memory, one.x, one.reading.sourceTimeSec) : one.memory,
  }));
  const bulk =
    memory.agreed === null
      ? (upperMedian(unique.map(({ value }) => value).filter(Number.isFinite)) ?? Number.NaN)
      : fromScale(memory.agreed.value, settings);
  const moving = after.filter(({ memory: { unchanged } }) => unchanged < STUCK_ROUNDS - 1).length;
  return after.map(({ reading, x, memory: own }) => {
    const context = { memory: own, atSec, settings, bulk, othersMove: moving > after.length / 2 };
    const ageSec = Math.max(0, atSec - reading.sourceTimeSec);
    const weight = own.reputation * 2 ** (-ageSec / settings.halfLifeSec);
    return { reading, memory: own, x, fault: readingFault(reading, context), hasDeparted: false, weight };
  });
}

/** A move is a departure only while somebody stays: where all go, the market went, and whoever had left before is back. */
function markDepartures(
  candidates: readonly Candidate[],
  {
    memory: { agreed },
    input: { atSec, settings },
    expected,
  }: { readonly memory: FeatureMemory; readonly input: RoundInput; readonly expected: number },
): readonly Candidate[] {
  if (agreed === null) return candidates;
  const sound = candidates.filter(({ fault }) => fault === null);
  if (sound.length > QUORUM_SHARE * expected && isUnanimous(sound, settings)) return candidates.map(returned);
  const hours = Math.max(0, atSec - agreed.atSec) / SECONDS_PER_HOUR;
  const limit = Math.max(settings.leastDeparture, settings.departurePerHour * Math.sqrt(hours));
  return candidates.map((candidate) => ({
    ...candidate,
    hasDeparted: candidate.fault === null && Math.abs(candidate.x - agreed.value) > limit,
  }));
}

function returned(candidate: Candidate): Candidate {
  return { ...candidate, memory: { ...candidate.memory, roundsToReturn: 0 } };
}

function isUnanimous(sound: readonly Candidate[], { centre }: FeatureSettings): boolean {
  const xs = sound.map(({ x }) => x);
  return Math.max(...xs) - Math.min(...xs) <= 2 * centre.floor;
}

/** Sources of this round, and those that are silent but were heard within a day. */
function expectedSources({ sources }: FeatureMemory, { readings, atSec }: RoundInput): number {
  const silent = [...sources].filter(
    ([id, { newestSec }]) => newestSec > atSec - FORGET_SEC && !readings.some(({ sourceId }) => sourceId === id),
  );
  return new Set(readings.map(({ sourceId }) => sourceId)).size + silent.length;
}

interface Count {
  readonly candidates: readonly Candidate[];
  readonly voters: readonly Candidate[];
  readonly agreeing: ReadonlySet<Candidate>;
  readonly expected: number;
}

function findVeto({ candidates, voters, agreeing, expected }: Count): ReadingFault | null {
  const gone = candidates.filter(({ hasDeparted, memory }) => hasDeparted || memory.roundsToReturn > 0).length;
  if (2 * gone >= expected && expected > 1)
    return { reason: "majority-departed", detail: `${gone} of ${expected} sources left the last agreed value` };
  const isMajority = 2 * agreeing.size > expected;
  const isQuorum = agreeing.size >= QUORUM_SHARE * voters.length;
  if (isMajority && isQuorum) return null;
  const detail = `${agreeing.size} of ${expected} sources agree, ${voters.length} vote`;
  return { reason: "no-quorum", detail };
}

interface VerdictContext {
  readonly agrees: boolean;
  readonly total: number;
  readonly centre: RobustCentre;
  readonly count: number;
  readonly drifting: ReadonlySet<string> | undefined;
}

function verdictOf(candidate: Candidate, context: VerdictContext): SourceVerdict {
  const { reading, weight } = candidate;
  const made = (action: FeedAction, reason: FeedReason, detail: string): SourceVerdict => ({
    ...{ sourceId: reading.sourceId, action, reason, detail },
    weight: action === "exclude" ? 0 : weight / context.total,
  });
  if (candidate.fault !== null) return made("exclude", candidate.fault.reason, candidate.fault.detail);
  if (!context.agrees) return excluded(candidate, context, made);
  if (context.drifting?.has(reading.sourceId) === true) return made("down-weight", "drifting", "on one side for long");
  if (candidate.memory.reputation < GOOD_REPUTATION)
    return made("down-weight", "on-probation", `reputation ${candidate.memory.reputation.toFixed(2)}`);
  return made("use", context.count === 1 ? "single-source" : "agrees", "");
}

function excluded(
  { x, hasDeparted, memory, reading }: Candidate,
  { centre }: VerdictContext,
  made: (action: FeedAction, reason: FeedReason, detail: string) => SourceVerdict,
): SourceVerdict {
  if (hasDeparted || memory.roundsToReturn > 0)
    return made("exclude", "departed", `${reading.value}, away from the last agreed value`);
  const distance = Math.abs(x - centre.median);
  return made("exclude", "outlier", `${distance.toFixed(4)} from the others, limit ${centre.tolerance.toFixed(4)}`);
}

/** A veto teaches nothing about who is right: reputations stand still, departures are remembered. */
function remembered(
  before: FeatureMemory,
  candidates: readonly Candidate[],
  {
    centre,
    veto,
    atSec,
  }: { readonly centre: RobustCentre; readonly veto: ReadingFault | null; readonly atSec: number },
): ReadonlyMap<string, SourceMemory> {
  const kept = [...before.sources].filter(([, { newestSec }]) => newestSec > atSec - FORGET_SEC);
  const noted = candidates.map(({ reading, memory, x, fault, hasDeparted }): [string, SourceMemory] => {
    const agrees = fault === null && !hasDeparted && Math.abs(x - centre.median) <= centre.tolerance;
    const next = notedVerdict(memory, { agrees, hasDeparted });
    return [reading.sourceId, veto === null ? next : { ...next, reputation: memory.reputation }];
  });
  return new Map([...kept, ...noted]);
}

function fromScale(x: number, { scale }: FeatureSettings): number {
  return scale === "log" ? Math.exp(x) : x;
}
