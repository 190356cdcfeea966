/** What people are told of cascades: each change once, and that a hazard is not known any more. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { z } from "zod";
import type { CascadeState } from "../../../oracle/domain/cascade.ts";
import { createCascadeLog } from "../../../oracle/pipeline/operator/cascade-log.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";

const EMPTY = new Float64Array();
const lineSchema = z.object({ asset: z.string(), msg: z.string() });

function state(asset: string, probability24h: number): CascadeState {
  const curve = {
    ...{ shock: EMPTY, extra: EMPTY, extraLow: EMPTY, extraHigh: EMPTY },
    positions: 0,
    notionalUsd: 0,
    protocolUsd: {},
  };
  const rates = { probability6h: 0.1, probability24h, baseRate6h: 0.1, baseRate24h: 0.1 };
  return { asset, atSec: 0, ...rates, isAssumed: false, curve };
}

describe("createCascadeLog", () => {
  it("behavior: an alarm is told once, its end once, and the loss of the hazard once", () => {
    const told: string[] = [];
    const write = (line: string): void => {
      const { asset, msg } = lineSchema.parse(JSON.parse(line));
      told.push(`${asset} ${msg}`);
    };
    const look = createCascadeLog(createLogger({ level: "info", destination: { write } }));
    const alarm = "a cascade of liquidations is likely: consider TIGHTEN_ONLY";
    const unknown = "no longer known how likely a cascade of liquidations is";
    const heard = (states: readonly CascadeState[]) => {
      look(states);
      return told.splice(0);
    };
    assert.deepEqual(heard([state("BTC", 0.9), state("ETH", 0.1)]), [`BTC ${alarm}`]);
    assert.deepEqual(heard([state("BTC", 0.9), state("ETH", 0.1)]), []);
    assert.deepEqual(heard([]), [`BTC ${unknown}`, `ETH ${unknown}`]);
    assert.deepEqual(heard([]), []);
    assert.deepEqual(heard([state("BTC", 0.9)]), [`BTC ${alarm}`]);
    assert.deepEqual(heard([state("BTC", 0.1)]), ["BTC a cascade of liquidations is no longer likely"]);
    // What is assumed where a score reads the state is no alarm.
    assert.deepEqual(heard([{ ...state("BTC", 1), isAssumed: true }]), [`BTC ${unknown}`]);
  });
});
