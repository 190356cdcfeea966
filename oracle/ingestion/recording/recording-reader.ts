/** Reads the lines of a recording in order, and knows a torn tail from damage. */
import { PlimsollError } from "../../domain/errors.ts";
import { NO_CHECKSUM, type RecordBody, readLine } from "./record-line.ts";
import { listSegments, readSegment, type SegmentFile } from "./segment-files.ts";

/** How far a recording has been read; where the next reading goes on. */
export interface RecordingPosition {
  /** Number of the segment that was read last; 0 before the first. */
  readonly segment: number;
  /** Bytes of it that are whole lines. */
  readonly lastSegmentBytes: number;
  /** Checksum of the last line. */
  readonly checksum: string;
  /** Bytes after the last whole line: of a crash, or of a line that is being written. */
  readonly tornBytes: number;
}

/** Before the first line. */
export const RECORDING_START: RecordingPosition = {
  segment: 0,
  lastSegmentBytes: 0,
  checksum: NO_CHECKSUM,
  tornBytes: 0,
};

const BREAK = 0x0a;

/**
 * Hands over every line behind a position.
 *
 * @param take told of each line, headers included.
 * @returns where the next reading goes on.
 * @throws PlimsollError `RECORDING_DAMAGED` for a line that is not what was written, unless it is the unfinished last one
 *   of the open segment; for a segment that is missing.
 */
export function readRecords(
  dir: string,
  take: (body: RecordBody) => void,
  from: RecordingPosition = RECORDING_START,
): RecordingPosition {
  let position = from;
  const segments = listSegments(dir).filter(({ number }) => number >= Math.max(1, from.segment));
  for (const file of segments) {
    const isNext = file.number === position.segment + 1;
    if (file.number !== position.segment && !isNext) throw damaged(file, 0, "the segment before is missing");
    const start = isNext ? { ...position, segment: file.number, lastSegmentBytes: 0 } : position;
    position = readLines({ file, isLast: file === segments.at(-1), take }, start);
  }
  return position;
}

interface SegmentReading {
  readonly file: SegmentFile;
  readonly isLast: boolean;
  readonly take: (body: RecordBody) => void;
}

function readLines({ file, isLast, take }: SegmentReading, from: RecordingPosition): RecordingPosition {
  const bytes = readSegment(file);
  let { lastSegmentBytes: offset, checksum } = from;
  for (let end = bytes.indexOf(BREAK, offset); end >= 0; end = bytes.indexOf(BREAK, offset)) {
    const line = readLine(bytes.subarray(offset, end).toString(), checksum);
    if (line === null) throw damaged(file, offset, "a line is not what was written");
    take(line.body);
    checksum = line.checksum;
    offset = end + 1;
  }
  const tornBytes = bytes.length - offset;
  if (tornBytes > 0 && !(isLast && file.isOpen)) throw damaged(file, offset, "the last line is unfinished");
  return { segment: file.number, lastSegmentBytes: offset, checksum, tornBytes };
}

function damaged(file: SegmentFile, offset: number, problem: string): PlimsollError<"RECORDING_DAMAGED"> {
  return new PlimsollError({
    code: "RECORDING_DAMAGED",
    problem: `The recording ${file.path} is damaged at byte ${offset}: ${problem}.`,
    remedy: "Restore an intact copy, or move this segment and the later ones away; what is before it can be replayed.",
    context: { path: file.path, offset },
  });
}
