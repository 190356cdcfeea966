/** A stand-in for Deribit's public WebSocket: JSON-RPC, heartbeats, one perpetual an asset, a few options. */
import { z } from "zod";
import { openVenueServer, type VenueClientSocket, type VenueServer } from "./venue-server.ts";

/** What of its protocol the stand-in can get wrong, once it is told to. */
export interface DeribitFaults {
  /** Grants all subscriptions but those of this beginning. */
  refuse: string | null;
  /** Leaves calls without an answer. */
  isMute: boolean;
  /** Answers subscriptions with this error code. */
  errorCode: number | null;
  /** Added to every time that it states, milliseconds. */
  skewMs: number;
  /** Factor on every price of the next snapshots. */
  unit: number;
  /** Bids of the next snapshots stand above the asks. */
  isCrossed: boolean;
}

/** The running stand-in. */
export interface DeribitServer extends VenueServer {
  readonly faults: DeribitFaults;
  /** Methods that were called, in order. */
  calls(): readonly string[];
  /** Whether somebody listens to a channel. */
  hears(channel: string): boolean;
  /** Sends a notification to whoever listens. */
  notify(channel: string, data: unknown): void;
  /** Sends the next change of the book. */
  change(edit?: object): void;
  /** Sends a message of every channel that always speaks. */
  beat(): void;
  heartbeat(type: string): void;
  trade(edit?: object): void;
  /** Sends raw text to everybody. */
  shout(text: string): void;
}

const callSchema = z.object({ id: z.number(), method: z.string(), params: z.record(z.string(), z.unknown()) });
const PERPETUAL = "BTC-PERPETUAL";
/** Channels of the stand-in's one perpetual. */
export const DERIBIT_CHANNELS = {
  book: `book.${PERPETUAL}.100ms`,
  trades: `trades.${PERPETUAL}.100ms`,
  ticker: `ticker.${PERPETUAL}.100ms`,
  index: "deribit_price_index.btc_usd",
  vol: "deribit_volatility_index.btc_usd",
} as const;
const OPTIONS = [
  { instrument_name: "BTC-25DEC26-100-C", option_type: "call", strike: 100, is_active: true },
  { instrument_name: "BTC-25DEC26-100-P", option_type: "put", strike: 100, is_active: true },
] as const;
const WHOLE_BOOK_LEVELS = 60;

interface ServerState {
  readonly nowMs: () => number;
  readonly faults: DeribitFaults;
  readonly calls: string[];
  readonly listeners: Map<string, Set<VenueClientSocket>>;
  changeId: number;
  tradeSeq: number;
}

/** Opens the stand-in; `nowMs` is the time that it states. */
export async function openDeribitServer(nowMs: () => number): Promise<DeribitServer> {
  const state: ServerState = {
    nowMs,
    faults: { refuse: null, isMute: false, errorCode: null, skewMs: 0, unit: 1, isCrossed: false },
    calls: [],
    listeners: new Map(),
    changeId: 1_000,
    tradeSeq: 500,
  };
  const server = await openVenueServer({ received: (frame, client) => receive(state, frame, client) });
  return {
    ...server,
    faults: state.faults,
    calls: () => state.calls,
    hears: (channel) => (state.listeners.get(channel)?.size ?? 0) > 0,
    notify: (channel, data) => notify(state, channel, data),
    change: (edit = {}) => sendChange(state, edit),
    beat: () => beat(state),
    heartbeat: (type) => {
      for (const client of server.clients()) client.send({ jsonrpc: "2.0", method: "heartbeat", params: { type } });
    },
    trade: (edit = {}) => sendTrade(state, edit),
    shout: (text) => {
      for (const client of server.clients()) client.sendText(text);
    },
  };
}

function statedMs({ nowMs, faults }: ServerState): number {
  return nowMs() + faults.skewMs;
}

function receive(state: ServerState, frame: unknown, client: VenueClientSocket): void {
  const { id, method, params } = callSchema.parse(frame);
  const { calls, faults, listeners, nowMs } = state;
  calls.push(method);
  if (faults.isMute) return;
  const wanted = z.array(z.string()).catch([]).parse(params.channels);
  const granted = wanted.filter((channel) => faults.refuse === null || !channel.startsWith(faults.refuse));
  if (method === "public/subscribe" && faults.errorCode !== null) {
    client.send({ jsonrpc: "2.0", id, error: { code: faults.errorCode, message: "refused" } });
    return;
  }
  if (method === "public/unsubscribe") for (const channel of wanted) listeners.get(channel)?.delete(client);
  client.send({ jsonrpc: "2.0", id, result: resultOf(method, granted, nowMs()) });
  if (method === "public/subscribe") subscribe(state, client, granted);
}

function subscribe(state: ServerState, client: VenueClientSocket, channels: readonly string[]): void {
  for (const channel of channels) {
    const others = state.listeners.get(channel) ?? new Set();
    state.listeners.set(channel, others.add(client));
    if (channel === DERIBIT_CHANNELS.book) {
      notify(state, channel, snapshot(state.changeId, statedMs(state), state.faults));
    }
  }
}

function notify({ listeners }: ServerState, channel: string, data: unknown): void {
  const frame = { jsonrpc: "2.0", method: "subscription", params: { channel, data } };
  for (const client of listeners.get(channel) ?? []) client.send(frame);
}

function sendChange(state: ServerState, edit: object): void {
  const previous = state.changeId;
  state.changeId += 1;
  const levels = { bids: [["change", 99.5, 2_000]], asks: [["new", 100.6, 50]] };
  const head = { type: "change", timestamp: statedMs(state), instrument_name: PERPETUAL };
  const ids = { change_id: state.changeId, prev_change_id: previous };
  notify(state, DERIBIT_CHANNELS.book, { ...head, ...ids, ...levels, ...edit });
}

function beat(state: ServerState): void {
  const timestamp = statedMs(state);
  const ticker = { mark_price: 100, index_price: 100, open_interest: 5_000, funding_8h: 0.0001 };
  notify(state, DERIBIT_CHANNELS.ticker, { timestamp, ...ticker, state: "open" });
  notify(state, DERIBIT_CHANNELS.index, { timestamp, price: 100, index_name: "btc_usd" });
  notify(state, DERIBIT_CHANNELS.vol, { timestamp, volatility: 55.5, index_name: "btc_usd" });
  for (const option of OPTIONS) {
    notify(state, `ticker.${option.instrument_name}.agg2`, optionTicker(option, timestamp));
  }
}

function sendTrade(state: ServerState, edit: object): void {
  state.tradeSeq += 1;
  const { tradeSeq } = state;
  const trade = { trade_seq: tradeSeq, timestamp: statedMs(state), price: 100, amount: 1_000, direction: "buy" };
  notify(state, DERIBIT_CHANNELS.trades, [{ ...trade, trade_id: `${tradeSeq}`, ...edit }]);
}

function resultOf(method: string, granted: readonly string[], nowMs: number): unknown {
  if (method === "public/subscribe" || method === "public/unsubscribe") return granted;
  if (method === "public/test") return { version: "1.2.26" };
  const dayMs = 86_400_000;
  const expiration_timestamp = nowMs + 24 * dayMs;
  if (method === "public/get_instruments") return OPTIONS.map((option) => ({ ...option, expiration_timestamp }));
  return "ok";
}

function optionTicker({ instrument_name }: (typeof OPTIONS)[number], timestamp: number) {
  const prices = { best_bid_price: 0.05, best_ask_price: 0, mark_price: 0.052 };
  const vols = { bid_iv: 54, ask_iv: 0, mark_iv: 56 };
  return { timestamp, instrument_name, state: "open", ...prices, ...vols, underlying_price: 101, index_price: 100 };
}

/** Levels from half a percent to thirty percent off 100, as USD. */
function snapshot(changeId: number, timestamp: number, { unit, isCrossed }: DeribitFaults) {
  const steps = Array.from({ length: WHOLE_BOOK_LEVELS }, (_, index) => 0.5 * (index + 1));
  const side = (sign: number) => steps.map((step) => ["new", (100 + sign * step) * unit, 1_000]);
  const [bids, asks] = isCrossed ? [side(1), side(-1)] : [side(-1), side(1)];
  return { type: "snapshot", timestamp, instrument_name: PERPETUAL, change_id: changeId, bids, asks };
}
