/** Bybit's v5 public linear stream of one or more assets over one connection. */
import type { AssetSymbol } from "../../../domain/market.ts";
import { createChannelReaders } from "../channel-readers.ts";
import type { VenueCounters } from "../venue-counters.ts";
import type { VenueSession, VenueWire } from "../venue-session.ts";
import { createBybitAsset } from "./bybit-asset.ts";
import { serverFrameSchema } from "./bybit-frames.ts";

/** What is wanted of Bybit. */
export interface BybitSettings {
  readonly assets: readonly AssetSymbol[];
  /** Length of bars, milliseconds. */
  readonly barSpanMs: number;
  readonly counters: VenueCounters;
}

/** As documented: a client says something at least every 20 s. */
const PING_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 10_000;

/** Opens a session on one connection. */
export function openBybitSession(settings: BybitSettings, wire: VenueWire): VenueSession {
  const readers = createChannelReaders(wire);
  const assets = settings.assets.map((asset) => createBybitAsset({ ...settings, asset, wire, readers }));
  let isGranted = false;
  const ping = (): void => {
    wire.send({ op: "ping" });
    wire.after(PING_EVERY_MS, ping);
  };
  const answered = ({
    op,
    success,
    ret_msg: message,
  }: {
    op: string;
    success?: boolean | undefined;
    ret_msg?: string | undefined;
  }): void => {
    if (op !== "subscribe") return;
    if (success !== true) wire.restart("refused", message ?? "subscription");
    isGranted = true;
  };
  return {
    silenceLimitsMs: readers.silenceLimitsMs(),
    opened: () => {
      wire.send({ op: "subscribe", args: readers.channels() });
      wire.after(PING_EVERY_MS, ping);
      wire.after(ANSWER_WITHIN_MS, () => {
        if (!isGranted) wire.restart("refused", `subscription not answered within ${ANSWER_WITHIN_MS} ms`);
      });
    },
    read: (frame) => {
      const parsed = serverFrameSchema.safeParse(frame);
      if (!parsed.success) wire.fault("malformed", parsed.error.issues[0]?.message ?? "frame");
      else if ("op" in parsed.data) answered(parsed.data);
      // Type and time stand beside the data: readers take the message whole.
      else if (!readers.read(parsed.data.topic, parsed.data)) wire.fault("unknown-frame", parsed.data.topic);
    },
    tick: () => {
      for (const asset of assets) asset.tick();
    },
    ended: () => {
      for (const asset of assets) asset.ended();
    },
  };
}
