/** All lending markets of a chain at an anchor: none can stop the others, and none stops a round or keeps it waiting. */
import type { ChainClient } from "../../../chain/client.ts";
import type { LendingReading } from "../../../domain/lending.ts";
import type { Anchor } from "../../../domain/report.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { Timers } from "../../../platform/timers.ts";
import type { LendingCursorStore } from "./lending-cursor.ts";
import { createLendingMarket } from "./lending-market.ts";
import { sourceIdOf } from "./lending-protocol.ts";
import type { LendingMarketSettings } from "./lending-settings.ts";
import { createPatientMarket } from "./patient-market.ts";

/** What all markets are read with. */
export interface LendingMarketsOptions {
  readonly chain: ChainClient;
  readonly markets: readonly LendingMarketSettings[];
  /** Where a market's cursor is kept, by source id. */
  readonly storeOf: (sourceId: string) => LendingCursorStore;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Milliseconds that one reading of all markets may take. */
  readonly budgetMs: number;
}

/** Reads all markets. */
export interface LendingMarkets {
  /**
   * What the markets say at `anchor`. A market that cannot be read, or not within the budget, gives its last reading for half an hour,
   * and a reject.
   *
   * @throws PlimsollError `ANCHOR_NOT_CANONICAL`.
   */
  readAt(anchor: Anchor): Promise<LendingReading>;
}

/** Creates a reader of all markets, which are read side by side; without settings it reads nothing. */
export function createLendingMarkets(options: LendingMarketsOptions): LendingMarkets {
  const { chain, markets, storeOf, clock, timers, budgetMs } = options;
  const readers = markets.map((settings) => {
    const sourceId = sourceIdOf(settings);
    const market = createLendingMarket({ chain, settings, store: storeOf(sourceId), clock });
    return createPatientMarket({ sourceId, market, timers, budgetMs });
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
