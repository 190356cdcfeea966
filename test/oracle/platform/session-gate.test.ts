import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createSessionGate } from "../../../oracle/platform/database/session-gate.ts";
import { createFrontendReader, simpleQuery } from "../../../oracle/platform/database/wire.ts";

const STARTUP = Uint8Array.from([0, 0, 0, 8, 0, 3, 0, 0]);

/** `ReadyForQuery` with a status, and an empty notification before it where wanted. */
function answer(status: string, withNotification = false): Uint8Array {
  const notification = withNotification ? [0x41, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0] : [];
  return Uint8Array.from([...notification, 0x5a, 0, 0, 0, 5, status.charCodeAt(0)]);
}

function client() {
  const received: string[] = [];
  let hungUp = false;
  return {
    received,
    isHungUp: () => hungUp,
    send: (bytes: Uint8Array) => void received.push(String.fromCharCode(bytes[0] ?? 0)),
    hangUp: () => {
      hungUp = true;
    },
  };
}

describe("createFrontendReader", () => {
  it("behavior: units come out whole however the bytes are cut", () => {
    const bytes = Buffer.concat([
      STARTUP,
      simpleQuery("LISTEN x"),
      simpleQuery("SELECT 1"),
      Buffer.from("X\0\0\0\x04"),
    ]);
    for (const size of [1, 3, bytes.length]) {
      const reader = createFrontendReader();
      const units = [];
      for (let start = 0; start < bytes.length; start += size)
        units.push(...reader.push(bytes.subarray(start, start + size)));
      assert.deepEqual(
        units.map((unit) => (unit.kind === "batch" ? unit.listens : unit.kind)),
        ["startup", true, false, "terminate"],
      );
    }
  });
});

describe("createSessionGate", () => {
  it("behavior: a transaction that idles while others wait is ended with 25P03 and rolled back", async () => {
    const executed: string[] = [];
    const gate = createSessionGate({
      execute: async (batch) => {
        const text = Buffer.from(batch).toString("latin1").slice(5, -1);
        executed.push(text);
        return answer(text === "BEGIN" ? "T" : "I");
      },
      serverVersion: "18",
      idleInTransactionLimitMs: 1,
      onFailure: (error) => assert.fail(String(error)),
    });
    const [owner, other] = [client(), client()];
    const ownerEnd = gate.connect(owner);
    const done = new Promise<void>((resolve) => {
      const waiting = { ...other, send: (bytes: Uint8Array) => (bytes[0] === 0x5a ? resolve() : undefined) };
      const otherEnd = gate.connect(waiting);
      ownerEnd.receive(Buffer.concat([STARTUP, simpleQuery("BEGIN")]));
      otherEnd.receive(Buffer.concat([STARTUP, simpleQuery("SELECT 1")]));
    });
    await done;
    assert.deepEqual(executed, ["BEGIN", "ROLLBACK", "SELECT 1"]);
    assert.equal(owner.isHungUp(), true);
    assert.equal(owner.received.at(-1), "E");
  });

  it("behavior: notifications go to listeners, and to nobody else", async () => {
    const gate = createSessionGate({
      execute: async () => answer("I", true),
      serverVersion: "18",
      idleInTransactionLimitMs: 1_000,
      onFailure: (error) => assert.fail(String(error)),
    });
    const [listener, sender] = [client(), client()];
    gate.connect(listener).receive(Buffer.concat([STARTUP, simpleQuery("LISTEN x")]));
    gate.connect(sender).receive(Buffer.concat([STARTUP, simpleQuery("NOTIFY x")]));
    await gate.drain();
    assert.equal(listener.received.filter((kind) => kind === "A").length, 2);
    assert.equal(sender.received.filter((kind) => kind === "A").length, 0);
  });
});
