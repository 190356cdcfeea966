/** Binance's stream of trades, marks and liquidations, `/market`, with open interest by REST. */
import type { z } from "zod";
import type { AssetSymbol } from "../../../domain/market.ts";
import { createChannelReaders } from "../channel-readers.ts";
import type { TimeFault, VenueSession, VenueWire } from "../venue-session.ts";
import { createVenueTape, type VenueTape } from "../venue-tape.ts";
import { BINANCE, forceOrderSchema, markSchema, openInterestSchema, tradeSchema } from "./binance-frames.ts";
import { type BinanceSettings, binanceSymbol } from "./binance-settings.ts";
import { createBinanceStream } from "./binance-stream.ts";

/** Marks come every second. */
const QUIET_LIMIT_MS = 30_000;
const OPEN_INTEREST_EVERY_MS = 60_000;

/** Opens a session on one connection. */
export function openBinanceTrades(settings: BinanceSettings, wire: VenueWire): VenueSession {
  const readers = createChannelReaders(wire);
  const eventTime = ({ E: eventMs }: { readonly E: number }): number => eventMs;
  const tapes = settings.assets.map((asset) => {
    const stream = binanceSymbol(asset).toLowerCase();
    const tape = createVenueTape({ ...settings, asset, sourceId: BINANCE, wire });
    readers.on(`${stream}@aggTrade`, {
      schema: tradeSchema,
      timeOf: eventTime,
      quietLimitMs: null,
      ...tradeReader(tape, wire),
    });
    readers.on(`${stream}@markPrice@1s`, {
      schema: markSchema,
      timeOf: eventTime,
      quietLimitMs: QUIET_LIMIT_MS,
      read: (mark) => readMark(tape, mark),
    });
    readers.on(`${stream}@forceOrder`, {
      schema: forceOrderSchema,
      timeOf: eventTime,
      quietLimitMs: null,
      read: ({ o: order }) => {
        const side = order.S === "SELL" ? "long" : "short";
        tape.liquidation({ side, coins: order.z, price: order.ap }, order.T);
      },
    });
    return { asset, tape };
  });
  return createBinanceStream({
    wire,
    readers,
    granted: () => pollOpenInterest(settings, wire, tapes),
    tick: () => {
      for (const { tape } of tapes) tape.tick();
    },
    ended: () => {
      for (const { tape } of tapes) tape.ended();
    },
  });
}

type TradeEvent = z.infer<typeof tradeSchema>;

/** A hole in the trades' numbers means that the bar under way is not whole. */
function tradeReader({ bars }: VenueTape, wire: VenueWire) {
  let lastId: number | null = null;
  return {
    read: ({ a: tradeId, T: venueMs, p: price, q: coins, m: isBuyerMaker }: TradeEvent): void => {
      if (lastId !== null && tradeId <= lastId) {
        wire.fault("duplicate", `trade ${tradeId}`);
        return;
      }
      if (lastId !== null && tradeId !== lastId + 1) {
        wire.fault("gap", `trade ${tradeId} after ${lastId}`);
        bars.interrupt();
      }
      lastId = tradeId;
      bars.add({ venueMs, price, coins, takerSide: isBuyerMaker ? "sell" : "buy" });
    },
    distrust: (fault: TimeFault): void => {
      wire.fault(fault, "trades");
      bars.interrupt();
    },
  };
}

function readMark(
  tape: VenueTape,
  { E: venueMs, p: mark, i: index, r: rate, T: nextMs }: z.infer<typeof markSchema>,
): void {
  tape.reference("mark", mark, venueMs);
  tape.reference("index", index, venueMs);
  tape.funding.see(rate, nextMs);
}

/** Open interest is on no stream; a question that fails is counted and asked again a minute later. */
function pollOpenInterest(
  settings: BinanceSettings,
  wire: VenueWire,
  tapes: readonly { readonly asset: AssetSymbol; readonly tape: VenueTape }[],
): void {
  for (const { asset, tape } of tapes) {
    const path = `/fapi/v1/openInterest?symbol=${binanceSymbol(asset)}`;
    void settings.rest.get(path, openInterestSchema).then((answer) => {
      if (answer.ok) tape.openInterest(answer.value.openInterest, answer.value.time);
      else wire.fault(answer.reason, `${path}: ${answer.detail ?? ""}`);
    });
  }
  wire.after(OPEN_INTEREST_EVERY_MS, () => pollOpenInterest(settings, wire, tapes));
}
