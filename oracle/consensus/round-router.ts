/** Hands messages to the round they belong to, and keeps those that come before this operator has begun it. */
import type { RoundSlot } from "../domain/report.ts";
import type { Address } from "../domain/units.ts";
import type { Round } from "./round-types.ts";
import type { RoundMessage } from "./wire.ts";

/** Between the mesh and the rounds. */
export interface RoundRouter {
  /** Takes a message of an authenticated peer; give it to `PeerMesh.onMessage`. */
  deliver(message: RoundMessage, from: Address): void;
  /** Connects a round and hands it what has been waiting. Rounds of lower epochs are disconnected. */
  attach(slot: RoundSlot, round: Pick<Round, "receive">): void;
  /** Messages dropped: of an epoch that is over, of no slot, or more than may wait. */
  dropped(): number;
}

interface Waiting {
  readonly epoch: bigint;
  readonly messages: { readonly message: RoundMessage; readonly from: Address }[];
}

/** Slots ahead that may wait: an operator that lags more has to wait for the next round. */
const MAX_SLOTS = 4;
/** Messages of one peer for one slot: observation, proposal, attestation, each said twice, and two to spare. */
const MAX_PER_PEER = 8;

/** Creates a router without a round. */
export function createRoundRouter(): RoundRouter {
  const waiting = new Map<string, Waiting>();
  let current: { readonly epoch: bigint; readonly round: Pick<Round, "receive"> } | null = null;
  let dropped = 0;

  const keep = (slot: RoundSlot, message: RoundMessage, from: Address): boolean => {
    const key = keyOf(slot);
    const queue = waiting.get(key) ?? { epoch: slot.epoch, messages: [] };
    if (!waiting.has(key) && waiting.size >= MAX_SLOTS) return false;
    if (queue.messages.filter((item) => item.from === from).length >= MAX_PER_PEER) return false;
    queue.messages.push({ message, from });
    waiting.set(key, queue);
    return true;
  };

  return {
    dropped: () => dropped,
    deliver: (message, from) => {
      const slot = slotOf(message);
      // A foreign configuration at the current epoch goes to the round, which counts it.
      if (slot !== null && current !== null && slot.epoch === current.epoch) {
        void current.round.receive(message, from);
        return;
      }
      const isOver = current !== null && slot !== null && slot.epoch < current.epoch;
      if (slot === null || isOver || !keep(slot, message, from)) dropped += 1;
    },
    attach: (slot, round) => {
      const key = keyOf(slot);
      current = { epoch: slot.epoch, round };
      for (const { message, from } of waiting.get(key)?.messages ?? []) void round.receive(message, from);
      for (const [other, queue] of waiting) {
        if (queue.epoch <= slot.epoch) waiting.delete(other);
      }
    },
  };
}

function keyOf(slot: RoundSlot): string {
  return `${slot.configDigest}:${slot.epoch}`;
}

function slotOf(message: RoundMessage): RoundSlot | null {
  if (message.kind === "observation") return message.signed.observation.slot;
  if (message.kind === "attestation") return message.signed.attestation.slot;
  return message.observations[0]?.observation.slot ?? null;
}
