/** Messages before, during and after their round. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRoundRouter } from "../../../oracle/consensus/round-router.ts";
import type { RoundMessage } from "../../../oracle/consensus/wire.ts";
import { ACCOUNTS, observationOf, SLOT } from "./cluster.ts";

const PEER = ACCOUNTS[0]?.address ?? "0x";
const OTHER = ACCOUNTS[1]?.address ?? "0x";

function messageOf(epoch: bigint): RoundMessage {
  const observation = { ...observationOf(PEER, 1_000), slot: { ...SLOT, epoch } };
  return { kind: "observation", signed: { observation, signature: "0x" } };
}

/** A round that only notes what it is given. */
function noting(seen: RoundMessage[]) {
  return { receive: async (message: RoundMessage) => void seen.push(message) };
}

describe("createRoundRouter", () => {
  it("default: early messages wait for their round, current and past ones go to it", () => {
    const router = createRoundRouter();
    const [early, later, past] = [messageOf(5n), messageOf(6n), messageOf(4n)];
    router.deliver(early, PEER);
    router.deliver(later, PEER);
    const fifth: RoundMessage[] = [];
    router.attach({ ...SLOT, epoch: 5n }, noting(fifth));
    router.deliver(past, OTHER);
    assert.deepEqual(fifth, [early, past]);
    const sixth: RoundMessage[] = [];
    router.attach({ ...SLOT, epoch: 6n }, noting(sixth));
    assert.deepEqual(sixth, [later]);
  });

  it("behavior: a peer that floods with far epochs loses only its own messages", () => {
    const router = createRoundRouter();
    const honest = messageOf(5n);
    router.deliver(honest, OTHER);
    router.deliver(messageOf(5n), PEER);
    for (let epoch = 1_000n; epoch < 1_100n; epoch += 1n) router.deliver(messageOf(epoch), PEER);
    const seen: RoundMessage[] = [];
    router.attach({ ...SLOT, epoch: 5n }, noting(seen));
    assert.deepEqual(seen, [honest]);
  });
});
