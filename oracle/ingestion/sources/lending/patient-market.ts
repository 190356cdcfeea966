/** A lending market that answers in time: with what it last said where it cannot be read, or not before its budget has run out. */
import { BaseError } from "viem";
import { hasCode, PlimsollError } from "../../../domain/errors.ts";
import type { LendingFault, LendingReading } from "../../../domain/lending.ts";
import type { Anchor } from "../../../domain/report.ts";
import type { Timers } from "../../../platform/timers.ts";
import type { LendingMarket } from "./lending-market.ts";

/** Whose market it is, and how long it may take. */
export interface PatientMarketOptions {
  readonly sourceId: string;
  readonly market: LendingMarket;
  readonly timers: Timers;
  /** Milliseconds of one look; what runs longer goes on beside the rounds, and the next look that ends in time has it. */
  readonly budgetMs: number;
}

/** Old loans say little in a fast market; positions are read again as often. */
const MAX_AGE_SEC = 1_800;
const NOTHING: LendingReading = { accounts: [], events: [], rejected: [] };

/** How a look ended; `failed` where neither chain nor RPC are to blame. */
type LookEnd =
  | { readonly kind: "read"; readonly reading: LendingReading }
  | { readonly kind: "unreadable" }
  | { readonly kind: "failed"; readonly error: unknown };

interface Patience extends PatientMarketOptions {
  last: { readonly reading: LendingReading; readonly atSec: number } | null;
  /** The look under way: a market is never read twice at once, since a look moves its cursor. */
  running: Promise<LookEnd> | null;
}

/** Creates it; it throws what `market` throws unless chain or RPC are to blame. */
export function createPatientMarket(options: PatientMarketOptions): LendingMarket {
  const patience: Patience = { ...options, last: null, running: null };
  return { readAt: async (anchor) => await readInTime(patience, anchor) };
}

async function readInTime(patience: Patience, anchor: Anchor): Promise<LendingReading> {
  const over = Promise.withResolvers<null>();
  const cancel = patience.timers.after(patience.budgetMs, () => over.resolve(null));
  try {
    // What is left of an earlier look comes first; an anchor of its own that has left the chain says nothing about this one.
    const earlier = await Promise.race([patience.running, over.promise]);
    if (earlier !== null) throwUnlessReorganised(earlier);
    if (patience.running !== null) return lastReading(patience, anchor, "market-late");
    patience.running = look(patience, anchor);
    const end = await Promise.race([patience.running, over.promise]);
    if (end === null) return lastReading(patience, anchor, "market-late");
    if (end.kind === "failed") throw end.error;
    return end.kind === "read" ? end.reading : lastReading(patience, anchor, "market-unreadable");
  } finally {
    cancel();
  }
}

/** Never rejects: nobody may be waiting any more. */
async function look(patience: Patience, anchor: Anchor): Promise<LookEnd> {
  let end: LookEnd;
  try {
    const reading = await patience.market.readAt(anchor);
    patience.last = { reading, atSec: anchor.timestampSec };
    end = { kind: "read", reading };
  } catch (error) {
    end = isOutside(error) ? { kind: "unreadable" } : { kind: "failed", error };
  }
  patience.running = null;
  return end;
}

function throwUnlessReorganised(end: LookEnd): void {
  if (end.kind === "failed" && !hasCode(end.error, "ANCHOR_NOT_CANONICAL")) throw end.error;
}

/** What the market last said, for half an hour, and why it is not what it says now. */
function lastReading({ last, sourceId }: Patience, { timestampSec }: Anchor, reason: LendingFault): LendingReading {
  const isRecent = last !== null && timestampSec - last.atSec <= MAX_AGE_SEC;
  const { accounts, events } = (isRecent ? last?.reading : null) ?? NOTHING;
  return { accounts, events, rejected: [{ sourceId, reason, count: 1 }] };
}

/** Whether chain or RPC are to blame; an anchor that has left the chain ends the round as ever. */
function isOutside(error: unknown): boolean {
  if (hasCode(error, "ANCHOR_NOT_CANONICAL")) return false;
  return error instanceof BaseError || error instanceof PlimsollError;
}
