/** Hands messages to the round they belong to, and keeps those that come before this operator has begun it. */
import type { RoundSlot } from "../domain/report.ts";
import type { Address } from "../domain/units.ts";
import type { Round } from "./round-types.ts";
import type { RoundMessage } from "./wire.ts";

/** Between the mesh and the rounds. */
export interface RoundRouter {
  /** Takes a message of an authenticated peer; give it to `PeerMesh.onMessage`. */
  deliver(message: RoundMessage, from: Address): void;
  /** Makes a round current and hands it what has been waiting for its epoch. */
  attach(slot: RoundSlot, round: Pick<Round, "receive">): void;
}

/**
 * Messages of one peer that may wait: three rounds of observation, proposal and attestation, each said twice. Beyond,
 * its oldest is dropped; the bound is per peer, so that one with absurd epochs crowds out nobody but itself.
 */
const MAX_WAITING_PER_PEER = 18;

/** Creates a router without a round. */
export function createRoundRouter(): RoundRouter {
  const waiting = new Map<Address, readonly RoundMessage[]>();
  let current: { readonly epoch: bigint; readonly round: Pick<Round, "receive"> } | null = null;
  return {
    deliver: (message, from) => {
      const epoch = epochOf(message);
      // A past epoch goes to the round too, which counts it.
      if (current !== null && epoch <= current.epoch) void current.round.receive(message, from);
      else waiting.set(from, [...(waiting.get(from) ?? []), message].slice(-MAX_WAITING_PER_PEER));
    },
    attach: (slot, round) => {
      current = { epoch: slot.epoch, round };
      for (const [peer, messages] of waiting) {
        const due = messages.filter((message) => epochOf(message) === slot.epoch);
        waiting.set(
          peer,
          messages.filter((message) => epochOf(message) > slot.epoch),
        );
        for (const message of due) void round.receive(message, peer);
      }
    },
  };
}

function epochOf(message: RoundMessage): bigint {
  if (message.kind === "observation") return message.signed.observation.slot.epoch;
  if (message.kind === "attestation") return message.signed.attestation.slot.epoch;
  // A proposal of nothing belongs to no round; the current one refuses it.
  return message.observations[0]?.observation.slot.epoch ?? 0n;
}
