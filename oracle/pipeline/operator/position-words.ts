/** Words of positions of any number of sources at an anchor. */
import type { OracleReader } from "../../chain/oracle-reader.ts";
import type { Position } from "../../domain/positions.ts";
import type { Anchor } from "../../domain/report.ts";

/** What names a position in a report. */
export type EntryName = Pick<Position, "sourceIndex" | "id">;

/** Key of a word: source index and position id, as entries name them. */
export function wordKey({ sourceIndex, id }: EntryName): string {
  return `${sourceIndex}:${id}`;
}

/** Words by {@link wordKey}; 0 for a position that the oracle does not know. */
export async function readPositionWords(
  reader: Pick<OracleReader, "positionWords">,
  positions: readonly EntryName[],
  anchor: Anchor,
): Promise<ReadonlyMap<string, bigint>> {
  const bySource = Map.groupBy(positions, ({ sourceIndex }) => sourceIndex);
  const read = async ([sourceIndex, members]: readonly [number, readonly EntryName[]]) => {
    const ids = members.map(({ id }) => id);
    const words = await reader.positionWords(sourceIndex, ids, anchor);
    return ids.map((id, index): [string, bigint] => [wordKey({ sourceIndex, id }), words[index] ?? 0n]);
  };
  return new Map((await Promise.all([...bySource].map(read))).flat());
}
