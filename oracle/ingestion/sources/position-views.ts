/** What a position source says of its positions at an anchor; asked again only about those that an event has named. */
import { isTransportFailure } from "../../chain/client.ts";
import type { Anchor } from "../../domain/report.ts";
import { describePositions, type PositionView, type SourceDoor } from "./source-calls.ts";

/** Views of one anchor by position id. */
export type PositionViewMap = ReadonlyMap<bigint, PositionView>;

/** Reads views, and remembers them for the next anchor. */
export interface PositionViews {
  /**
   * Views of `ids` at `anchor`. The caller proves afterwards that the anchor is still canonical.
   *
   * @throws PlimsollError `SOURCE_UNREADABLE`, `SOURCE_NONSENSE`; what was known before stays known.
   */
  readAt(ids: readonly bigint[], anchor: Anchor): Promise<PositionViewMap>;
}

interface Known {
  readonly anchor: Anchor;
  /** Anchor time at which every view came from the source itself, seconds. */
  readonly describedAtSec: number;
  readonly views: PositionViewMap;
}

/** An RPC that loses events can mislead for this long, seconds; then everything is described again. */
const MAX_AGE_SEC = 1_800;
/** Beyond, describing everything costs less than the logs; public RPCs grant at least this range. */
const MAX_BLOCK_RANGE = 2_000n;

/** Creates a reader that knows nothing yet. */
export function createPositionViews(options: SourceDoor): PositionViews {
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
  { chain, source }: SourceDoor,
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

async function describe(door: SourceDoor, ids: readonly bigint[], anchor: Anchor): Promise<PositionViewMap> {
  const views = await describePositions(door, ids, anchor);
  return new Map(
    ids.flatMap((id, index): [bigint, PositionView][] => {
      const view = views[index];
      return view === undefined ? [] : [[id, view]];
    }),
  );
}
