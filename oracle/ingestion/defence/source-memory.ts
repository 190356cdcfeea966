/** What the defence remembers of one source: reputation, recent values, whether it has left the others. */
import {
  HISTORY_LENGTH,
  LEAST_REPUTATION,
  REPLAY_RUN,
  REPUTATION_GAIN,
  REPUTATION_LOSS,
  RETURN_ROUNDS,
} from "./feature-settings.ts";

/** Memory of one source; immutable. */
export interface SourceMemory {
  /** (0, 1]: slow gain, fast loss. */
  readonly reputation: number;
  /** Newest last, on the feature's scale, at most `HISTORY_LENGTH`. */
  readonly values: readonly number[];
  readonly newestSec: number;
  /** Rounds in which the value did not change. */
  readonly unchanged: number;
  /** Rounds it must still agree before it votes again; 0 for a source that votes. */
  readonly roundsToReturn: number;
}

/** A source seen for the first time: trusted like the others, since a majority of strangers must be able to begin. */
export const NEW_SOURCE: SourceMemory = {
  reputation: 1,
  values: [],
  newestSec: Number.NEGATIVE_INFINITY,
  unchanged: 0,
  roundsToReturn: 0,
};

/** Notes a value, before it is judged; one that the source's own clock calls old news changes nothing. */
export function notedValue(memory: SourceMemory, value: number, sourceTimeSec: number): SourceMemory {
  if (sourceTimeSec <= memory.newestSec) return memory;
  const isSame = memory.values.at(-1) === value;
  return {
    ...memory,
    values: [...memory.values, value].slice(-HISTORY_LENGTH),
    newestSec: sourceTimeSec,
    unchanged: isSame ? memory.unchanged + 1 : 0,
  };
}

/** Notes how it was judged. */
export function notedVerdict(
  memory: SourceMemory,
  { agrees, hasDeparted }: { readonly agrees: boolean; readonly hasDeparted: boolean },
): SourceMemory {
  const reputation = agrees
    ? memory.reputation + REPUTATION_GAIN * (1 - memory.reputation)
    : Math.max(LEAST_REPUTATION, memory.reputation * REPUTATION_LOSS);
  const isAway = hasDeparted || (memory.roundsToReturn > 0 && !agrees);
  const roundsToReturn = isAway ? RETURN_ROUNDS : Math.max(0, memory.roundsToReturn - 1);
  return { ...memory, reputation, roundsToReturn };
}

/** Whether the newest run of values is a copy of an earlier one; runs that hardly move say nothing. */
export function isReplayed({ values }: SourceMemory): boolean {
  const run = values.slice(-REPLAY_RUN);
  if (run.length < REPLAY_RUN || new Set(run).size < REPLAY_RUN) return false;
  for (let start = values.length - 2 * REPLAY_RUN; start >= 0; start -= 1)
    if (run.every((value, place) => values[start + place] === value)) return true;
  return false;
}
