/** The signing guard: writes every digest down, synced to disk, before its signature may leave, and never two a slot. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasCode, type Outcome, PlimsollError } from "../domain/errors.ts";
import type { RoundSlot } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import { claimExclusively } from "./exclusive-claim.ts";
import {
  checksumOf,
  type GuardRecord,
  headerLine,
  type ParsedGuard,
  parseGuard,
  recordLine,
  type SignatureKind,
} from "./guard-record.ts";

/** Where an operator's guard lies. */
export interface SigningGuardOptions {
  readonly path: string;
  /** Key that this file guards; a file of another key is refused. */
  readonly operator: Address;
  /** The operator has signed before: a missing file is an error, since its promises would be forgotten. */
  readonly mustExist?: boolean;
}

/** Asked before every signature. */
export interface SigningGuard {
  /**
   * `new`: the promise is on disk now; `same`: this very digest was promised before; `conflict`: another one was.
   *
   * @throws PlimsollError `GUARD_WRITE_FAILED` when the promise could not be synced, `GUARD_FOREIGN_WRITE` when somebody
   *   else has written to the file; the guard then stays shut.
   */
  authorise(slot: RoundSlot, kind: SignatureKind, digest: Hex): Outcome<"new" | "same", "conflict">;
  /** Frees the file for another process. */
  close(): Promise<void>;
}

/** Read and write for the owner only. */
const FILE_MODE = 0o600;

/**
 * Opens a guard file, or creates it.
 *
 * @throws PlimsollError `GUARD_LOCKED` while another process holds it, `GUARD_MISSING` with `mustExist`,
 *   `GUARD_DAMAGED` for anything but whole lines and the unfinished tail of a killed write.
 */
export async function openSigningGuard(options: SigningGuardOptions): Promise<SigningGuard> {
  const path = join(realpathSync(dirname(options.path)), basename(options.path));
  const claim = await claimExclusively(`guard:${path}`);
  if (claim === null) {
    throw new PlimsollError({
      code: "GUARD_LOCKED",
      problem: `The signing guard ${path} is held by another running operator.`,
      remedy: "Stop the other process: one key must never sign in two places.",
      context: { path },
    });
  }
  try {
    const state = loadGuard(path, options);
    return createGuard(path, state, claim.release);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

interface GuardState {
  readonly descriptor: number;
  readonly promised: Map<string, Hex>;
  /** Checksum of the last line. */
  readonly checksum: string;
  /** Size that the file has unless somebody else writes to it. */
  readonly sizeBytes: number;
}

function loadGuard(path: string, options: SigningGuardOptions): GuardState {
  const exists = existsSync(path);
  if (!exists && options.mustExist === true) {
    throw new PlimsollError({
      code: "GUARD_MISSING",
      problem: `The signing guard ${path} is missing, but this operator has signed before.`,
      remedy: "Restore the file; without it a second digest could be signed for an old slot. Otherwise use a new key.",
      context: { path, operator: options.operator },
    });
  }
  // latin1 keeps every byte as one character, so that damage cannot hide in a decoding.
  const parsed = parseGuard(exists ? readFileSync(path, "latin1") : "", options.operator);
  if (!parsed.ok) throw damaged(path, parsed);
  if (options.mustExist === true && parsed.wholeBytes === 0) throw damaged(path, EMPTIED);
  const descriptor = openSync(path, exists ? "a+" : "ax+", FILE_MODE);
  const end = repair(descriptor, parsed, options.operator);
  syncFolder(path);
  return { descriptor, ...end, promised: new Map(parsed.records.map((record) => [keyOf(record), record.digest])) };
}

/** A file without even its header cannot be the one that this operator signed with. */
const EMPTIED = { ok: false, line: 1, problem: "the file is empty" } as const;

function damaged(path: string, parsed: Extract<ParsedGuard, { ok: false }>): PlimsollError<"GUARD_DAMAGED"> {
  return new PlimsollError({
    code: "GUARD_DAMAGED",
    problem: `The signing guard ${path} is damaged in line ${parsed.line}: ${parsed.problem}.`,
    remedy: "Restore an intact copy that is not older than the last signature, or retire this key and use a new one.",
    context: { path, line: parsed.line },
  });
}

/** Cuts off an unfinished tail, completes a missing break, writes a missing header; returns what the file ends with. */
function repair(
  descriptor: number,
  parsed: Extract<ParsedGuard, { ok: true }>,
  operator: Address,
): Pick<GuardState, "checksum" | "sizeBytes"> {
  ftruncateSync(descriptor, parsed.wholeBytes);
  const header = headerLine(operator);
  const isNew = parsed.wholeBytes === 0;
  const missing = isNew ? `${header}\n` : parsed.missingBreak ? "\n" : "";
  if (missing !== "") writeSync(descriptor, missing, null, "latin1");
  fsyncSync(descriptor);
  return { checksum: isNew ? checksumOf(header) : parsed.checksum, sizeBytes: parsed.wholeBytes + missing.length };
}

/** A new file is only safe once its folder's entry is on disk. Windows cannot sync folders and does not need to. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}

function keyOf(record: Pick<GuardRecord, "kind" | "configDigest" | "epoch">): string {
  return `${record.kind}:${record.configDigest.toLowerCase()}:${record.epoch}`;
}

function createGuard(path: string, state: GuardState, release: () => Promise<void>): SigningGuard {
  let { checksum, sizeBytes } = state;
  let shut: PlimsollError | null = null;
  let closed = false;

  const append = (record: GuardRecord): void => {
    const line = recordLine(record, checksum);
    try {
      // Before, so that a foreign file is left as it is; after, for a writer that passed the same check meanwhile.
      requireSize(path, state.descriptor, sizeBytes);
      sizeBytes += appendSynced(state.descriptor, `${line}\n`);
      requireSize(path, state.descriptor, sizeBytes);
    } catch (cause) {
      // The file's end is unknown now; a promise that may be half written must not be followed by another.
      shut = hasCode(cause, "GUARD_FOREIGN_WRITE") ? cause : writeFailed(path, cause);
      throw shut;
    }
    checksum = checksumOf(line);
    state.promised.set(keyOf(record), record.digest);
  };

  return {
    authorise: (slot, kind, digest) => {
      if (shut !== null) throw shut;
      const record = { kind, configDigest: slot.configDigest, epoch: slot.epoch, digest: toLowerHex(digest) };
      const promised = state.promised.get(keyOf(record));
      if (promised === record.digest) return { ok: true, value: "same" };
      if (promised !== undefined) return { ok: false, reason: "conflict", detail: `already promised ${promised}` };
      append(record);
      return { ok: true, value: "new" };
    },
    close: async () => {
      if (closed) return;
      closed = true;
      shut = writeFailed(path, "the guard was closed");
      closeSync(state.descriptor);
      await release();
    },
  };
}

function toLowerHex(hex: Hex): Hex {
  return `0x${hex.slice(2).toLowerCase()}`;
}

/** The exclusive claim is a kernel socket and so ends at a network namespace, at a container say; the file does not. */
function requireSize(path: string, descriptor: number, expectedBytes: number): void {
  const actualBytes = fstatSync(descriptor).size;
  if (actualBytes === expectedBytes) return;
  throw new PlimsollError({
    code: "GUARD_FOREIGN_WRITE",
    problem: `The signing guard ${path} has ${actualBytes} bytes instead of ${expectedBytes}: another process wrote to it.`,
    remedy: "Find and stop the other process (a container?), then restart: one key must never sign in two places.",
    context: { path, expectedBytes, actualBytes },
  });
}

/** Returns the number of bytes appended. */
function appendSynced(descriptor: number, line: string): number {
  const bytes = Buffer.from(line, "latin1");
  const written = writeSync(descriptor, bytes, 0, bytes.length, null);
  if (written !== bytes.length) throw new RangeError(`Only ${written} of ${bytes.length} bytes were written.`);
  fsyncSync(descriptor);
  return written;
}

function writeFailed(path: string, cause: unknown): PlimsollError<"GUARD_WRITE_FAILED"> {
  return new PlimsollError({
    code: "GUARD_WRITE_FAILED",
    problem: `The signing guard ${path} could not write a promise to disk.`,
    remedy: "Free disk space or mend the file system, then restart the operator; it signs nothing until then.",
    context: { path },
    cause,
  });
}
