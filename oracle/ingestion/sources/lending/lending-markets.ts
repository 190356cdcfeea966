/** All lending markets of a chain at an anchor: none can stop the others, and none stops a round. */
import { BaseError } from "viem";
import type { ChainClient } from "../../../chain/client.ts";
import { hasCode, PlimsollError } from "../../../domain/errors.ts";
import type { LendingReading } from "../../../domain/lending.ts";
import type { Anchor } from "../../../domain/report.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { LendingCursorStore } from "./lending-cursor.ts";
import { createLendingMarket, type LendingMarket } from "./lending-market.ts";
import { sourceIdOf } from "./lending-protocol.ts";
import type { LendingMarketSettings } from "./lending-settings.ts";

/** What all markets are read with. */
export interface LendingMarketsOptions {
  readonly chain: ChainClient;
  readonly markets: readonly LendingMarketSettings[];
  /** Where a market's cursor is kept, by source id. */
  readonly storeOf: (sourceId: string) => LendingCursorStore;
  readonly clock: Clock;
}

/** Reads all markets. */
export interface LendingMarkets {
  /**
   * What the markets say at `anchor`. A market that cannot be read gives its last reading for half an hour, and a reject.
   *
   * @throws PlimsollError `ANCHOR_NOT_CANONICAL`.
   */
  readAt(anchor: Anchor): Promise<LendingReading>;
}

/** Old loans say little in a fast market; positions are read again as often. */
const MAX_AGE_SEC = 1_800;
const NOTHING: LendingReading = { accounts: [], events: [], rejected: [] };

/** Creates a reader of all markets; without settings it reads nothing. */
export function createLendingMarkets({ chain, markets, storeOf, clock }: LendingMarketsOptions): LendingMarkets {
  const readers = markets.map((settings) => {
    const sourceId = sourceIdOf(settings);
    return patient(sourceId, createLendingMarket({ chain, settings, store: storeOf(sourceId), clock }));
  });
  return {
    readAt: async (anchor) => {
      const readings = await Promise.all(readers.map(async (market) => await market.readAt(anchor)));
      return {
        accounts: readings.flatMap(({ accounts }) => accounts),
        events: readings.flatMap(({ events }) => events),
        rejected: readings.flatMap(({ rejected }) => rejected),
      };
    },
  };
}

/** A market that answers with what it last said where it cannot be read. */
function patient(sourceId: string, market: LendingMarket): LendingMarket {
  let last: { readonly reading: LendingReading; readonly atSec: number } | null = null;
  return {
    readAt: async (anchor) => {
      try {
        const reading = await market.readAt(anchor);
        last = { reading, atSec: anchor.timestampSec };
        return reading;
      } catch (error) {
        if (!isOutside(error)) throw error;
        const isRecent = last !== null && anchor.timestampSec - last.atSec <= MAX_AGE_SEC;
        const { accounts, events } = (isRecent ? last?.reading : null) ?? NOTHING;
        return { accounts, events, rejected: [{ sourceId, reason: "market-unreadable", count: 1 }] };
      }
    },
  };
}

/** Whether chain or RPC are to blame; an anchor that has left the chain ends the round as ever. */
function isOutside(error: unknown): boolean {
  if (hasCode(error, "ANCHOR_NOT_CANONICAL")) return false;
  return error instanceof BaseError || error instanceof PlimsollError;
}
