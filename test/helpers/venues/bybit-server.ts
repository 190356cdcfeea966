/** A stand-in for Bybit's v5 public linear stream: one perpetual, its calls and its topics. */
import { z } from "zod";
import { openVenueServer, type VenueClientSocket, type VenueServer } from "./venue-server.ts";

/** What of its protocol the stand-in can get wrong, once it is told to. */
export interface BybitFaults {
  /** Answers subscriptions so. */
  subscribeAnswer: object | null;
  isMute: boolean;
  /** Factor on the prices of the next snapshots. */
  unit: number;
  /** The next snapshots are crossed. */
  isCrossed: boolean;
}

/** The running stand-in. */
export interface BybitServer extends VenueServer {
  readonly faults: BybitFaults;
  /** Calls by name, in order. */
  calls(): readonly string[];
  /** Sends data of a topic to whoever listens. */
  notify(topic: string, data: unknown, edit?: object): void;
  /** Sends the next change of the book. */
  change(edit?: object, head?: object): void;
  /** Sends the ticker: a snapshot, or what has changed. */
  ticker(data: object, type?: "snapshot" | "delta"): void;
  trade(edit?: object): void;
  shout(text: string): void;
}

/** Topics of the stand-in's one perpetual. */
export const BYBIT_TOPICS = {
  book: "orderbook.200.BTCUSDT",
  ticker: "tickers.BTCUSDT",
  trades: "publicTrade.BTCUSDT",
  liquidations: "allLiquidation.BTCUSDT",
} as const;

const callSchema = z.object({ op: z.string(), args: z.array(z.string()).default([]) });
const LEVELS = 40;

interface ServerState {
  readonly nowMs: () => number;
  readonly faults: BybitFaults;
  readonly calls: string[];
  readonly listeners: Map<string, Set<VenueClientSocket>>;
  update: number;
  trades: number;
}

/** Opens the stand-in; `nowMs` is the time that it states. */
export async function openBybitServer(nowMs: () => number): Promise<BybitServer> {
  const state: ServerState = {
    nowMs,
    faults: { subscribeAnswer: null, isMute: false, unit: 1, isCrossed: false },
    calls: [],
    listeners: new Map(),
    update: 50,
    trades: 0,
  };
  const server = await openVenueServer({ received: (frame, client) => receive(state, frame, client) });
  const send = (topic: string, data: unknown, edit: object = {}): void => notify(state, topic, { data, ...edit });
  return {
    ...server,
    faults: state.faults,
    calls: () => state.calls,
    notify: send,
    change: (edit = {}, head = {}) => {
      state.update += 1;
      const levels = { b: [["99.50", "20.000"]], a: [["100.60", "0.5"]] };
      send(BYBIT_TOPICS.book, { s: "BTCUSDT", ...levels, u: state.update, seq: 1, ...edit }, head);
    },
    ticker: (data, type = "delta") => send(BYBIT_TOPICS.ticker, { symbol: "BTCUSDT", ...data }, { type }),
    trade: (edit = {}) => {
      state.trades += 1;
      const trade = { T: nowMs(), s: "BTCUSDT", S: "Buy", v: "2.000", p: "100.0", L: "PlusTick", BT: false };
      send(BYBIT_TOPICS.trades, [{ ...trade, i: `id-${state.trades}`, ...edit }], { type: "snapshot" });
    },
    shout: (text) => {
      for (const client of server.clients()) client.sendText(text);
    },
  };
}

function receive(state: ServerState, frame: unknown, client: VenueClientSocket): void {
  const { op, args } = callSchema.parse(frame);
  const { faults, listeners } = state;
  state.calls.push(op);
  if (faults.isMute) return;
  if (op === "ping") client.send({ success: true, ret_msg: "pong", conn_id: "c", op: "ping" });
  if (op === "unsubscribe") for (const topic of args) listeners.get(topic)?.delete(client);
  if (op !== "subscribe") return;
  client.send(faults.subscribeAnswer ?? { success: true, ret_msg: "", conn_id: "c", op: "subscribe" });
  if (faults.subscribeAnswer !== null) return;
  for (const topic of args) {
    listeners.set(topic, (listeners.get(topic) ?? new Set()).add(client));
    if (topic === BYBIT_TOPICS.book) sendSnapshot(state);
  }
}

function sendSnapshot(state: ServerState): void {
  const { unit, isCrossed } = state.faults;
  const steps = Array.from({ length: LEVELS }, (_, index) => 0.5 * (index + 1));
  const side = (sign: number) => steps.map((step) => [((100 + sign * step) * unit).toFixed(2), "10.000"]);
  const [b, a] = isCrossed ? [side(1), side(-1)] : [side(-1), side(1)];
  notify(state, BYBIT_TOPICS.book, { type: "snapshot", data: { s: "BTCUSDT", b, a, u: state.update, seq: 1 } });
}

function notify({ nowMs, listeners }: ServerState, topic: string, rest: object): void {
  const frame = { topic, type: "delta", ts: nowMs(), cts: nowMs(), ...rest };
  for (const client of listeners.get(topic) ?? []) client.send(frame);
}
