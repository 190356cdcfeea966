/** Faults that one reading shows by itself, against its own past or against the bulk of the others. */
import type { FeedReason } from "../../domain/feed-verdict.ts";
import {
  CLOCK_AHEAD_SEC,
  type FeatureSettings,
  STUCK_ROUNDS,
  UNIT_DECADES,
  UNIT_WIDTH_DECADES,
} from "./feature-settings.ts";
import { isReplayed, type SourceMemory } from "./source-memory.ts";

/** One source's value of one feature. */
export interface SourceReading {
  readonly sourceId: string;
  /** USD, decimal per 8 h, or decimal volatility. */
  readonly value: number;
  /** Time the value refers to, by the source's own clock, seconds. */
  readonly sourceTimeSec: number;
}

/** A fault with the words for it. */
export interface ReadingFault {
  readonly reason: FeedReason;
  readonly detail: string;
}

/** What a reading is held against. */
export interface FaultContext {
  readonly memory: SourceMemory;
  readonly atSec: number;
  readonly settings: FeatureSettings;
  /** Last agreed value, before the first the upper median of the round, in the feature's unit: only decades are read off it. */
  readonly bulk: number;
  /** Whether most of the others have moved since the reading last did. */
  readonly othersMove: boolean;
}

/** Value on the scale on which a feature is compared; NaN for what is not positive on a logarithmic one. */
export function toScale(value: number, { scale }: Pick<FeatureSettings, "scale">): number {
  if (scale === "linear") return value;
  return value > 0 ? Math.log(value) : Number.NaN;
}

/** The first fault, or `null`. */
export function readingFault(reading: SourceReading, context: FaultContext): ReadingFault | null {
  return (
    numberFault(reading, context) ?? clockFault(reading, context) ?? pastFault(context) ?? unitFault(reading, context)
  );
}

function numberFault({ value }: SourceReading, { settings }: FaultContext): ReadingFault | null {
  return Number.isFinite(toScale(value, settings)) ? null : { reason: "not-a-number", detail: `value ${value}` };
}

function clockFault({ sourceTimeSec }: SourceReading, { atSec, settings }: FaultContext): ReadingFault | null {
  const ageSec = atSec - sourceTimeSec;
  if (ageSec <= settings.maxAgeSec && ageSec >= -CLOCK_AHEAD_SEC) return null;
  return { reason: "stale-clock", detail: `${ageSec} s old by its own clock, limit ${settings.maxAgeSec} s` };
}

function pastFault({ memory, settings, othersMove }: FaultContext): ReadingFault | null {
  if (!settings.mustMove) return null;
  const same = memory.unchanged + 1;
  if (same >= STUCK_ROUNDS && othersMove) return { reason: "stuck", detail: `${same} equal values while others moved` };
  return isReplayed(memory) ? { reason: "replayed", detail: "its last values repeat an earlier run" } : null;
}

/** A wrong unit is a power of ten away; no market moves by a factor of five between two rounds. */
function unitFault({ value }: SourceReading, { settings, bulk }: FaultContext): ReadingFault | null {
  if (settings.scale === "linear" || !(bulk > 0)) return null;
  const decades = Math.log10(value / bulk);
  const nearest = UNIT_DECADES.find((decade) => Math.abs(decades - decade) <= UNIT_WIDTH_DECADES);
  return nearest === undefined
    ? null
    : { reason: "unit-jump", detail: `${value} is about 10^${nearest} times ${bulk}` };
}
