/** The connection to one venue: dials, watches for silence, and begins again after every end, with growing pauses. */
import { type RawData, WebSocket } from "ws";
import { createBackoff } from "./backoff.ts";
import type { VenueDeps, VenueFault, VenueSession, VenueWire } from "./venue-session.ts";

/** Which venue, where, and in which language. */
export interface VenueLinkOptions {
  /** Label of counters and logs, e.g. `deribit`. */
  readonly venue: string;
  readonly url: string;
  readonly openSession: (wire: VenueWire) => VenueSession;
  readonly deps: VenueDeps;
}

/** `waiting`: between two connections. */
type LinkState = "dialling" | "open" | "waiting" | "closed";

/** A connection that is kept up. */
export interface VenueLink {
  state(): LinkState;
  /** Ends it for good. */
  close(): void;
}

const FIRST_BACKOFF_MS = 500;
/** Venues ban addresses that dial too often: Binance allows 300 attempts in five minutes. */
const MAX_BACKOFF_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
const TICK_MS = 1_000;
/** A message that is older says nothing about now; clocks of machines differ by far less. */
const MAX_LAG_MS = 10_000;
/** As the guard's tolerance of clocks that run ahead. */
const MAX_LEAD_MS = 5_000;
/** A whole Deribit book has some hundred kilobytes. */
const MAX_FRAME_BYTES = 8 * 1_024 * 1_024;
/** A link that has lived so long was sound: its end is the venue's daily one, not a storm. */
const SOUND_AFTER_MS = 30_000;

/** Dials at once, and again after every end until closed. */
export function openVenueLink(options: VenueLinkOptions): VenueLink {
  const { deps, venue } = options;
  const backoff = createBackoff({ firstMs: FIRST_BACKOFF_MS, maxMs: MAX_BACKOFF_MS }, deps.rng);
  let state: LinkState = "dialling";
  let hasConnected = false;
  let end: (() => void) | null = null;
  let cancelWait: (() => void) | null = null;
  const dial = (): void => {
    state = "dialling";
    const startedMs = deps.clock.nowMs();
    end = connectOnce(options, {
      opened: () => {
        state = "open";
        deps.counters.connected(venue, !hasConnected);
        hasConnected = true;
      },
      ended: (cause) => {
        end = null;
        if (state === "closed") return;
        const wasOpen = state === "open";
        if (wasOpen && deps.clock.nowMs() - startedMs > SOUND_AFTER_MS) backoff.reset();
        state = "waiting";
        cancelWait = deps.timers.after(backoff.nextMs(), dial);
        deps.counters.fault(venue, wasOpen ? "disconnect" : "unreachable", cause);
      },
    });
  };
  dial();
  return {
    state: () => state,
    close: () => {
      state = "closed";
      cancelWait?.();
      end?.();
    },
  };
}

interface LinkEvents {
  readonly opened: () => void;
  /** With why, as far as it is known. */
  readonly ended: (cause: string) => void;
}

/** One connection from dial to end; returns what ends it. */
function connectOnce({ venue, url, openSession, deps }: VenueLinkOptions, events: LinkEvents): () => void {
  const socket = new WebSocket(url, { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
  const silence = createSilenceWatch();
  const calls = createCalls(deps);
  const wire = createWire({ venue, deps, socket, silence, after: calls.after });
  const session = openSession(wire);
  let cause = "the venue has closed the connection";
  const tick = () => {
    const silent = silence.silent(session.silenceLimitsMs, deps.clock.nowMs());
    if (silent !== null) return wire.restart("silence", silent);
    session.tick();
    calls.after(TICK_MS, tick);
  };
  calls.after(CONNECT_TIMEOUT_MS, () => {
    if (socket.readyState === socket.OPEN) return;
    cause = `no connection within ${CONNECT_TIMEOUT_MS} ms`;
    socket.terminate();
  });
  socket.on("open", () => {
    silence.begin(deps.clock.nowMs());
    events.opened();
    session.opened();
    calls.after(TICK_MS, tick);
  });
  socket.on("message", (data: RawData, isBinary: boolean) => {
    const frame = isBinary ? undefined : parseJson(data.toString());
    if (frame === undefined) wire.fault("malformed", "not JSON");
    else session.read(frame);
    deps.counters.frame(venue);
  });
  socket.on("error", (error) => {
    cause = error.message;
    deps.logger.info({ venue, err: error.message }, "venue link failed");
    socket.terminate();
  });
  socket.on("close", () => {
    calls.cancelAll();
    session.ended();
    events.ended(cause);
  });
  return () => socket.terminate();
}

/** Delayed calls that end with the connection. */
function createCalls({ timers }: VenueDeps) {
  const cancels = new Set<() => void>();
  return {
    after: (delayMs: number, call: () => void): void => {
      const cancel = timers.after(delayMs, () => {
        cancels.delete(cancel);
        call();
      });
      cancels.add(cancel);
    },
    cancelAll: (): void => {
      for (const cancel of cancels) cancel();
    },
  };
}

interface WireParts {
  readonly venue: string;
  readonly deps: VenueDeps;
  readonly socket: WebSocket;
  readonly silence: ReturnType<typeof createSilenceWatch>;
  readonly after: VenueWire["after"];
}

function createWire({ venue, deps, socket, silence, after }: WireParts): VenueWire {
  const fault = (name: VenueFault, detail: string): void => {
    deps.counters.fault(venue, name, detail);
    deps.logger.warn({ venue, fault: name, detail }, "venue fault");
  };
  return {
    nowMs: deps.clock.nowMs,
    rng: deps.rng,
    send: (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    },
    emit: deps.emit,
    fault,
    restart: (name, detail) => {
      fault(name, detail);
      socket.terminate();
    },
    heard: (channel, venueMs) => {
      const latencyMs = deps.clock.nowMs() - venueMs;
      if (latencyMs > MAX_LAG_MS) return "stale";
      if (latencyMs < -MAX_LEAD_MS) return "future";
      silence.heard(channel, deps.clock.nowMs());
      deps.counters.latency(venue, latencyMs);
      return null;
    },
    after,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Counted by the caller: `undefined` is no JSON value.
    return undefined;
  }
}

/** When each channel was heard last; channels without a limit may be silent. */
function createSilenceWatch() {
  const heardMs = new Map<string, number>();
  let beganMs = 0;
  return {
    begin: (nowMs: number): void => {
      beganMs = nowMs;
    },
    heard: (channel: string, nowMs: number): void => void heardMs.set(channel, nowMs),
    silent: (limits: ReadonlyMap<string, number>, nowMs: number): string | null => {
      for (const [channel, limitMs] of limits) {
        const ageMs = nowMs - (heardMs.get(channel) ?? beganMs);
        if (ageMs > limitMs) return `${channel} silent for ${ageMs} ms`;
      }
      return null;
    },
  };
}
