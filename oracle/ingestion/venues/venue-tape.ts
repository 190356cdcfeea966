/** What every venue tells of one asset beside its book: bars, flow, liquidations, funding, open interest, reference prices. */
import type { AssetSymbol, Liquidation, ReferenceBasis } from "../../domain/market.ts";
import { type BarBuilder, createBarBuilder } from "./bar-builder.ts";
import { createFundingRoll, type FundingRoll } from "./funding-roll.ts";
import { createThrottle } from "./throttle.ts";
import type { VenueWire } from "./venue-session.ts";

/** Which asset of which venue. */
export interface VenueTapeOptions {
  readonly asset: AssetSymbol;
  readonly sourceId: string;
  readonly barSpanMs: number;
  readonly wire: VenueWire;
  /** The venue's index prices by asset, for its books. */
  readonly indices: Map<AssetSymbol, number>;
}

/** One asset on one connection. Times in milliseconds since the epoch. */
export interface VenueTape {
  readonly bars: BarBuilder;
  readonly funding: FundingRoll;
  reference(basis: ReferenceBasis, price: number, venueMs: number): void;
  openInterest(coins: number, venueMs: number): void;
  liquidation(closed: Pick<Liquidation, "side" | "coins" | "price">, venueMs: number): void;
  /** Ends bars that are due. */
  tick(): void;
  ended(): void;
}

const MS_PER_SECOND = 1_000;
/** Features move by the minute. */
const TELL_EVERY_MS = 10_000;
const OPEN_INTEREST_EVERY_MS = 60_000;

/** Creates the tape of one asset for one connection. */
export function createVenueTape({ asset, sourceId, barSpanMs, wire, indices }: VenueTapeOptions): VenueTape {
  const isDue = createThrottle(wire);
  const stamp = (venueMs: number) => ({
    asset,
    sourceId,
    sourceTimeSec: venueMs / MS_PER_SECOND,
    receivedTimeSec: wire.nowMs() / MS_PER_SECOND,
  });
  const bars = createBarBuilder({
    asset,
    sourceId,
    spanMs: barSpanMs,
    onBar: (bar, flow) => {
      wire.emit(bar);
      wire.emit(flow);
    },
    onOddity: wire.fault,
  });
  return {
    bars,
    funding: createFundingRoll((ratePer8h, settledMs) =>
      wire.emit({ kind: "funding", ...stamp(settledMs), ratePer8h }),
    ),
    reference: (basis, price, venueMs) => {
      if (basis === "index") indices.set(asset, price);
      if (isDue(basis, TELL_EVERY_MS)) wire.emit({ kind: "reference", ...stamp(venueMs), basis, price });
    },
    openInterest: (coins, venueMs) => {
      if (isDue("open-interest", OPEN_INTEREST_EVERY_MS)) {
        wire.emit({ kind: "open-interest", ...stamp(venueMs), coins });
      }
    },
    liquidation: (closed, venueMs) => wire.emit({ kind: "liquidation", ...stamp(venueMs), ...closed }),
    tick: () => bars.advance(wire.nowMs()),
    ended: () => bars.interrupt(),
  };
}
