/** Who a process is beyond its number: numbers are reused, start times within one boot are not. */
import { readFileSync } from "node:fs";
import { hasErrno } from "./errno.ts";

/** Identity of a process on this machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot (`/proc/<pid>/stat` field 22); `0` where the system does not tell. */
  readonly startTicks: string;
  /** Random id of the running boot; `none` where the system does not tell. */
  readonly bootId: string;
}

/** What the operating system says of processes; tests hand in their own. */
export interface ProcessTable {
  bootId(): string;
  /** Start ticks of a living process, `0` if it lives but they are unknown, `null` if there is no such process. */
  startTicks(pid: number): string | null;
}

/** Position of `starttime` in `/proc/<pid>/stat`, counted from the field after the state (proc(5)). */
const START_TIME_AFTER_STATE = 18;

/** States of a process that has ended but that its parent has not collected yet (proc(5)): it writes nothing any more. */
const ENDED_STATES: ReadonlySet<string> = new Set(["Z", "X"]);

/** The machine's process table: `/proc` on Linux, signal 0 elsewhere. */
export const SYSTEM_PROCESSES: ProcessTable = {
  bootId: () => readText("/proc/sys/kernel/random/boot_id")?.trim().replaceAll("-", "") ?? "none",
  startTicks: (pid) => {
    if (!isAlive(pid)) return null;
    const [state, ...rest] = statFields(pid);
    if (state === undefined) return "0";
    return ENDED_STATES.has(state) ? null : (rest[START_TIME_AFTER_STATE] ?? "0");
  },
};

/** Identity of this process. */
export function ownIdentity(processes: ProcessTable): ProcessIdentity {
  return { pid: process.pid, startTicks: processes.startTicks(process.pid) ?? "0", bootId: processes.bootId() };
}

/** Whether the very process with this identity still runs (not merely one that got its number later). */
export function isRunning(identity: ProcessIdentity, processes: ProcessTable): boolean {
  if (identity.bootId !== processes.bootId()) return false;
  return processes.startTicks(identity.pid) === identity.startTicks;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return hasErrno(error, "EPERM");
  }
}

/** Fields of `/proc/<pid>/stat` from the state on; none where the system has no such file. */
function statFields(pid: number): readonly string[] {
  const stat = readText(`/proc/${pid}/stat`);
  // The command may hold spaces and parentheses: count from the last closing one.
  return stat === null ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not Linux, or the process is gone: the caller falls back to the process number alone.
    return null;
  }
}
