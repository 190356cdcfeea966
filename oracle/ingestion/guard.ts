/** The ingestion guard: decides which market events are passed on, remembers order and faulty books, counts rejects. */
import type { Outcome } from "../domain/errors.ts";
import type { AssetSymbol, BookDepth, IngestionCounts, MarketEvent, RejectReason } from "../domain/market.ts";
import { checkBarShape, checkBookShape, checkNumbers, checkTimes, type Finding } from "./event-checks.ts";
import type { GuardLimits } from "./guard-limits.ts";

/** Passes or rejects events one at a time, in the order in which they arrive. */
export interface IngestionGuard {
  /**
   * Checks one event and counts it.
   *
   * @param event as delivered, faults included.
   * @param nowSec time of this node, seconds.
   * @returns the event, or the first reason that applies.
   */
  check(event: MarketEvent, nowSec: number): Outcome<MarketEvent, RejectReason>;
  /** True from a faulty book until enough good ones followed: no band of either side is true meanwhile. */
  isBookFaulty(asset: AssetSymbol): boolean;
  counts(): IngestionCounts;
}

/** Good books seen since the last faulty one. */
interface Probation {
  readonly goodBooks: number;
  readonly firstGoodSec: number;
}

/** What the guard remembers of one asset. */
interface AssetMemory {
  readonly newestSec: Map<MarketEvent["kind"], number>;
  barSpanSec: number | null;
  spot: number | null;
  /** `null` while books are trusted. */
  probation: Probation | null;
}

/** Creates a guard for the given assets; every other asset is malformed to it. */
export function createIngestionGuard(assets: readonly AssetSymbol[], limits: GuardLimits): IngestionGuard {
  const memories = new Map(assets.map((asset) => [asset, createMemory()]));
  const rejected: Partial<Record<RejectReason, number>> = {};
  let accepted = 0;
  return {
    check: (event, nowSec) => {
      const memory = memories.get(event.asset);
      const finding: Finding =
        memory === undefined
          ? { reason: "malformed", detail: `unknown asset ${event.asset}` }
          : inspect(event, { memory, nowSec, limits });
      if (finding !== null) {
        rejected[finding.reason] = (rejected[finding.reason] ?? 0) + 1;
        return { ok: false, ...finding };
      }
      accepted += 1;
      return { ok: true, value: event };
    },
    isBookFaulty: (asset) => (memories.get(asset)?.probation ?? null) !== null,
    counts: () => ({ accepted, rejected: { ...rejected } }),
  };
}

function createMemory(): AssetMemory {
  return { newestSec: new Map(), barSpanSec: null, spot: null, probation: null };
}

interface Inspection {
  readonly memory: AssetMemory;
  readonly nowSec: number;
  readonly limits: GuardLimits;
}

function inspect(event: MarketEvent, inspection: Inspection): Finding {
  const { memory, nowSec, limits } = inspection;
  const finding = checkNumbers(event) ?? checkTimes(event, nowSec, limits) ?? checkOrder(event, memory);
  if (finding !== null) return finding;
  if (event.kind === "bar") {
    const shape = checkSpan(event.spanSec, memory) ?? checkBarShape(event, limits);
    if (shape !== null) return shape;
    memory.spot = event.close;
    memory.barSpanSec = event.spanSec;
  }
  // Books move the clock even when they are rejected, so that probation counts each of them once.
  memory.newestSec.set(event.kind, event.sourceTimeSec);
  return event.kind === "book" ? inspectBook(event, inspection) : null;
}

function checkOrder(event: MarketEvent, memory: AssetMemory): Finding {
  const newestSec = memory.newestSec.get(event.kind) ?? Number.NEGATIVE_INFINITY;
  if (event.sourceTimeSec === newestSec) return { reason: "duplicate", detail: `second ${event.kind} of ${newestSec}` };
  if (event.sourceTimeSec > newestSec) return null;
  return { reason: "out-of-order", detail: `${event.kind} of ${event.sourceTimeSec} after ${newestSec}` };
}

function checkSpan(spanSec: number, memory: AssetMemory): Finding {
  if (memory.barSpanSec === null || memory.barSpanSec === spanSec) return null;
  return { reason: "malformed", detail: `bar of ${spanSec} s among bars of ${memory.barSpanSec} s` };
}

function inspectBook(book: BookDepth, { memory, limits }: Inspection): Finding {
  const finding = checkBookShape(book, memory.spot, limits);
  if (finding !== null) {
    memory.probation = { goodBooks: 0, firstGoodSec: 0 };
    return finding;
  }
  if (memory.probation === null) return null;
  const goodBooks = memory.probation.goodBooks + 1;
  const firstGoodSec = goodBooks === 1 ? book.sourceTimeSec : memory.probation.firstGoodSec;
  const hasLasted = goodBooks >= limits.probationMinBooks && book.sourceTimeSec - firstGoodSec >= limits.probationSec;
  memory.probation = hasLasted || goodBooks >= limits.probationBooks ? null : { goodBooks, firstGoodSec };
  return memory.probation === null
    ? null
    : { reason: "inconsistent-book", detail: `on probation, ${goodBooks} good books since the last faulty one` };
}
