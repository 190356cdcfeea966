/** The ingestion guard: decides which market events are passed on, remembers order and faulty books, counts rejects. */
import type { Outcome } from "../domain/errors.ts";
import type { AssetSymbol, BookDepth, IngestionCounts, MarketEvent, RejectReason } from "../domain/market.ts";
import type { OptionChain } from "../domain/option-chain.ts";
import { soundChain } from "./chain-checks.ts";
import { checkBarShape, checkBookShape, checkNumbers, checkTimes, type Finding, orderKey } from "./event-checks.ts";
import type { GuardLimits } from "./guard-limits.ts";

/** Passes or rejects events one at a time, in the order in which they arrive. */
export interface IngestionGuard {
  /**
   * Checks one event and counts it.
   *
   * @param event as delivered, faults included.
   * @param nowSec time of this node, seconds.
   * @returns the event, a chain without its unsound quotes; or the first reason that applies.
   */
  check(event: MarketEvent, nowSec: number): Outcome<MarketEvent, RejectReason>;
  /** The newest fault, from a faulty book until enough good ones followed: no band of either side is true meanwhile. */
  bookFault(asset: AssetSymbol): BookFault | null;
  counts(): IngestionCounts;
}

/** Why no book of an asset is trusted. */
export interface BookFault {
  readonly sourceId: string;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** Good books seen since the last faulty one. */
interface Probation {
  readonly fault: BookFault;
  readonly goodBooks: number;
  readonly firstGoodSec: number;
}

/** What the guard remembers of one asset. */
interface AssetMemory {
  readonly newestSec: Map<string, number>;
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
  const count = (reason: RejectReason): void => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const soundOf = (event: MarketEvent): MarketEvent | null => {
    if (event.kind !== "chain") return event;
    const chain = soundChain(event, limits, count);
    return chain.quotes.length === 0 ? null : chain;
  };
  return {
    check: (event, nowSec) => {
      const memory = memories.get(event.asset);
      const finding: Finding =
        memory === undefined
          ? { reason: "malformed", detail: `unknown asset ${event.asset}` }
          : inspect(event, { memory, nowSec, limits });
      if (finding !== null) {
        count(finding.reason);
        return { ok: false, ...finding };
      }
      const value = soundOf(event);
      if (value === null) {
        count("malformed");
        return { ok: false, reason: "malformed", detail: "chain without a sound quote" };
      }
      accepted += 1;
      return { ok: true, value };
    },
    bookFault: (asset) => memories.get(asset)?.probation?.fault ?? null,
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
  // Books move the clock even when they are rejected, so that probation counts each of them once; chains do too.
  memory.newestSec.set(orderKey(event), event.sourceTimeSec);
  if (event.kind === "chain") return checkIndex(event, memory.spot, limits);
  return event.kind === "book" ? inspectBook(event, inspection) : null;
}

/** A chain under an index that is far from the price belongs to another asset or another unit. */
function checkIndex({ index }: OptionChain, spot: number | null, { maxQuoteRatio }: GuardLimits): Finding {
  const isFar = spot !== null && (index > spot * maxQuoteRatio || index < spot / maxQuoteRatio);
  return isFar ? { reason: "implausible-quote", detail: `index ${index}, last price ${spot}` } : null;
}

function checkOrder(event: MarketEvent, memory: AssetMemory): Finding {
  const newestSec = memory.newestSec.get(orderKey(event)) ?? Number.NEGATIVE_INFINITY;
  // Several positions are liquidated in one millisecond: their times may repeat.
  const mayRepeat = event.kind === "liquidation";
  if (event.sourceTimeSec === newestSec && !mayRepeat)
    return { reason: "duplicate", detail: `second ${event.kind} of ${newestSec}` };
  if (event.sourceTimeSec >= newestSec) return null;
  return { reason: "out-of-order", detail: `${event.kind} of ${event.sourceTimeSec} after ${newestSec}` };
}

function checkSpan(spanSec: number, memory: AssetMemory): Finding {
  if (memory.barSpanSec === null || memory.barSpanSec === spanSec) return null;
  return { reason: "malformed", detail: `bar of ${spanSec} s among bars of ${memory.barSpanSec} s` };
}

function inspectBook(book: BookDepth, { memory, limits }: Inspection): Finding {
  const finding = checkBookShape(book, memory.spot, limits);
  if (finding !== null) {
    memory.probation = { fault: { sourceId: book.sourceId, ...finding }, goodBooks: 0, firstGoodSec: 0 };
    return finding;
  }
  if (memory.probation === null) return null;
  const goodBooks = memory.probation.goodBooks + 1;
  const firstGoodSec = goodBooks === 1 ? book.sourceTimeSec : memory.probation.firstGoodSec;
  const hasLasted = goodBooks >= limits.probationMinBooks && book.sourceTimeSec - firstGoodSec >= limits.probationSec;
  memory.probation =
    hasLasted || goodBooks >= limits.probationBooks ? null : { ...memory.probation, goodBooks, firstGoodSec };
  return memory.probation === null
    ? null
    : { reason: "inconsistent-book", detail: `on probation, ${goodBooks} good books since the last faulty one` };
}
