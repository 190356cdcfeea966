/** The newest liquidations and large amounts of one lending market, a bounded number of them. */
import type { ChainClient } from "../../../chain/client.ts";
import type { LendingEvent } from "../../../domain/lending.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { LendingAction } from "./lending-protocol.ts";

/** Events kept: a day of the largest markets has some hundred liquidations. */
const MOST_EVENTS = 1_000;

/** An action with its worth. */
export type ValuedAction = Omit<LendingEvent, "sourceTimeSec" | "receivedTimeSec">;

/** What a history is made with. */
export interface LendingHistoryOptions {
  readonly chain: ChainClient;
  readonly clock: Clock;
}

/** Keeps events of one market. */
export interface LendingHistory {
  /** Ascending by block. */
  events(): readonly LendingEvent[];
  /** Adds actions in their order, with the times of their blocks. @throws viem's errors. */
  add(actions: readonly ValuedAction[]): Promise<void>;
  /** Forgets what was seen after a block that a reorganisation has left. */
  forgetAfter(blockNumber: bigint): void;
}

/** Creates an empty history. */
export function createLendingHistory({ chain, clock }: LendingHistoryOptions): LendingHistory {
  let kept: readonly LendingEvent[] = [];
  return {
    events: () => kept,
    add: async (actions) => {
      const newest = actions.slice(-MOST_EVENTS);
      const times = await blockTimes(chain, newest);
      const receivedTimeSec = clock.nowSec();
      const events = newest.map((action) => ({
        ...action,
        sourceTimeSec: times.get(action.blockNumber) ?? receivedTimeSec,
        receivedTimeSec,
      }));
      kept = [...kept, ...events].slice(-MOST_EVENTS);
    },
    forgetAfter: (blockNumber) => {
      kept = kept.filter((event) => event.blockNumber <= blockNumber);
    },
  };
}

async function blockTimes(
  { reader }: ChainClient,
  actions: readonly Pick<LendingAction, "blockNumber">[],
): Promise<ReadonlyMap<bigint, number>> {
  const numbers = [...new Set(actions.map(({ blockNumber }) => blockNumber))];
  const blocks = await Promise.all(numbers.map(async (blockNumber) => await reader.getBlock({ blockNumber })));
  return new Map(blocks.map(({ number, timestamp }) => [number, Number(timestamp)]));
}
