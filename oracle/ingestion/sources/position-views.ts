/** What a position source says of its positions at an anchor; asked again only about those that an event has named. */
import type { ReadContractReturnType } from "viem";
import { positionSourceAbi } from "../../chain/abi/position-source.ts";
import { type ChainClient, isTransportFailure } from "../../chain/client.ts";
import type { Anchor } from "../../domain/report.ts";
import type { Address } from "../../domain/units.ts";

/** One position as its source describes it. */
export type PositionView = ReadContractReturnType<typeof positionSourceAbi, "describePositions">[number];

/** Views of one anchor by position id. */
export type PositionViewMap = ReadonlyMap<bigint, PositionView>;

/** What views are read of. */
export interface PositionViewsOptions {
  readonly chain: ChainClient;
  readonly source: Address;
}

/** Reads views, and remembers them for the next anchor. */
export interface PositionViews {
  /** Views of `ids` at `anchor`. The caller proves afterwards that the anchor is still canonical. */
  readAt(ids: readonly bigint[], anchor: Anchor): Promise<PositionViewMap>;
}

interface Known {
  readonly anchor: Anchor;
  /** Anchor time at which every view came from the source itself, seconds. */
  readonly describedAtSec: number;
  readonly views: PositionViewMap;
}

/** Positions described in one call; the answer stays below 100 kB. */
const DESCRIBE_BATCH = 200;
/** An RPC that loses events can mislead for this long, seconds; then everything is described again. */
const MAX_AGE_SEC = 1_800;
/** Beyond, describing everything costs less than the logs; public RPCs grant at least this range. */
const MAX_BLOCK_RANGE = 2_000n;

/** Creates a reader that knows nothing yet. */
export function createPositionViews(options: PositionViewsOptions): PositionViews {
  let known: Known | null = null;
  return {
    readAt: async (ids, anchor) => {
      const usable = known !== null && isRecent(known, anchor) ? known : null;
      const changed = usable === null ? null : await changedSince(options, usable.anchor, anchor);
      const kept =
        usable !== null && changed !== null
          ? usable
          : { views: new Map<bigint, PositionView>(), describedAtSec: anchor.timestampSec };
      const wanted = ids.filter((id) => changed?.has(id) === true || !kept.views.has(id));
      const read = await describe(options, wanted, anchor);
      const views = new Map<bigint, PositionView>();
      for (const id of ids) {
        const view = read.get(id) ?? kept.views.get(id);
        if (view !== undefined) views.set(id, view);
      }
      known = { anchor, describedAtSec: kept.describedAtSec, views };
      return views;
    },
  };
}

function isRecent(known: Known, anchor: Anchor): boolean {
  const blocks = anchor.blockNumber - known.anchor.blockNumber;
  return blocks >= 0n && blocks <= MAX_BLOCK_RANGE && anchor.timestampSec - known.describedAtSec < MAX_AGE_SEC;
}

/**
 * Ids that events after `from` up to `to` name, among other numbers; `null` when nobody can tell. `IPositionSource` asks
 * every source that the id be the first indexed argument of whatever changes a view.
 */
async function changedSince(
  { chain, source }: PositionViewsOptions,
  from: Anchor,
  to: Anchor,
): Promise<ReadonlySet<bigint> | null> {
  if (from.blockHash === to.blockHash) return new Set();
  if (from.blockNumber === to.blockNumber) return null;
  try {
    const [before, logs] = await Promise.all([
      chain.reader.getBlock({ blockNumber: from.blockNumber }),
      chain.reader.getLogs({ address: source, fromBlock: from.blockNumber + 1n, toBlock: to.blockNumber }),
    ]);
    if (before.hash !== from.blockHash) return null;
    return new Set(logs.flatMap(({ topics }) => (topics[1] === undefined ? [] : [BigInt(topics[1])])));
  } catch (error) {
    // A refused range or a vanished block leaves the question open; a dead line fails the round.
    if (isTransportFailure(error)) throw error;
    return null;
  }
}

async function describe(
  { chain, source }: PositionViewsOptions,
  ids: readonly bigint[],
  anchor: Anchor,
): Promise<PositionViewMap> {
  const batches = Array.from({ length: Math.ceil(ids.length / DESCRIBE_BATCH) }, (_, index) =>
    ids.slice(index * DESCRIBE_BATCH, (index + 1) * DESCRIBE_BATCH),
  );
  const answers = await Promise.all(
    batches.map((batch) =>
      chain.reader.readContract({
        address: source,
        abi: positionSourceAbi,
        functionName: "describePositions",
        args: [batch],
        blockHash: anchor.blockHash,
        requireCanonical: true,
      }),
    ),
  );
  const views = new Map<bigint, PositionView>();
  answers.forEach((answer, batch) => {
    answer.forEach((view, index) => {
      views.set(batches[batch]?.[index] ?? 0n, view);
    });
  });
  return views;
}
