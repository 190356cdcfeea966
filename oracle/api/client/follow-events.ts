/** Follows a node's events, and goes on where it stopped when the connection breaks. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { z } from "zod";
import { PlimsollError } from "../../domain/errors.ts";
import { EventSchema, eventsRoute } from "../contract/events.ts";

/** One event. */
export interface FollowedEvent {
  /** Place to go on from; that of the event before for one without its own (`gap`, `closed`). */
  readonly id: string | undefined;
  readonly data: z.output<typeof EventSchema>;
}

/** What is followed, and how. */
export interface FollowOptions {
  /** URL of the node; empty in a page that the node itself serves. */
  readonly baseUrl: string;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Id to go on from; without it from now on. */
  readonly after?: string;
  /** The platform's own by default. */
  readonly fetch?: typeof fetch;
  /** Wait before connecting again, milliseconds; 2 000 by default. */
  readonly retryMs?: number;
  /** Told of every sign of life: the stream is open, or the node has sent its beat. */
  readonly onAlive?: () => void;
  /** Told why a connection ended or could not be made; the next try follows. */
  readonly onBreak?: (reason: unknown) => void;
}

const DEFAULT_RETRY_MS = 2_000;

/** Events until the signal is aborted. Connections are made again for ever: a node that is away comes back. */
export async function* followEvents(options: FollowOptions): AsyncGenerator<FollowedEvent, void, undefined> {
  const { signal, retryMs = DEFAULT_RETRY_MS } = options;
  let id = options.after;
  while (!signal.aborted) {
    try {
      for await (const event of connection(options, id)) {
        id = event.id;
        yield event;
      }
      options.onBreak?.(new Error("the node ended the stream"));
    } catch (error) {
      if (!signal.aborted) options.onBreak?.(error);
    }
    await pause(retryMs, signal);
  }
}

async function* connection(
  { baseUrl, signal, onAlive, fetch: send = fetch }: FollowOptions,
  after: string | undefined,
): AsyncGenerator<FollowedEvent, void, undefined> {
  const query = after === undefined ? "" : `?${new URLSearchParams({ after })}`;
  const response = await send(`${baseUrl.replace(/\/+$/, "")}${eventsRoute.path}${query}`, {
    signal,
    cache: "no-store",
    headers: { accept: eventsRoute.mediaType },
  });
  if (!response.ok || response.body === null) throw refused(response.status);
  onAlive?.();
  let id = after;
  const parser = new EventSourceParserStream({ onComment: () => onAlive?.() });
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(parser);
  for await (const event of events) {
    id = event.id ?? id;
    yield { id, data: EventSchema.parse(JSON.parse(event.data)) };
  }
}

function refused(status: number): PlimsollError<"CLIENT_STREAM_REFUSED"> {
  return new PlimsollError({
    code: "CLIENT_STREAM_REFUSED",
    problem: `The node refused the stream with status ${status}.`,
    remedy: "It is asked again by itself; close other streams of this address if it stays so.",
    context: { status },
  });
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      done();
    };
    const timer = setTimeout(finish, durationMs);
    signal.addEventListener("abort", finish);
  });
}
