/** The files of a recording: numbered segments, the last one open as text, the ended ones compressed. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

/** One segment on disk. */
export interface SegmentFile {
  readonly number: number;
  readonly path: string;
  readonly isOpen: boolean;
}

const SEGMENT_FILE = /^segment-(\d{6})\.jsonl(\.gz)?$/;
const NUMBER_DIGITS = 6;

/** Path of a segment that is being written. */
export function openSegmentPath(dir: string, number: number): string {
  return join(dir, `segment-${String(number).padStart(NUMBER_DIGITS, "0")}.jsonl`);
}

/** Segments of a folder, ascending; empty where there are none. Of a segment in both forms the compressed one counts: it is whole. */
export function listSegments(dir: string): readonly SegmentFile[] {
  if (!existsSync(dir)) return [];
  const found = new Map<number, SegmentFile>();
  for (const name of readdirSync(dir).sort()) {
    const [, digits, gz] = SEGMENT_FILE.exec(name) ?? [];
    if (digits === undefined) continue;
    const number = Number(digits);
    found.set(number, { number, path: join(dir, name), isOpen: gz === undefined });
  }
  return [...found.values()].sort((left, right) => left.number - right.number);
}

/** Bytes of a segment as they were written. */
export function readSegment({ path, isOpen }: SegmentFile): Buffer {
  const bytes = readFileSync(path);
  return isOpen ? bytes : gunzipSync(bytes);
}

/** Compresses an ended segment; a crash at any moment leaves the text, the compressed file, or both, each whole. */
export function compressSegment(path: string): void {
  const target = `${path}.gz`;
  const partial = `${target}.part`;
  const descriptor = openSync(partial, "w");
  writeSync(descriptor, gzipSync(readFileSync(path)));
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(partial, target);
  unlinkSync(path);
}
