/**
 * The newest events of a contract, as far back as a window of blocks reaches: a cursor in memory that asks only for what is new,
 * takes back what a reorganisation has undone, and believes nothing that the RPC itself contradicts.
 */
import type { ChainClient } from "../../chain/client.ts";
import type { Anchor } from "../../domain/report.ts";
import { type Checkpoint, canonicalCheckpoints, isCanonical, notCanonical, withCheckpoint } from "./checkpoints.ts";
import { confirmedHead, type HeadLimits } from "./confirmed-head.ts";
import { type BlockRange, readLogRanges } from "./log-ranges.ts";

/** Anything with its block. */
export interface OfBlock {
  readonly blockNumber: bigint;
}

/** What is read, and how it is believed. */
export interface ChainTapeOptions<Event extends OfBlock> extends HeadLimits {
  readonly chain: ChainClient;
  /** Length of the window that ends at the newest confirmed block. */
  readonly windowBlocks: number;
  /** Most blocks of one log request; halved while the RPC refuses. */
  readonly span?: bigint;
  /** Events of a range in their order. */
  read(range: BlockRange): Promise<readonly Event[]>;
}

/** What the window holds. */
export interface TapeReading<Event extends OfBlock> {
  /** The confirmed block that it ends with. */
  readonly at: Anchor;
  /** First block of the window. */
  readonly from: bigint;
  /** Ascending. */
  readonly events: readonly Event[];
}

/** Reads on at every call. */
export interface ChainTape<Event extends OfBlock> {
  /**
   * @param nowSec time of this node, seconds.
   * @throws PlimsollError `CHAIN_LAGS`, `CHAIN_TOO_SHORT`, `ANCHOR_NOT_CANONICAL`, `LOG_RANGE_REFUSED`, `LOGS_INCONSISTENT`; viem's
   *   errors. The tape has not moved then: the next call asks for the same again.
   */
  advance(nowSec: number): Promise<TapeReading<Event>>;
  /** Forgets everything, since what was read has turned out wrong: the next call reads the whole window. */
  forget(): void;
}

interface TapeState<Event extends OfBlock> {
  readonly checkpoints: readonly Checkpoint[];
  readonly events: readonly Event[];
}

/** Creates a tape that knows nothing yet. */
export function createChainTape<Event extends OfBlock>(options: ChainTapeOptions<Event>): ChainTape<Event> {
  let state: TapeState<Event> = { checkpoints: [], events: [] };
  return {
    forget: () => {
      state = { checkpoints: [], events: [] };
    },
    advance: async (nowSec) => {
      const at = await confirmedHead(options.chain, options, nowSec);
      const from = windowStart(at.blockNumber, options.windowBlocks);
      const next = await readForward(options, await rollBack(options.chain, state), { at, from });
      state = next;
      return { at, from, events: next.events.filter(({ blockNumber }) => blockNumber <= at.blockNumber) };
    },
  };
}

/** First block of a window that ends at `head`. */
export function windowStart(head: bigint, windowBlocks: number): bigint {
  const start = head - BigInt(windowBlocks) + 1n;
  return start > 0n ? start : 0n;
}

/** Forgets what was seen after the last checkpoint that is still canonical. */
async function rollBack<Event extends OfBlock>(chain: ChainClient, state: TapeState<Event>): Promise<TapeState<Event>> {
  const checkpoints = await canonicalCheckpoints(chain, state.checkpoints);
  if (checkpoints === state.checkpoints) return state;
  const ancestor = checkpoints.at(-1)?.blockNumber ?? -1n;
  return { checkpoints, events: state.events.filter(({ blockNumber }) => blockNumber <= ancestor) };
}

async function readForward<Event extends OfBlock>(
  { chain, span, read }: ChainTapeOptions<Event>,
  { checkpoints, events }: TapeState<Event>,
  { at, from }: { readonly at: Anchor; readonly from: bigint },
): Promise<TapeState<Event>> {
  const stoodAt = checkpoints.at(-1)?.blockNumber ?? -1n;
  const start = stoodAt + 1n > from ? stoodAt + 1n : from;
  const found = await readLogRanges({ chain, range: { from: start, to: at.blockNumber }, span, read });
  // Logs are asked for by height: only a block that still stands afterwards proves that they were of its branch.
  if (!(await isCanonical(chain, at))) throw notCanonical(at);
  const kept = [...events.filter(({ blockNumber }) => blockNumber >= from), ...found.events];
  const isNew = at.blockNumber > stoodAt;
  return { checkpoints: isNew ? withCheckpoint(checkpoints, at) : checkpoints, events: kept };
}
