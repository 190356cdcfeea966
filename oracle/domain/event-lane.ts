/** Time-ordered lanes of market events and their merge into one market source. */
import type { AssetSymbol, MarketEvent, MarketSource } from "./market.ts";

/** Events of one kind and asset, ascending in received time, made on demand from columns. */
export interface EventLane {
  readonly asset: AssetSymbol;
  readonly kind: MarketEvent["kind"];
  /** Received times, seconds. `[n]` */
  readonly receivedSec: Float64Array;
  /** Event at an index below `receivedSec.length`. */
  readonly at: (index: number) => MarketEvent;
}

/** Name, assets and replay span of a merged source; `fromSec` and `toSec` in seconds. */
export type SourceHead = Omit<MarketSource, "events">;

/** Merges lanes into one source; events of one time keep the order of the lanes. History before `fromSec` may be read. */
export function createMergedSource(head: SourceHead, lanes: readonly EventLane[]): MarketSource {
  return { ...head, events: (fromSec, toSec) => mergeLanes(lanes, fromSec, toSec) };
}

function* mergeLanes(lanes: readonly EventLane[], fromSec: number, toSec: number): Generator<MarketEvent> {
  const next = lanes.map((lane) => firstAfter(lane.receivedSec, fromSec));
  for (;;) {
    let chosen = -1;
    let chosenSec = Number.POSITIVE_INFINITY;
    lanes.forEach((lane, index) => {
      const timeSec = lane.receivedSec[next[index] ?? 0] ?? Number.POSITIVE_INFINITY;
      if (timeSec < chosenSec) {
        chosen = index;
        chosenSec = timeSec;
      }
    });
    const lane = lanes[chosen];
    if (lane === undefined || chosenSec > toSec) return;
    const index = next[chosen] ?? 0;
    next[chosen] = index + 1;
    yield lane.at(index);
  }
}

function firstAfter(times: Float64Array, limit: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Number.POSITIVE_INFINITY) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
