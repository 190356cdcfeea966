/** Open positions of every source that the DAO has registered: one cursor a source, and none can stop the others. */
import type { ChainClient } from "../../chain/client.ts";
import type { Position } from "../../domain/positions.ts";
import type { Anchor } from "../../domain/report.ts";
import type { Address } from "../../domain/units.ts";
import type { CursorStore } from "./position-cursor.ts";
import {
  createSourcePositions,
  type MarketAsset,
  type PositionReject,
  type SourcePositions,
} from "./source-positions.ts";

/** What all sources are read with. */
export interface PositionSourcesOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  /** Block of the oracle's deployment. */
  readonly fromBlock: bigint;
  /** By market id; the same for all sources. */
  readonly markets: ReadonlyMap<number, MarketAsset>;
  /** Sources registered at an anchor, in the order of their indexes. */
  readonly listSources: (anchor: Anchor) => Promise<readonly Address[]>;
  /** Where a source's cursor is kept. */
  readonly storeOf: (source: Address) => CursorStore;
}

/** What all sources gave. */
export interface PositionsReading {
  /** Ascending by source index and id. */
  readonly positions: readonly Position[];
  readonly rejected: readonly PositionReject[];
  /** Sources registered at the anchor. */
  readonly sourceCount: number;
}

/** Reads positions of all sources at an anchor. */
export interface PositionSources {
  /**
   * Open positions of all sources at `anchor`; a source registered meanwhile is read from this anchor on.
   *
   * @throws PlimsollError `ANCHOR_NOT_CANONICAL`, `LOG_RANGE_REFUSED`.
   */
  readAt(anchor: Anchor): Promise<PositionsReading>;
}

/** Creates a reader that knows no source yet. */
export function createPositionSources(options: PositionSourcesOptions): PositionSources {
  const readers = new Map<string, SourcePositions>();
  const readerOf = (source: Address, sourceIndex: number): SourcePositions => {
    // A reorganisation may give a source another index: then it is another reader, with the same cursor's store.
    const key = `${sourceIndex}:${source.toLowerCase()}`;
    const known = readers.get(key);
    if (known !== undefined) return known;
    const reader = createSourcePositions({ ...options, source, sourceIndex, store: options.storeOf(source) });
    readers.set(key, reader);
    return reader;
  };
  return {
    readAt: async (anchor) => {
      const sources = await options.listSources(anchor);
      const readings = await Promise.all(
        sources.map(async (source, sourceIndex) => await readerOf(source, sourceIndex).readAt(anchor)),
      );
      return {
        positions: readings.flatMap(({ positions }) => positions),
        rejected: readings.flatMap(({ rejected }) => rejected),
        sourceCount: sources.length,
      };
    },
  };
}
