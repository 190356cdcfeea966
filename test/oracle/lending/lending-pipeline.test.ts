/** What a node does with lending markets besides the book: it keeps their cursors, and tells people what happened once. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { LendingEvent, LendingReading } from "../../../oracle/domain/lending.ts";
import { createLendingLog } from "../../../oracle/pipeline/operator/lending-log.ts";
import { operatorLendingStore } from "../../../oracle/pipeline/operator/operator-stores.ts";
import { encodeJson } from "../../../oracle/platform/database/json.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";

const ACCOUNT = "0x00000000000000000000000000000000000000aa";

describe("operatorLendingStore", () => {
  const kept = new Map<string, string>();
  const store = operatorLendingStore(
    {
      cursor: async (source) => JSON.parse(kept.get(source) ?? "null"),
      saveCursor: async (source, state) => void kept.set(source, encodeJson(state)),
    },
    "aave-v3:0x01",
  );

  it("default: nothing is known before the first look, then what was saved, blocks as they were", async () => {
    assert.equal(await store.load(), null);
    const state = {
      checkpoints: [{ blockNumber: 2n ** 60n, blockHash: `0x${"ab".repeat(32)}` }],
      accounts: [
        { account: ACCOUNT, since: 7n, clearedAt: null },
        { account: ACCOUNT, since: 8n, clearedAt: 9n },
      ],
    } as const;
    await store.save(state);
    assert.deepEqual(await store.load(), state);
  });

  it("error: a state that is none is refused", async () => {
    kept.set("aave-v3:0x01", '{"checkpoints":[],"accounts":[{"account":"0x1","since":"7","clearedAt":null}]}');
    await assert.rejects(store.load());
  });
});

describe("createLendingLog", () => {
  it("behavior: every event once, what is missing when it changes", () => {
    const told: string[] = [];
    const write = (line: string): void => void told.push(String(JSON.parse(line).msg));
    const look = createLendingLog(createLogger({ level: "info", destination: { write } }));
    const event: LendingEvent = {
      ...{ kind: "liquidation", protocol: "aave-v3", account: ACCOUNT, token: ACCOUNT, asset: "ETH", amountUsd: 1 },
      ...{ blockNumber: 1n, sourceId: "aave-v3:0x01", sourceTimeSec: 1, receivedTimeSec: 2 },
    };
    const missing = [{ sourceId: "aave-v3:0x01", reason: "catching-up", count: 1 }] as const;
    const heard = (further: Partial<LendingReading>) => {
      look({ accounts: [], events: [event], rejected: [], ...further });
      return told.splice(0);
    };
    const gap = "lending markets are not read in full";
    assert.deepEqual(heard({ rejected: missing }), ["lending market: liquidation", gap]);
    assert.deepEqual(heard({ rejected: missing }), []);
    assert.deepEqual(heard({}), []);
    assert.deepEqual(heard({ rejected: missing, events: [event, { ...event }] }), ["lending market: liquidation", gap]);
  });
});
