/** One process a data folder: two writers on one embedded database lose data without any error. */
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { PlimsollError } from "../domain/errors.ts";
import {
  isRunning,
  ownIdentity,
  type ProcessIdentity,
  type ProcessTable,
  SYSTEM_PROCESSES,
} from "./process-identity.ts";

/** A data folder that belongs to this process until it is released. */
export interface DataDirLock {
  /** Absolute path of the folder. */
  readonly dataDir: string;
  /** Gives the folder free; safe to call twice. */
  release(): void;
}

/** Codes that {@link lockDataDir} throws. */
export type DataDirErrorCode = "DATA_DIR_LOCKED" | "DATA_DIR_UNUSABLE";

/** Folders held by this process: where the system tells no start times, our own file may be left from a namesake. */
const heldDataDirs = new Set<string>();
const LOCK_FILE = /^run-(\d+)-(\d+)-(\w+)\.lock$/;

/**
 * Takes a data folder for this process, creating it if needed. Locks of processes that no longer run (killed, or before
 * a reboot) are removed.
 *
 * Each process announces itself by a file whose *name* is its identity, and only then looks for others. Of two that
 * start together at least one sees the other, so two never both go on; there is no moment with a half-written lock.
 *
 * @throws PlimsollError `DATA_DIR_LOCKED` with the holder's `pid`; `DATA_DIR_UNUSABLE` when it cannot be written.
 */
export function lockDataDir(path: string, processes: ProcessTable = SYSTEM_PROCESSES): DataDirLock {
  const dataDir = resolve(path);
  const own = ownIdentity(processes);
  const ownFile = join(dataDir, fileName(own));
  if (heldDataDirs.has(dataDir)) throw locked(dataDir, process.pid);
  announce(dataDir, ownFile);
  const holder = removeStale(dataDir, processes).find((other) => fileName(other) !== fileName(own));
  if (holder !== undefined) {
    rmSync(ownFile, { force: true });
    throw locked(dataDir, holder.pid);
  }
  heldDataDirs.add(dataDir);
  return { dataDir, release: () => release(dataDir, ownFile) };
}

function release(dataDir: string, ownFile: string): void {
  rmSync(ownFile, { force: true });
  heldDataDirs.delete(dataDir);
}

function fileName(identity: ProcessIdentity): string {
  return `run-${identity.pid}-${identity.startTicks}-${identity.bootId}.lock`;
}

function announce(dataDir: string, ownFile: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    closeSync(openSync(ownFile, "w"));
  } catch (cause) {
    throw new PlimsollError<DataDirErrorCode>({
      code: "DATA_DIR_UNUSABLE",
      problem: `The data folder ${dataDir} cannot be created or written.`,
      remedy: "Give a writable folder with --data-dir.",
      context: { dataDir },
      cause,
    });
  }
}

/** Identities of all living lock holders; files of dead ones are deleted on the way. */
function removeStale(dataDir: string, processes: ProcessTable): readonly ProcessIdentity[] {
  return readdirSync(dataDir).flatMap((name) => {
    const [, pid, startTicks, bootId] = LOCK_FILE.exec(name) ?? [];
    if (pid === undefined || startTicks === undefined || bootId === undefined) return [];
    const identity = { pid: Number(pid), startTicks, bootId };
    if (isRunning(identity, processes)) return [identity];
    rmSync(join(dataDir, name), { force: true });
    return [];
  });
}

function locked(dataDir: string, pid: number): PlimsollError<DataDirErrorCode> {
  return new PlimsollError({
    code: "DATA_DIR_LOCKED",
    problem: `The data folder ${dataDir} is in use by process ${pid}.`,
    remedy: "Stop that process, or give another folder with --data-dir.",
    context: { dataDir, pid },
  });
}
