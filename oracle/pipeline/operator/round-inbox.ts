/** Delivers peers' messages to the round that they belong to; what comes early waits, what comes late is dropped. */
import type { Round } from "../../consensus/round-types.ts";
import type { RoundMessage } from "../../consensus/wire.ts";
import type { Address } from "../../domain/units.ts";

/** Inbox of one operator. */
export interface RoundInbox {
  receive(message: RoundMessage, from: Address): void;
  /** Makes a round current and hands it the messages that came before it. */
  open(epoch: bigint, round: Round): void;
  close(): void;
}

/** Messages that may wait for a round to open: three rounds of 31 operators and three kinds. */
const MAX_WAITING = 279;

interface Waiting {
  readonly message: RoundMessage;
  readonly from: Address;
}

/** Creates an inbox without a round. */
export function createRoundInbox(): RoundInbox {
  let current: { readonly epoch: bigint; readonly round: Round } | null = null;
  let waiting: Waiting[] = [];
  return {
    receive: (message, from) => {
      const epoch = epochOf(message);
      if (current !== null && epoch <= current.epoch) void current.round.receive(message, from);
      else if (waiting.length < MAX_WAITING) waiting.push({ message, from });
    },
    open: (epoch, round) => {
      current?.round.stop();
      current = { epoch, round };
      const due = waiting.filter(({ message }) => epochOf(message) === epoch);
      waiting = waiting.filter(({ message }) => epochOf(message) > epoch);
      for (const { message, from } of due) void round.receive(message, from);
    },
    close: () => {
      current?.round.stop();
      current = null;
    },
  };
}

function epochOf(message: RoundMessage): bigint {
  if (message.kind === "observation") return message.signed.observation.slot.epoch;
  if (message.kind === "attestation") return message.signed.attestation.slot.epoch;
  // A proposal without observations belongs to no round and is refused by the one that gets it.
  return message.observations[0]?.observation.slot.epoch ?? 0n;
}
