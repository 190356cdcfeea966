/** Bad copies of simulated events, delivered just before the good ones, so that the ingestion guard has real work. */
import type { EventLane } from "../../domain/event-lane.ts";
import type { Bar, BookDepth, MarketEvent } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";

/** Between two hourly bars, and not so old that it would be stale. */
const LATE_SEC = 1.5 * SECONDS_PER_HOUR;
/** A crossed quote: bid this much above the ask, decimal. */
const CROSSING = 0.002;

const BAR_FAULTS: readonly ((bar: Bar) => Bar)[] = [
  (bar) => ({ ...bar, close: Number.NaN }),
  (bar) => ({ ...bar, low: -bar.low }),
  (bar) => ({ ...bar, close: 0 }),
  (bar) => ({ ...bar, high: bar.low, low: bar.high }),
  (bar) => ({ ...bar, sourceTimeSec: bar.sourceTimeSec - LATE_SEC }),
  (bar) => bar,
];
const BOOK_FAULTS: readonly ((book: BookDepth) => BookDepth)[] = [
  (book) => ({ ...book, bestBid: (book.bestAsk ?? 0) * (1 + CROSSING) }),
  (book) => ({ ...book, bids: book.bids.map((band) => ({ ...band, notionalUsd: Number.NaN })) }),
];

/**
 * Adds a lane of bad copies before a lane of bars or books; other lanes stay as they are.
 *
 * @param faultRate share of events that get a bad copy, `[0, 1]`.
 */
export function withFaults(lane: EventLane, faultRate: number, rng: Rng): readonly EventLane[] {
  if (faultRate === 0 || (lane.kind !== "bar" && lane.kind !== "book")) return [lane];
  const chosen: { readonly index: number; readonly fault: number }[] = [];
  lane.receivedSec.forEach((_time, index) => {
    const isChosen = rng.uniform() < faultRate;
    if (isChosen)
      chosen.push({ index, fault: rng.integer(lane.kind === "bar" ? BAR_FAULTS.length : BOOK_FAULTS.length) });
  });
  const faults: EventLane = {
    ...lane,
    receivedSec: Float64Array.from(chosen, ({ index }) => lane.receivedSec[index] ?? 0),
    at: (row) => spoil(lane.at(chosen[row]?.index ?? 0), chosen[row]?.fault ?? 0),
  };
  return [faults, lane];
}

function spoil(event: MarketEvent, fault: number): MarketEvent {
  if (event.kind === "bar") return BAR_FAULTS[fault]?.(event) ?? event;
  if (event.kind === "book") return BOOK_FAULTS[fault]?.(event) ?? event;
  return event;
}
