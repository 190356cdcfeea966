/** JSON-RPC calls over Deribit's socket: numbered, answered within a time, subscriptions compared with what was granted. */
import type { VenueWire } from "../venue-session.ts";
import { channelsSchema } from "./deribit-frames.ts";

/** An answer as the server sends it. */
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string } | undefined;
}

/** Sends calls and reads their answers. */
export interface DeribitCalls {
  /** Sends a call whose answer says nothing. */
  send(method: string, params: object): void;
  /** Sends a call; `then` gets its result. Without an answer in time, or with an error, the link begins again. */
  ask(method: string, params: object, then: (result: unknown) => void): void;
  /** Subscribes; the link begins again unless every channel is granted. */
  subscribe(channels: readonly string[]): void;
  /** Ends a subscription and begins it anew, which brings a snapshot. */
  resubscribe(channel: string): void;
  unsubscribe(channels: readonly string[]): void;
  answered(answer: Answer): void;
}

const ANSWER_WITHIN_MS = 10_000;
/** As documented: one call may name at most so many. */
const MAX_CHANNELS_A_CALL = 500;
/** Deribit's code for too many requests. */
const TOO_MANY_REQUESTS = 10_028;

/** Creates the calls of one connection. */
export function createDeribitCalls(wire: VenueWire): DeribitCalls {
  const open = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  const post = (method: string, params: object): number => {
    lastId += 1;
    wire.send({ jsonrpc: "2.0", id: lastId, method, params });
    return lastId;
  };
  const ask: DeribitCalls["ask"] = (method, params, then) => {
    const id = post(method, params);
    open.set(id, then);
    wire.after(ANSWER_WITHIN_MS, () => {
      if (open.delete(id)) wire.restart("refused", `${method} was not answered within ${ANSWER_WITHIN_MS} ms`);
    });
  };
  const subscribe: DeribitCalls["subscribe"] = (channels) => {
    for (let from = 0; from < channels.length; from += MAX_CHANNELS_A_CALL) {
      const part = channels.slice(from, from + MAX_CHANNELS_A_CALL);
      ask("public/subscribe", { channels: part }, (result) => requireGranted(wire, part, result));
    }
  };
  return {
    send: (method, params) => void post(method, params),
    ask,
    subscribe,
    unsubscribe: (channels) => void post("public/unsubscribe", { channels }),
    resubscribe: (channel) => ask("public/unsubscribe", { channels: [channel] }, () => subscribe([channel])),
    answered: ({ id, result, error }) => {
      const then = open.get(id);
      open.delete(id);
      if (error?.code === TOO_MANY_REQUESTS) return wire.restart("rate-limited", error.message);
      if (error !== undefined) return wire.restart("refused", `${error.code} ${error.message}`);
      then?.(result);
    },
  };
}

function requireGranted(wire: VenueWire, wanted: readonly string[], result: unknown): void {
  const granted = channelsSchema.safeParse(result);
  const missing = granted.success ? wanted.filter((channel) => !granted.data.includes(channel)) : wanted;
  if (missing.length > 0) wire.restart("refused", `not granted: ${missing.slice(0, 3).join(", ")}`);
}
