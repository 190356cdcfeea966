/** Follows the log of a contract block range after block range, and reads again what a reorg may have changed. */
import type { Anchor } from "../domain/report.ts";

/** What is followed. */
export interface FollowOptions<Event extends { readonly blockNumber: bigint }> {
  /** First block of the contract. */
  readonly fromBlock: bigint;
  /** Blocks that one request for logs may span; 5 000 by default, which public providers allow. */
  readonly blocksPerRequest?: bigint;
  /** Events of the blocks, both included. */
  readonly readRange: (fromBlock: bigint, toBlock: bigint) => Promise<readonly Event[]>;
}

/** Follows a log. */
export interface BlockFollower<Event> {
  /** All events up to a block, the oldest first; rejects as `readRange` does, and may be asked again. */
  readTo(head: Anchor): Promise<readonly Event[]>;
}

const BLOCKS_PER_REQUEST = 5_000n;
/** Blocks before the last one seen that are read again, because a reorg may have changed them: two epochs of Ethereum. */
const REREAD_BLOCKS = 64n;

/** Creates a follower that has seen nothing yet. Calls must not overlap. */
export function followBlocks<Event extends { readonly blockNumber: bigint }>(
  options: FollowOptions<Event>,
): BlockFollower<Event> {
  let events: readonly Event[] = [];
  let seenTo = options.fromBlock - 1n;
  return {
    readTo: async (head) => {
      const last = seenTo < head.blockNumber ? seenTo : head.blockNumber;
      const reread = last - REREAD_BLOCKS + 1n;
      const from = reread > options.fromBlock ? reread : options.fromBlock;
      const fresh = await readRanges(options, from, head.blockNumber);
      events = [...events.filter(({ blockNumber }) => blockNumber < from), ...fresh];
      seenTo = head.blockNumber;
      return events;
    },
  };
}

async function readRanges<Event extends { readonly blockNumber: bigint }>(
  { blocksPerRequest = BLOCKS_PER_REQUEST, readRange }: FollowOptions<Event>,
  from: bigint,
  to: bigint,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  for (let start = from; start <= to; start += blocksPerRequest) {
    const end = start + blocksPerRequest - 1n;
    events.push(...(await readRange(start, end < to ? end : to)));
  }
  return events;
}
