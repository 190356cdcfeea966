/** A stand-in for Binance's USDⓈ-M futures: two combined streams and the REST answers that go with them. */
import { z } from "zod";
import { openVenueServer, type VenueClientSocket, type VenueServer } from "./venue-server.ts";

/** What of its protocol the stand-in can get wrong, once it is told to. */
export interface BinanceFaults {
  /** Status and body of the next REST answers; `null` is the right one. */
  rest: { readonly status: number; readonly body: string } | null;
  /** Snapshots are so many updates old. */
  snapshotLag: number;
  /** Subscriptions are answered by this. */
  subscribeAnswer: object | null;
  isMute: boolean;
  unit: number;
}

/** The running stand-in. */
export interface BinanceServer extends VenueServer {
  readonly faults: BinanceFaults;
  /** REST paths that were asked for, in order. */
  asked(): readonly string[];
  /** Clients that have subscribed to a stream. */
  hears(stream: string): boolean;
  notify(stream: string, data: unknown): void;
  /** Sends the next change of the book. */
  change(edit?: object): void;
  /** Sends mark and index. */
  mark(edit?: object): void;
  trade(edit?: object): void;
  shout(text: string): void;
}

/** Streams of the stand-in's one perpetual. */
export const BINANCE_STREAMS = {
  depth: "btcusdt@depth@100ms",
  trades: "btcusdt@aggTrade",
  mark: "btcusdt@markPrice@1s",
  force: "btcusdt@forceOrder",
} as const;

const callSchema = z.object({ id: z.number(), method: z.literal("SUBSCRIBE"), params: z.array(z.string()) });
/** Updates that one event bundles. */
const BUNDLE = 5;
const LEVELS = 40;
const SETTLEMENT_MS = 8 * 3_600_000;

interface ServerState {
  readonly nowMs: () => number;
  readonly faults: BinanceFaults;
  readonly asked: string[];
  readonly listeners: Map<string, Set<VenueClientSocket>>;
  lastUpdate: number;
  tradeId: number;
}

/** Opens the stand-in; `nowMs` is the time that it states. */
export async function openBinanceServer(nowMs: () => number): Promise<BinanceServer> {
  const state: ServerState = {
    nowMs,
    faults: { rest: null, snapshotLag: 0, subscribeAnswer: null, isMute: false, unit: 1 },
    asked: [],
    listeners: new Map(),
    lastUpdate: 10_000,
    tradeId: 70,
  };
  const server = await openVenueServer({
    received: (frame, client) => subscribe(state, frame, client),
    rest: (url) => answerRest(state, url),
  });
  return {
    ...server,
    faults: state.faults,
    asked: () => state.asked,
    hears: (stream) => (state.listeners.get(stream)?.size ?? 0) > 0,
    notify: (stream, data) => notify(state, stream, data),
    change: (edit = {}) => sendChange(state, edit),
    mark: (edit = {}) => {
      const E = nowMs();
      const T = Math.ceil((E + 1) / SETTLEMENT_MS) * SETTLEMENT_MS;
      const mark = { e: "markPriceUpdate", E, s: "BTCUSDT", p: "100.01", i: "100.00", r: "0.00020000", T };
      notify(state, BINANCE_STREAMS.mark, { ...mark, ...edit });
    },
    trade: (edit = {}) => {
      state.tradeId += 1;
      const E = nowMs();
      const trade = { e: "aggTrade", E, T: E, s: "BTCUSDT", a: state.tradeId, p: "100.0", q: "2.000", m: false };
      notify(state, BINANCE_STREAMS.trades, { ...trade, ...edit });
    },
    shout: (text) => {
      for (const client of server.clients()) client.sendText(text);
    },
  };
}

function subscribe({ faults, listeners }: ServerState, frame: unknown, client: VenueClientSocket): void {
  const { id, params } = callSchema.parse(frame);
  if (faults.isMute) return;
  client.send(faults.subscribeAnswer ?? { result: null, id });
  if (faults.subscribeAnswer !== null) return;
  for (const stream of params) listeners.set(stream, (listeners.get(stream) ?? new Set()).add(client));
}

function notify({ listeners }: ServerState, stream: string, data: unknown): void {
  for (const client of listeners.get(stream) ?? []) client.send({ stream, data });
}

function sendChange(state: ServerState, edit: object): void {
  const pu = state.lastUpdate;
  state.lastUpdate += BUNDLE;
  const ids = { U: pu + 1, u: state.lastUpdate, pu };
  const levels = { b: [["99.50", "20.000"]], a: [["100.60", "0.500"]] };
  const E = state.nowMs();
  notify(state, BINANCE_STREAMS.depth, { e: "depthUpdate", E, T: E, s: "BTCUSDT", ...ids, ...levels, ...edit });
}

function answerRest(state: ServerState, url: URL): { readonly status: number; readonly body: unknown } {
  const { faults, nowMs } = state;
  state.asked.push(url.pathname);
  if (faults.rest !== null) return faults.rest;
  if (url.pathname === "/fapi/v1/openInterest") {
    return { status: 200, body: { symbol: "BTCUSDT", openInterest: "81000.500", time: nowMs() } };
  }
  if (url.pathname === "/fapi/v1/klines") return { status: 200, body: klines(url.searchParams) };
  const steps = Array.from({ length: LEVELS }, (_, index) => 0.5 * (index + 1));
  const side = (sign: number) => steps.map((step) => [((100 + sign * step) * faults.unit).toFixed(2), "10.000"]);
  const lastUpdateId = state.lastUpdate - faults.snapshotLag;
  return { status: 200, body: { lastUpdateId, E: nowMs(), T: nowMs(), bids: side(-1), asks: side(1) } };
}

/** Rows of five minutes, as many as were asked for. */
function klines(query: URLSearchParams): readonly unknown[] {
  const spanMs = 300_000;
  const startMs = Number(query.get("startTime"));
  const count = Math.ceil((Number(query.get("endTime")) - startMs) / spanMs);
  return Array.from({ length: count }, (_, index) => {
    const openMs = startMs + index * spanMs;
    const close = (100 + Math.sin(index)).toFixed(2);
    return [openMs, close, "101.50", "98.50", close, "12.5", openMs + spanMs - 1, "1250", 9, "6", "600", "0"];
  });
}
