/** The signing guard against double signing, torn writes, damage, two holders and SIGKILL. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs, { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "mocha";
import { keccak256, stringToHex } from "viem";
import { openSigningGuard } from "../../../oracle/consensus/signing-guard.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { Hex } from "../../../oracle/domain/units.ts";
import { ACCOUNTS, CONFIG } from "./cluster.ts";

const OPERATOR = ACCOUNTS[0]?.address ?? "0x";
const slot = (epoch: bigint) => ({ configDigest: CONFIG, epoch });
const digest = (text: string): Hex => keccak256(stringToHex(text));

describe("openSigningGuard", () => {
  let folder = "";
  let path = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-guard-"));
    path = join(folder, "guard");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Opens, authorises in order, closes. */
  async function fill(epochs: number): Promise<void> {
    const guard = await openSigningGuard({ path, operator: OPERATOR });
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      guard.authorise(slot(BigInt(epoch)), "report", digest(`first ${epoch}`));
    }
    await guard.close();
  }

  async function codeOf(options: { readonly mustExist?: boolean; readonly operator?: Hex } = {}): Promise<string> {
    try {
      const guard = await openSigningGuard({ path, operator: OPERATOR, ...options });
      await guard.close();
      return "opened";
    } catch (error) {
      for (const code of ["GUARD_DAMAGED", "GUARD_LOCKED", "GUARD_MISSING"]) if (hasCode(error, code)) return code;
      throw error;
    }
  }

  it("error: GUARD_MISSING when the operator has signed before", async () => {
    assert.equal(await codeOf({ mustExist: true }), "GUARD_MISSING");
  });

  it("error: GUARD_DAMAGED for an emptied file of an operator that has signed before", async () => {
    writeFileSync(path, "");
    assert.equal(await codeOf({ mustExist: true }), "GUARD_DAMAGED");
  });

  it("error: GUARD_DAMAGED for the file of another key", async () => {
    await fill(1);
    assert.equal(await codeOf({ operator: ACCOUNTS[1]?.address ?? "0x" }), "GUARD_DAMAGED");
  });

  it("error: GUARD_LOCKED while another holder has it, and free again after close", async () => {
    const guard = await openSigningGuard({ path, operator: OPERATOR });
    assert.equal(await codeOf(), "GUARD_LOCKED");
    await guard.close();
    assert.equal(await codeOf(), "opened");
  });

  it("error: GUARD_DAMAGED for every single flipped bit of the promises", async () => {
    await fill(2);
    const intact = readFileSync(path);
    for (let byte = 0; byte < intact.length; byte += 1) {
      const flipped = Buffer.from(intact);
      flipped.writeUInt8((flipped[byte] ?? 0) ^ (1 << (byte % 8)), byte);
      writeFileSync(path, flipped);
      assert.equal(await codeOf(), "GUARD_DAMAGED", `byte ${byte}`);
    }
  });

  it("error: GUARD_WRITE_FAILED after close", async () => {
    const guard = await openSigningGuard({ path, operator: OPERATOR });
    await guard.close();
    assert.throws(
      () => guard.authorise(slot(1n), "report", digest("late")),
      (error) => hasCode(error, "GUARD_WRITE_FAILED"),
    );
  });

  it("error: GUARD_FOREIGN_WRITE once another process has appended; stays shut, the file is left alone", async () => {
    const guard = await openSigningGuard({ path, operator: OPERATOR });
    guard.authorise(slot(1n), "report", digest("first"));
    appendFileSync(path, "a line of somebody else\n");
    const bytes = readFileSync(path);
    for (const epoch of [2n, 3n, 1n]) {
      assert.throws(
        () => guard.authorise(slot(epoch), "report", digest("first")),
        (error) => hasCode(error, "GUARD_FOREIGN_WRITE"),
      );
    }
    assert.deepEqual(readFileSync(path), bytes);
    await guard.close();
  });

  it("error: GUARD_FOREIGN_WRITE when another process appends at the same moment", async () => {
    const guard = await openSigningGuard({ path, operator: OPERATOR });
    const { fsyncSync } = fs;
    // Runs between the check before the append and the one after it.
    fs.fsyncSync = (descriptor) => {
      appendFileSync(path, "a line of somebody else\n");
      fsyncSync(descriptor);
    };
    syncBuiltinESMExports();
    try {
      assert.throws(
        () => guard.authorise(slot(1n), "report", digest("first")),
        (error) => hasCode(error, "GUARD_FOREIGN_WRITE"),
      );
    } finally {
      fs.fsyncSync = fsyncSync;
      syncBuiltinESMExports();
    }
    await guard.close();
  });

  it("default: new, same, conflict; kinds, epochs and configurations are apart; kept over a restart", async () => {
    for (const round of ["new", "same"]) {
      const guard = await openSigningGuard({ path, operator: OPERATOR });
      assert.deepEqual(guard.authorise(slot(1n), "report", digest("a")), { ok: true, value: round });
      assert.deepEqual(guard.authorise(slot(1n), "observation", digest("b")), { ok: true, value: round });
      assert.deepEqual(guard.authorise(slot(2n), "report", digest("b")), { ok: true, value: round });
      const other = { configDigest: digest("other configuration"), epoch: 1n };
      assert.deepEqual(guard.authorise(other, "report", digest("b")), { ok: true, value: round });
      assert.equal(guard.authorise(slot(1n), "report", digest("b")).ok, false);
      await guard.close();
    }
  });

  it("behavior: a tail torn at any byte is dropped, every earlier promise is kept, and writing goes on", async () => {
    await fill(3);
    const intact = readFileSync(path, "latin1");
    const lastLine = intact.lastIndexOf("\n", intact.length - 2) + 1;
    for (let cut = lastLine; cut <= intact.length; cut += 1) {
      writeFileSync(path, intact.slice(0, cut), "latin1");
      const guard = await openSigningGuard({ path, operator: OPERATOR, mustExist: true });
      assert.equal(guard.authorise(slot(1n), "report", digest("second")).ok, false, `cut ${cut}`);
      const isWhole = cut >= intact.length - 1;
      assert.equal(guard.authorise(slot(2n), "report", digest("second")).ok, !isWhole, `cut ${cut}`);
      await guard.close();
      assert.equal(await codeOf(), "opened");
    }
  });

  it("behavior: children killed in a signing loop never sign two digests for one slot", async () => {
    const signed = new Map<string, Set<string>>();
    let lines = 0;
    for (let run = 0; run < 4; run += 1) {
      const script = join(import.meta.dirname, "guard-child.ts");
      const child = spawn(process.execPath, [script, path, `run ${run}`], { stdio: ["ignore", "pipe", "inherit"] });
      const exited = once(child, "exit");
      let ofRun = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        const [epoch = "", value = ""] = line.split(" ");
        signed.set(epoch, (signed.get(epoch) ?? new Set()).add(value));
        lines += 1;
        ofRun += 1;
        if (ofRun === 20 + 7 * run) child.kill("SIGKILL");
      }
      await exited;
    }
    assert.ok(lines >= 80);
    for (const [epoch, digests] of signed) assert.equal(digests.size, 1, `epoch ${epoch}`);
    assert.equal(await codeOf({ mustExist: true }), "opened");
  });
});
