import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { lockDataDir } from "../../../oracle/platform/data-dir-lock.ts";
import { isRunning, type ProcessTable, SYSTEM_PROCESSES } from "../../../oracle/platform/process-identity.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const OTHER_PID = 4_242;
const OWN_TICKS = "900";

/** This process started at 900 ticks in boot `b1`; process 4242 as given. */
function processes(otherTicks: string | null, bootId = "b1"): ProcessTable {
  return { bootId: () => bootId, startTicks: (pid) => (pid === process.pid ? OWN_TICKS : otherTicks) };
}

describe("lockDataDir", () => {
  let folder: TemporaryFolder;
  const leaveLock = (name: string) => writeFileSync(join(folder.path, name), "");
  const heldByOther = (error: unknown) => hasCode(error, "DATA_DIR_LOCKED") && error.context.pid === OTHER_PID;

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it("error: DATA_DIR_LOCKED while the holder lives, and nothing of ours is left behind", () => {
    leaveLock(`run-${OTHER_PID}-100-b1.lock`);
    assert.throws(() => lockDataDir(folder.path, processes("100")), heldByOther);
    assert.deepEqual(readdirSync(folder.path), [`run-${OTHER_PID}-100-b1.lock`]);
  });

  it("error: DATA_DIR_LOCKED when this process holds it already", () => {
    const lock = lockDataDir(folder.path);
    assert.throws(
      () => lockDataDir(folder.path),
      (error) => hasCode(error, "DATA_DIR_LOCKED"),
    );
    lock.release();
  });

  it("error: DATA_DIR_UNUSABLE when the path is a file", () => {
    leaveLock("file");
    assert.throws(
      () => lockDataDir(join(folder.path, "file")),
      (error) => hasCode(error, "DATA_DIR_UNUSABLE"),
    );
  });

  for (const [why, table] of [
    ["the process is gone", processes(null)],
    ["its number belongs to a later process", processes("555")],
    ["the machine was booted since", processes("100", "b2")],
  ] as const) {
    it(`behavior: a lock is taken over when ${why}`, () => {
      leaveLock(`run-${OTHER_PID}-100-b1.lock`);
      const lock = lockDataDir(folder.path, table);
      assert.deepEqual(readdirSync(folder.path), [`run-${process.pid}-${OWN_TICKS}-${table.bootId()}.lock`]);
      lock.release();
    });
  }

  it("default: a released folder is empty and can be taken again", () => {
    const lock = lockDataDir(folder.path);
    lock.release();
    lock.release();
    assert.deepEqual(readdirSync(folder.path), []);
    lockDataDir(folder.path).release();
  });
});

describe("isRunning", () => {
  it("default: this process by its system identity, and not with another start time", () => {
    const startTicks = SYSTEM_PROCESSES.startTicks(process.pid) ?? "";
    const identity = { pid: process.pid, startTicks, bootId: SYSTEM_PROCESSES.bootId() };
    assert.equal(isRunning(identity, SYSTEM_PROCESSES), true);
    assert.equal(isRunning({ ...identity, startTicks: `${startTicks}1` }, SYSTEM_PROCESSES), false);
  });
});
