/** Lines of a signing guard's file: fixed width, each checksummed over itself and the line before. */
import { createHash } from "node:crypto";
import type { Address, Hex } from "../domain/units.ts";

/** What a signature may be for. */
export type SignatureKind = "observation" | "report";

/** One promise: this digest and no other for this slot and kind. */
export interface GuardRecord {
  readonly kind: SignatureKind;
  readonly configDigest: Hex;
  readonly epoch: bigint;
  readonly digest: Hex;
}

/** What became of a file's bytes. */
export type ParsedGuard =
  | {
      readonly ok: true;
      readonly records: readonly GuardRecord[];
      /** Checksum of the last whole line. */
      readonly checksum: string;
      /** Bytes that are whole lines; anything behind is an unfinished tail. */
      readonly wholeBytes: number;
      /** The last line is complete but for its line break. */
      readonly missingBreak: boolean;
    }
  | { readonly ok: false; readonly line: number; readonly problem: string };

const MAGIC = "plimsoll-guard-1";
const CHECKSUM_LENGTH = 32;
/** Digits of 2^64 − 1. */
const EPOCH_DIGITS = 20;
const HEADER_PATTERN = /^plimsoll-guard-1 (0x[0-9a-f]{40}) ([0-9a-f]{32})$/;
const RECORD_PATTERN = /^([or]) (0x[0-9a-f]{64}) (\d{20}) (0x[0-9a-f]{64}) ([0-9a-f]{32})$/;

/** First line: format, version and the key's address. */
export function headerLine(operator: Address): string {
  return withChecksum(`${MAGIC} ${operator.toLowerCase()}`, "");
}

/** A record's line, without its line break. `previous` is the checksum of the line before. */
export function recordLine(record: GuardRecord, previous: string): string {
  const kind = record.kind === "observation" ? "o" : "r";
  const epoch = record.epoch.toString().padStart(EPOCH_DIGITS, "0");
  return withChecksum(`${kind} ${record.configDigest} ${epoch} ${record.digest}`.toLowerCase(), previous);
}

/** Checksum at the end of a line: SHA-256 over the line before's checksum and this line, first 16 bytes. */
export function checksumOf(line: string): string {
  return line.slice(-CHECKSUM_LENGTH);
}

function withChecksum(body: string, previous: string): string {
  const checksum = createHash("sha256").update(`${previous}\n${body}`).digest("hex").slice(0, CHECKSUM_LENGTH);
  return `${body} ${checksum}`;
}

/** Length of a record's line without its break. */
const RECORD_LENGTH = recordLine({ kind: "report", configDigest: zeros(), epoch: 0n, digest: zeros() }, "").length;

function zeros(): Hex {
  return `0x${"0".repeat(64)}`;
}

/**
 * Reads a guard file. Every whole line must be intact. Behind the last line break only a beginning of one record may
 * stand: the write of a process that was killed, whose signature never left.
 */
export function parseGuard(text: string, operator: Address): ParsedGuard {
  const lines = text.split("\n");
  const tail = lines.pop() ?? "";
  const header = lines[0];
  if (header === undefined) return parseUnfinishedHeader(tail, operator);
  if (header !== headerLine(operator)) return { ok: false, line: 1, problem: headerProblem(header) };
  const records: GuardRecord[] = [];
  let checksum = checksumOf(header);
  for (const [index, line] of lines.slice(1).entries()) {
    const record = parseRecord(line, checksum);
    if (record === null) return { ok: false, line: index + 2, problem: "checksum or form is wrong" };
    records.push(record);
    checksum = checksumOf(line);
  }
  const whole = { records, checksum, wholeBytes: Buffer.byteLength(text) - Buffer.byteLength(tail) };
  if (isUnfinishedRecord(tail)) return { ok: true, ...whole, missingBreak: false };
  const last = parseRecord(tail, checksum);
  if (last === null) return { ok: false, line: lines.length + 1, problem: "the last line is no record's beginning" };
  // A complete record is kept, even without its break: forgetting a promise is worse than keeping an idle one.
  const bytes = Buffer.byteLength(text);
  return { ok: true, records: [...records, last], checksum: checksumOf(tail), wholeBytes: bytes, missingBreak: true };
}

/** A file whose very first line was cut off holds no promise yet. */
function parseUnfinishedHeader(tail: string, operator: Address): ParsedGuard {
  if (!headerLine(operator).startsWith(tail)) return { ok: false, line: 1, problem: headerProblem(tail) };
  return { ok: true, records: [], checksum: "", wholeBytes: 0, missingBreak: false };
}

function headerProblem(header: string): string {
  const owner = HEADER_PATTERN.exec(header)?.[1];
  return owner === undefined ? "the header is not a guard's" : `it belongs to key ${owner}`;
}

function parseRecord(line: string, previous: string): GuardRecord | null {
  const match = RECORD_PATTERN.exec(line);
  if (match === null) return null;
  const [, kind, configDigest = "", epoch = "", digest = ""] = match;
  if (!isHex(configDigest) || !isHex(digest)) return null;
  const record: GuardRecord = {
    kind: kind === "o" ? "observation" : "report",
    configDigest,
    epoch: BigInt(epoch),
    digest,
  };
  return recordLine(record, previous) === line ? record : null;
}

function isHex(text: string): text is Hex {
  return text.startsWith("0x");
}

/** Whether `tail` could be completed to a record: shorter than one and of its form as far as it goes. */
function isUnfinishedRecord(tail: string): boolean {
  if (tail.length >= RECORD_LENGTH) return false;
  const sample = `r ${zeros()} ${"0".repeat(EPOCH_DIGITS)} ${zeros()} ${"0".repeat(CHECKSUM_LENGTH)}`;
  const completed = tail + sample.slice(tail.length);
  return RECORD_PATTERN.test(completed);
}
