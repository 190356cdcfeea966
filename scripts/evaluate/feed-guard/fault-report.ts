/** The genuine depth fault of 2025-10-10: which books the guard rejects, against rows whose bids are priced above their asks. */
import type { BookDepth, MarketEvent, MarketSource } from "../../../oracle/domain/market.ts";
import { createIngestionGuard } from "../../../oracle/ingestion/guard.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";

/** How a rule does on the rows. */
export interface RuleScore {
  readonly flagged: number;
  readonly precision: number;
  readonly recall: number;
}

/** What the fault came to. */
export interface FaultReport {
  readonly books: number;
  /** Rows whose nearest bids are priced at or above their nearest asks. */
  readonly labelled: number;
  /** Rows that the guard called crossed. */
  readonly crossed: RuleScore;
  /** Rows that the guard did not pass on, for whatever reason. */
  readonly rejected: RuleScore;
  /** The same against every row from the first labelled to the last: no band is true while the fault lasts. */
  readonly episode: RuleScore;
  /** Books rejected before the first labelled one. */
  readonly falseAlarms: number;
  /** Days of books before it. */
  readonly cleanDays: number;
  /** Books from the first labelled one to the first rejected. */
  readonly delayBooks: number;
  readonly baselines: { readonly fiveUnchanged: RuleScore; readonly drop80: RuleScore };
}

const UNCHANGED = 5;
const DROP = 0.2;
const SEC_PER_DAY = 86_400;

/** Replays every event of the source through a fresh guard; it is told nothing. */
export function faultReport(source: MarketSource): FaultReport {
  const guard = createIngestionGuard(source.assets, DEFAULT_GUARD_LIMITS);
  const books: BookDepth[] = [];
  const reasons: (string | null)[] = [];
  for (const event of source.events(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
    const outcome = guard.check(event, event.receivedTimeSec);
    if (!isBook(event)) continue;
    books.push(event);
    reasons.push(outcome.ok ? null : outcome.reason);
  }
  const labels = books.map(isCrossed);
  const first = labels.indexOf(true);
  const last = labels.lastIndexOf(true);
  const rejected = reasons.map((reason) => reason !== null);
  const spanSec = (books[first]?.sourceTimeSec ?? Number.NaN) - (books[0]?.sourceTimeSec ?? Number.NaN);
  return {
    books: books.length,
    labelled: labels.filter(Boolean).length,
    crossed: score(
      reasons.map((reason) => reason === "crossed-book"),
      labels,
    ),
    rejected: score(rejected, labels),
    episode: score(
      rejected,
      labels.map((_, row) => row >= first && row <= last),
    ),
    falseAlarms: rejected.slice(0, first).filter(Boolean).length,
    cleanDays: spanSec / SEC_PER_DAY,
    delayBooks: rejected.indexOf(true) - first,
    baselines: { fiveUnchanged: score(unchanged(books), labels), drop80: score(dropped(books), labels) },
  };
}

function isBook(event: MarketEvent): event is BookDepth {
  return event.kind === "book";
}

function isCrossed({ bids, asks }: BookDepth): boolean {
  return (bids[0]?.averagePrice ?? Number.NaN) >= (asks[0]?.averagePrice ?? Number.NaN);
}

/** Five equal notionals of the nearest bids in a row. */
function unchanged(books: readonly BookDepth[]): readonly boolean[] {
  const near = books.map(({ bids }) => bids[0]?.notionalUsd);
  return near.map(
    (value, row) => row >= UNCHANGED - 1 && near.slice(row - UNCHANGED + 1, row).every((one) => one === value),
  );
}

/** Notional of the nearest bids or asks below a fifth of the row before. */
function dropped(books: readonly BookDepth[]): readonly boolean[] {
  const has = (side: "bids" | "asks", row: number): boolean =>
    (books[row]?.[side][0]?.notionalUsd ?? Number.NaN) < DROP * (books[row - 1]?.[side][0]?.notionalUsd ?? Number.NaN);
  return books.map((_, row) => has("bids", row) || has("asks", row));
}

function score(flags: readonly boolean[], labels: readonly boolean[]): RuleScore {
  const flagged = flags.filter(Boolean).length;
  const hits = flags.filter((flag, row) => flag && labels[row] === true).length;
  return { flagged, precision: hits / flagged, recall: hits / labels.filter(Boolean).length };
}
