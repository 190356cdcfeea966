/** Deribit's public channels of one or more assets over one connection: perpetual, index, volatility index, options. */
import type { AssetSymbol } from "../../../domain/market.ts";
import type { VenueCounters } from "../venue-counters.ts";
import type { VenueSession, VenueWire } from "../venue-session.ts";
import { createDeribitAsset, type DeribitAsset } from "./deribit-asset.ts";
import { createDeribitCalls, type DeribitCalls } from "./deribit-calls.ts";
import { serverFrameSchema } from "./deribit-frames.ts";
import { createDeribitOptions, type DeribitOptions } from "./deribit-options.ts";

/** What is wanted of Deribit. */
export interface DeribitSettings {
  /** `BTC`, `ETH`: assets with an inverse perpetual and listed options. */
  readonly assets: readonly AssetSymbol[];
  /** Length of bars, milliseconds. */
  readonly barSpanMs: number;
  /** Whether option chains are read too. */
  readonly options: boolean;
}

/** The least interval that Deribit takes, seconds: it then asks with `test_request` and cuts who does not answer. */
const HEARTBEAT_SEC = 10;

/** Opens a session on one connection. */
export function openDeribitSession(settings: DeribitSettings, counters: VenueCounters, wire: VenueWire): VenueSession {
  const calls = createDeribitCalls(wire);
  const assets = settings.assets.map((asset) =>
    createDeribitAsset({ asset, barSpanMs: settings.barSpanMs, wire, counters, calls }),
  );
  const options = settings.options ? settings.assets.map((asset) => createDeribitOptions({ asset, wire, calls })) : [];
  const listeners = [...assets, ...options];
  return {
    silenceLimitsMs: new Map(assets.flatMap((asset) => [...asset.silenceLimitsMs()])),
    opened: () => {
      calls.send("public/set_heartbeat", { interval: HEARTBEAT_SEC });
      calls.subscribe(assets.flatMap((asset) => asset.channels()));
      for (const chain of options) chain.opened();
    },
    read: (frame) => readFrame(frame, { wire, calls, listeners }),
    tick: () => {
      for (const listener of listeners) listener.tick();
    },
    ended: () => {
      for (const listener of listeners) listener.ended();
    },
  };
}

interface Readers {
  readonly wire: VenueWire;
  readonly calls: DeribitCalls;
  readonly listeners: readonly (DeribitAsset | DeribitOptions)[];
}

function readFrame(frame: unknown, readers: Readers): void {
  const parsed = serverFrameSchema.safeParse(frame);
  if (!parsed.success) readers.wire.fault("malformed", parsed.error.issues[0]?.message ?? "frame");
  else if ("id" in parsed.data) readers.calls.answered(parsed.data);
  else if (parsed.data.method === "heartbeat") answerHeartbeat(parsed.data.params.type, readers.calls);
  else readNotification(parsed.data.params, readers);
}

function answerHeartbeat(type: string, calls: DeribitCalls): void {
  if (type === "test_request") calls.send("public/test", {});
}

/** The first that knows the channel reads it. */
function readNotification(
  { channel, data }: { readonly channel: string; readonly data?: unknown },
  { wire, listeners }: Readers,
): void {
  if (!listeners.some((listener) => listener.read(channel, data))) wire.fault("unknown-frame", channel);
}
