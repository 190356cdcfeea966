/** Chooses one source for each of the kinds that a price has only one of, and another one when it falls silent. */
import type { AssetSymbol, Bar, MarketEvent } from "../../domain/market.ts";

/** Passes events on, in order. */
export interface SourceSelector {
  /** What may be passed on now that this event has come: nothing, the event, or one that waited before it. */
  take(event: MarketEvent): readonly MarketEvent[];
}

type SingleKind = "bar" | "book" | "funding" | "vol-index" | "chain";

/**
 * Preferred sources first. Bars: the venue that trades most. Books: the only one that gives every level. The others follow in
 * the order in which their data are like the first one's.
 */
const PREFERENCE: Readonly<Record<SingleKind, readonly string[]>> = {
  bar: ["binance", "bybit", "deribit"],
  book: ["deribit", "binance", "bybit"],
  funding: ["binance", "bybit", "deribit"],
  "vol-index": ["deribit"],
  chain: ["deribit"],
};
/** A better source must have been silent for so long before another is heard, seconds. */
const PATIENCE_SEC: Readonly<Record<SingleKind, number>> = {
  // Bars wait for each other by name: see HOLD_SEC.
  bar: 0,
  book: 60,
  // One settlement and a little: funding comes every 8 hours.
  funding: 9 * 3_600,
  "vol-index": 300,
  chain: 300,
};
/** How long the bar of a lesser source waits for the one of a better source, seconds. */
const HOLD_SEC = 5;

/** Creates a selector that has heard nothing. */
export function createSourceSelector(): SourceSelector {
  const newestSec = new Map<string, number>();
  const bars = new Map<AssetSymbol, Bar>();
  const toldBarSec = new Map<AssetSymbol, number>();

  const isBest = (event: MarketEvent & { readonly kind: SingleKind }): boolean => {
    const order = PREFERENCE[event.kind];
    const rank = order.indexOf(event.sourceId);
    if (rank < 0) return false;
    newestSec.set(keyOf(event, event.sourceId), event.receivedTimeSec);
    return order.slice(0, rank).every((better) => {
      const heardSec = newestSec.get(keyOf(event, better)) ?? Number.NEGATIVE_INFINITY;
      return event.receivedTimeSec - heardSec > PATIENCE_SEC[event.kind];
    });
  };
  const tellBar = (bar: Bar): readonly Bar[] => {
    if (bar.sourceTimeSec <= (toldBarSec.get(bar.asset) ?? Number.NEGATIVE_INFINITY)) return [];
    toldBarSec.set(bar.asset, bar.sourceTimeSec);
    bars.delete(bar.asset);
    return [bar];
  };
  const takeBar = (bar: Bar): readonly Bar[] => {
    const rank = PREFERENCE.bar.indexOf(bar.sourceId);
    if (rank < 0) return [];
    if (rank === 0) return tellBar(bar);
    const held = bars.get(bar.asset);
    const isBetter = held === undefined || rank < PREFERENCE.bar.indexOf(held.sourceId);
    if (isBetter && bar.sourceTimeSec > (toldBarSec.get(bar.asset) ?? 0)) bars.set(bar.asset, bar);
    return [];
  };
  /** Held bars whose wait is over; they are received when it is. */
  const release = (nowSec: number): readonly Bar[] =>
    [...bars.values()].flatMap((bar) =>
      nowSec - bar.receivedTimeSec < HOLD_SEC
        ? []
        : tellBar({ ...bar, receivedTimeSec: bar.receivedTimeSec + HOLD_SEC }),
    );
  return {
    take: (event) => {
      const released = release(event.receivedTimeSec);
      if (event.kind === "bar") return [...released, ...takeBar(event)];
      if (!isSingle(event)) return [...released, event];
      return isBest(event) ? [...released, event] : released;
    },
  };
}

function isSingle(event: MarketEvent): event is MarketEvent & { readonly kind: SingleKind } {
  return event.kind in PREFERENCE;
}

function keyOf(event: MarketEvent, sourceId: string): string {
  return `${event.kind}/${event.asset}/${sourceId}`;
}
