/** A recording as a market source: replays it exactly, and can follow one that is still being written. */
import { existsSync, statSync } from "node:fs";
import { PlimsollError } from "../../domain/errors.ts";
import type { MarketEvent, MarketSource } from "../../domain/market.ts";
import type { RecordBody } from "./record-line.ts";
import { RECORDING_START, readRecords } from "./recording-reader.ts";
import { listSegments } from "./segment-files.ts";
import { createSourceSelector } from "./select-sources.ts";

/** A recording with what its sessions say. */
export interface RecordingSource extends MarketSource {
  /** Length of its bars, seconds. */
  readonly stepSec: number;
}

/** How a recording is opened. */
export interface RecordingSourceOptions {
  readonly dir: string;
  /** Reads on while it is written: time begins with the last session, and events that were read are forgotten. */
  readonly follow: boolean;
}

/** Bars of a venue come two seconds after their end, those of another in its place after five more: rounds begin when both are there. */
const BARS_SETTLED_SEC = 10;

/** Whether a path is a folder that holds a recording. */
export function isRecording(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory() && listSegments(path).length > 0;
}

/**
 * Opens a recording. Of kinds that a price has only one of, one source is chosen: see {@link createSourceSelector}.
 *
 * @throws PlimsollError `RECORDING_EMPTY` without a session or an event, `RECORDING_DAMAGED`.
 */
export function openRecordingSource({ dir, follow }: RecordingSourceOptions): RecordingSource {
  const tape = createTape(dir);
  tape.pull();
  const { sessions, events } = tape;
  const first = follow ? sessions.at(-1) : sessions[0];
  if (first === undefined || (!follow && events().length === 0)) throw empty(dir);
  const newestSec = (): number => events().at(-1)?.receivedTimeSec ?? first.startSec;
  return {
    id: "recording",
    assets: first.assets,
    fromSec: first.startSec + BARS_SETTLED_SEC,
    toSec: follow ? Number.MAX_SAFE_INTEGER : newestSec(),
    stepSec: first.barSpanSec,
    events: function* between(fromSec, toSec) {
      if (follow) tape.pull();
      for (const event of events()) {
        if (event.receivedTimeSec > toSec) break;
        if (event.receivedTimeSec > fromSec) yield event;
      }
      if (follow) tape.forget(fromSec);
    },
  };
}

type Session = Extract<RecordBody, { type: "session" }>;

/** The recording in memory, ascending in received time; history is sorted in before what was heard. */
function createTape(dir: string) {
  const selector = createSourceSelector();
  const sessions: Session[] = [];
  let kept: MarketEvent[] = [];
  let position = RECORDING_START;
  const take = (body: RecordBody): void => {
    if (body.type === "session") sessions.push(body);
    else if (body.type === "history") kept.push(body.event);
    else if (body.type === "live") kept.push(...selector.take(body.event));
  };
  return {
    sessions,
    events: (): readonly MarketEvent[] => kept,
    pull: (): void => {
      position = readRecords(dir, take, position);
      // Stable: events of one time keep the order in which they were written.
      kept.sort((left, right) => left.receivedTimeSec - right.receivedTimeSec);
    },
    forget: (beforeSec: number): void => {
      kept = kept.filter(({ receivedTimeSec }) => receivedTimeSec > beforeSec);
    },
  };
}

function empty(dir: string): PlimsollError<"RECORDING_EMPTY"> {
  return new PlimsollError({
    code: "RECORDING_EMPTY",
    problem: `The recording in ${dir} holds nothing that could be replayed.`,
    remedy: "Record for longer, or give the folder of another recording.",
    context: { dir },
  });
}
