/** Writes market events down as they come: append-only segments that survive a crash at any byte. */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { PlimsollError } from "../../domain/errors.ts";
import { type RecordBody, writeLine } from "./record-line.ts";
import { readRecords } from "./recording-reader.ts";
import { compressSegment, listSegments, openSegmentPath } from "./segment-files.ts";

/** What is recorded, and where. */
export interface RecorderOptions {
  readonly dir: string;
  /** A segment that has grown beyond this is ended and compressed, bytes; 16 MiB by default. */
  readonly segmentBytes?: number;
}

/** An open recording. */
export interface Recorder {
  /** Bytes of an unfinished line that a crash had left, and that were cut off. */
  readonly tornBytes: number;
  /**
   * Appends one line.
   *
   * @throws PlimsollError `RECORDING_WRITE_FAILED`.
   */
  write(body: RecordBody): void;
  /** Puts everything on disk and lets go. */
  close(): void;
}

const DEFAULT_SEGMENT_BYTES = 16 * 1_024 * 1_024;

/**
 * Opens a recording, or goes on with one. What a crash has left is mended first: an unfinished last line is cut off.
 *
 * @throws PlimsollError `RECORDING_DAMAGED`, `RECORDING_WRITE_FAILED`.
 */
export function openRecorder({ dir, segmentBytes = DEFAULT_SEGMENT_BYTES }: RecorderOptions): Recorder {
  const before = guarded(dir, () => {
    mkdirSync(dir, { recursive: true });
    return readRecords(dir, () => {});
  });
  const last = listSegments(dir).at(-1);
  let segment = last === undefined ? null : resume(last, before);
  let number = last?.number ?? 0;
  let checksum = before.checksum;

  const append = (body: RecordBody): void => {
    if (segment === null) {
      number += 1;
      const path = openSegmentPath(dir, number);
      segment = { path, descriptor: openSync(path, "ax"), bytes: 0 };
      put({ type: "header", format: "plimsoll-recording", version: 1, segment: number, previous: checksum });
    }
    put(body);
    if (segment !== null && segment.bytes >= segmentBytes) end();
  };
  const put = (body: RecordBody): void => {
    const written = writeLine(body, checksum);
    if (segment === null) return;
    segment.bytes += appendText(segment.descriptor, `${written.line}\n`);
    checksum = written.checksum;
  };
  const end = (): void => {
    if (segment === null) return;
    const { path, descriptor } = segment;
    segment = null;
    fsyncSync(descriptor);
    closeSync(descriptor);
    compressSegment(path);
  };
  return {
    tornBytes: before.tornBytes,
    write: (body) => guarded(dir, () => append(body)),
    close: () => {
      if (segment === null) return;
      fsyncSync(segment.descriptor);
      closeSync(segment.descriptor);
      segment = null;
    },
  };
}

interface OpenSegment {
  readonly path: string;
  readonly descriptor: number;
  bytes: number;
}

/** Goes on with the open last segment, without its torn tail; a compressed one has ended. */
function resume(
  last: { readonly path: string; readonly isOpen: boolean },
  { lastSegmentBytes }: { readonly lastSegmentBytes: number },
): OpenSegment | null {
  if (!last.isOpen) return null;
  const descriptor = openSync(last.path, "r+");
  ftruncateSync(descriptor, lastSegmentBytes);
  fsyncSync(descriptor);
  closeSync(descriptor);
  return { path: last.path, descriptor: openSync(last.path, "a"), bytes: lastSegmentBytes };
}

function appendText(descriptor: number, text: string): number {
  const bytes = Buffer.from(text);
  const written = writeSync(descriptor, bytes);
  if (written !== bytes.length) throw new RangeError(`Only ${written} of ${bytes.length} bytes were written.`);
  return written;
}

function guarded<Value>(dir: string, act: () => Value): Value {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof PlimsollError) throw cause;
    throw new PlimsollError({
      code: "RECORDING_WRITE_FAILED",
      problem: `The recording in ${dir} cannot be written.`,
      remedy: "Free disk space or mend the folder's rights; what is recorded already is whole up to its last line.",
      context: { dir },
      cause,
    });
  }
}
