/** Sends the messages of each channel to its reader, after its schema and its clock have been checked. */
import type { z } from "zod";
import type { TimeFault, VenueWire } from "./venue-session.ts";

/** How one channel is read. */
export interface ChannelReader<Message> {
  readonly schema: z.ZodType<Message>;
  /** Venue time of a message, milliseconds; `null` where it has none of its own, such as an empty list. */
  readonly timeOf: (message: Message) => number | null;
  readonly read: (message: Message) => void;
  /** Told instead of `read` when the time is too far from ours; without it the message is counted and dropped. */
  readonly distrust?: (fault: TimeFault, message: Message) => void;
  /** Longest silence, milliseconds; `null` where nothing may happen for long. */
  readonly quietLimitMs: number | null;
}

/** Readers of the channels of one connection. */
export interface ChannelReaders {
  /** Adds a channel. */
  on<Message>(channel: string, reader: ChannelReader<Message>): void;
  /** Whether the channel is known; its message has been read or counted then. */
  read(channel: string, data: unknown): boolean;
  channels(): readonly string[];
  silenceLimitsMs(): ReadonlyMap<string, number>;
}

/** Creates readers without any channel. */
export function createChannelReaders(wire: VenueWire): ChannelReaders {
  const readers = new Map<string, (data: unknown) => void>();
  const limits = new Map<string, number>();
  return {
    on: (channel, reader) => {
      readers.set(channel, (data) => readMessage({ wire, channel, reader, data }));
      if (reader.quietLimitMs !== null) limits.set(channel, reader.quietLimitMs);
    },
    read: (channel, data) => {
      const reader = readers.get(channel);
      reader?.(data);
      return reader !== undefined;
    },
    channels: () => [...readers.keys()],
    silenceLimitsMs: () => limits,
  };
}

interface Reading<Message> {
  readonly wire: VenueWire;
  readonly channel: string;
  readonly reader: ChannelReader<Message>;
  readonly data: unknown;
}

function readMessage<Message>({ wire, channel, reader, data }: Reading<Message>): void {
  const parsed = reader.schema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    wire.fault("malformed", `${channel} ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
    return;
  }
  const timeMs = reader.timeOf(parsed.data);
  const fault = timeMs === null ? null : wire.heard(channel, timeMs);
  if (fault === null) reader.read(parsed.data);
  else if (reader.distrust === undefined) wire.fault(fault, `${channel} of ${timeMs} ms`);
  else reader.distrust(fault, parsed.data);
}
