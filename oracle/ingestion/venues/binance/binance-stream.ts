/** One combined stream of Binance: subscribes by call, waits for the grant, and hands each event to its reader. */
import type { ChannelReaders } from "../channel-readers.ts";
import type { VenueSession, VenueWire } from "../venue-session.ts";
import { streamFrameSchema } from "./binance-frames.ts";

/** What one stream consists of. */
export interface BinanceStreamParts {
  readonly wire: VenueWire;
  readonly readers: ChannelReaders;
  /** Called once the subscription is granted. */
  readonly granted: () => void;
  readonly tick: () => void;
  readonly ended: () => void;
}

const ANSWER_WITHIN_MS = 10_000;
const SUBSCRIBE_ID = 1;

/** Creates the session of one connection. */
export function createBinanceStream({ wire, readers, granted, tick, ended }: BinanceStreamParts): VenueSession {
  let isGranted = false;
  const answered = (frame: { readonly result?: unknown; readonly error?: unknown }): void => {
    // As documented, the result of a subscription that is granted is null.
    if (frame.error !== undefined || frame.result !== null) {
      wire.restart("refused", JSON.stringify(frame.error ?? frame.result));
    } else if (!isGranted) {
      isGranted = true;
      granted();
    }
  };
  return {
    silenceLimitsMs: readers.silenceLimitsMs(),
    opened: () => {
      wire.send({ method: "SUBSCRIBE", params: readers.channels(), id: SUBSCRIBE_ID });
      wire.after(ANSWER_WITHIN_MS, () => {
        if (!isGranted) wire.restart("refused", `subscription not answered within ${ANSWER_WITHIN_MS} ms`);
      });
    },
    read: (frame) => {
      const parsed = streamFrameSchema.safeParse(frame);
      if (!parsed.success) wire.fault("malformed", parsed.error.issues[0]?.message ?? "frame");
      else if ("id" in parsed.data) answered(parsed.data);
      else if (!readers.read(parsed.data.stream, parsed.data.data)) wire.fault("unknown-frame", parsed.data.stream);
    },
    tick,
    ended,
  };
}
