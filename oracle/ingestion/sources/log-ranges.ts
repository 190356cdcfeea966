/** Reads logs range by range; ranges are halved while the RPC refuses them. */
import { type ChainClient, isTransportFailure } from "../../chain/client.ts";
import { PlimsollError } from "../../domain/errors.ts";

/** Blocks, both ends included. */
export interface BlockRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** What is read, and how much of it at once. */
export interface LogRangeRequest<Event> {
  readonly chain: ChainClient;
  readonly range: BlockRange;
  /** Most blocks of one request; 2 000 by default, halved while the RPC refuses. */
  readonly span?: bigint | undefined;
  /** Requests after which reading stops; without it the range is read to its end. */
  readonly mostRequests?: number;
  readonly read: (range: BlockRange) => Promise<readonly Event[]>;
}

/** Events in order, and the last block that they were read to. */
export interface LogRangeReading<Event> {
  readonly events: readonly Event[];
  readonly readTo: bigint;
}

const DEFAULT_BLOCK_RANGE = 2_000n;

/**
 * Reads a range.
 *
 * @throws PlimsollError `LOG_RANGE_REFUSED` when the RPC refuses even one block. Failures of the connection are thrown as
 *   they are.
 */
export async function readLogRanges<Event>(request: LogRangeRequest<Event>): Promise<LogRangeReading<Event>> {
  const { chain, range, mostRequests = Number.POSITIVE_INFINITY } = request;
  const events: Event[] = [];
  let span = request.span ?? DEFAULT_BLOCK_RANGE;
  let from = range.from;
  for (let requests = 0; from <= range.to && requests < mostRequests; requests += 1) {
    const last = from + span - 1n;
    const to = last < range.to ? last : range.to;
    const found = await readOrNull(request, { from, to });
    if (found === null) {
      if (span === 1n) throw rangeRefused(chain, from);
      span = span / 2n;
      continue;
    }
    events.push(...found);
    from = to + 1n;
  }
  return { events, readTo: from - 1n };
}

/** `null` when the RPC refuses a range of this length. */
async function readOrNull<Event>(
  { read }: LogRangeRequest<Event>,
  range: BlockRange,
): Promise<readonly Event[] | null> {
  try {
    return await read(range);
  } catch (error) {
    // A shorter range mends neither a dead line nor an answer that is wrong.
    if (isTransportFailure(error) || error instanceof PlimsollError) throw error;
    return null;
  }
}

function rangeRefused(chain: ChainClient, blockNumber: bigint): PlimsollError<"LOG_RANGE_REFUSED"> {
  return new PlimsollError({
    code: "LOG_RANGE_REFUSED",
    problem: `The RPC ${chain.rpcUrl} refuses the logs of even one block, ${blockNumber}.`,
    remedy: "Use an RPC that serves eth_getLogs for the contract's address.",
    context: { rpcUrl: chain.rpcUrl, blockNumber },
  });
}
