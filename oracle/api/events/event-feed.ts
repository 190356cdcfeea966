/** The newest changes of the read model with ids, so that a reader who was away can go on where he stopped. */
import type { SystemView } from "../../domain/view.ts";
import type { ViewChange } from "../../domain/view-change.ts";

/** Why events are missing. */
export type GapReason = "forgotten" | "other-run";

/** An event with its place in the order of all. */
export interface FeedEvent {
  readonly id: string;
  readonly change: ViewChange;
}

/** What a reader has missed. */
export interface Missed {
  /** `null` when nothing is lost. */
  readonly gap: GapReason | null;
  readonly events: readonly FeedEvent[];
}

/** Keeps the newest events. */
export interface EventFeed {
  /** Events after an id; without one, none: a new reader begins now. */
  missedSince(lastId: string | undefined): Missed;
  /** Adds a listener. @returns how to take it away again. */
  follow(listener: (event: FeedEvent) => void): () => void;
  /** Stops following the read model. */
  close(): void;
}

/** A round makes a handful: this is days of them, in well below a megabyte. */
const DEFAULT_CAPACITY = 1_000;

/**
 * Creates a feed of a view.
 *
 * @param run name of this run of the node, of digits and lower-case letters: ids of another run are told apart by it.
 * @param capacity events that are kept.
 */
export function createEventFeed(
  view: Pick<SystemView, "watch">,
  run: string,
  capacity: number = DEFAULT_CAPACITY,
): EventFeed {
  const kept: FeedEvent[] = [];
  const listeners = new Set<(event: FeedEvent) => void>();
  let count = 0;
  const close = view.watch((change) => {
    count += 1;
    const event = { id: `${run}-${count}`, change };
    kept.push(event);
    if (kept.length > capacity) kept.shift();
    for (const listener of listeners) listener(event);
  });
  return {
    missedSince: (lastId) => {
      if (lastId === undefined) return { gap: null, events: [] };
      const [ofRun = "", number = ""] = lastId.split("-");
      const seen = Number(number);
      // What is no number is no place in this run either.
      if (ofRun !== run || !(seen <= count)) return { gap: "other-run", events: [...kept] };
      const missed = Math.min(count - seen, kept.length);
      return { gap: missed < count - seen ? "forgotten" : null, events: kept.slice(kept.length - missed) };
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close,
  };
}
