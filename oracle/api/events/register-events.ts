/** Serves the feed as Server-Sent Events: resumes, beats, and lets go of readers who do not keep up. */
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { PlimsollError } from "../../domain/errors.ts";
import { EventSchema, eventsRoute } from "../contract/events.ts";
import { answerInFull } from "../register-route.ts";
import { readQuestion } from "../serve-route.ts";
import type { EventFeed, FeedEvent } from "./event-feed.ts";

/** How much readers may take. */
export interface EventLimits {
  /** Streams open at once. */
  readonly connections: number;
  /** Of these, from one address. */
  readonly perAddress: number;
  /** Bytes that may wait for one reader before he is let go. */
  readonly waitingBytes: number;
  /** Time between two beats, milliseconds. */
  readonly beatMs: number;
  /** How long a reader who was let go has to take the reason, milliseconds; then he is cut off. */
  readonly graceMs: number;
}

/** A stream costs a socket and its buffer; a browser opens six to one host. A beat passes before proxies give up (30 s and more). */
export const DEFAULT_EVENT_LIMITS: EventLimits = {
  connections: 256,
  perAddress: 16,
  waitingBytes: 1_048_576,
  beatMs: 15_000,
  graceMs: 1_000,
};

const OK = 200;
/** What a reader waits before he comes again, milliseconds. */
const RETRY_MS = 2_000;
const RETRY_AFTER_SEC = 5;
const BEAT = ": beat\n\n";

interface Stream {
  readonly response: ServerResponse;
  readonly address: string;
  /** Sends a last event and ends. */
  close(reason: "slow" | "shutdown"): void;
}

/** Registers `/v1/events`; open streams are ended with a reason before the server closes. */
export function registerEvents(app: FastifyInstance, feed: EventFeed, limits: EventLimits): void {
  const streams = new Set<Stream>();
  app.get(eventsRoute.path, { exposeHeadRoute: false }, async (request, reply) => {
    await answerInFull(reply, eventsRoute, async () => {
      const { after } = readQuestion(eventsRoute, { params: request.params, query: request.query }).query;
      requireRoom(streams, request.ip, limits);
      const headers = { ...reply.getHeaders(), "content-type": "text/event-stream", "cache-control": "no-store" };
      reply.hijack();
      reply.raw.writeHead(OK, z.record(z.string(), z.union([z.string(), z.number()])).parse(headers));
      const stream = openStream({ response: reply.raw, address: request.ip, streams, limits });
      follow(stream, { feed, limits, lastId: lastIdOf(request) ?? after });
    });
  });
  app.addHook("preClose", async () => {
    for (const stream of streams) stream.close("shutdown");
    feed.close();
  });
}

/** A header that is no id of ours is of another run; it may be anything. */
function lastIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers["last-event-id"];
  return typeof header === "string" && header !== "" ? header : undefined;
}

function requireRoom(streams: ReadonlySet<Stream>, address: string, limits: EventLimits): void {
  const ofAddress = [...streams].filter((stream) => stream.address === address).length;
  const isFull = streams.size >= limits.connections;
  if (!isFull && ofAddress < limits.perAddress) return;
  const said = isFull
    ? `${streams.size} streams are open; at most ${limits.connections} are`
    : `${ofAddress} streams of this address are open; at most ${limits.perAddress} are`;
  throw new PlimsollError({
    code: "EVENTS_FULL",
    problem: `${said}.`,
    remedy: `Close one, or come again in ${RETRY_AFTER_SEC} seconds.`,
    context: { retryAfterSec: RETRY_AFTER_SEC },
  });
}

interface Opening {
  readonly response: ServerResponse;
  readonly address: string;
  readonly streams: Set<Stream>;
  readonly limits: EventLimits;
}

function openStream({ response, address, streams, limits }: Opening): Stream {
  const beat = setInterval(() => void response.write(BEAT), limits.beatMs);
  const leave = (): void => {
    clearInterval(beat);
    streams.delete(stream);
  };
  const stream: Stream = {
    response,
    address,
    close: (reason) => {
      leave();
      response.end(textOf("closed", { kind: "closed", reason }));
      setTimeout(() => response.destroy(), limits.graceMs).unref();
    },
  };
  streams.add(stream);
  response.on("close", leave);
  return stream;
}

interface Following {
  readonly feed: EventFeed;
  readonly limits: EventLimits;
  readonly lastId: string | undefined;
}

function follow(stream: Stream, { feed, limits, lastId }: Following): void {
  const { response } = stream;
  const send = (event: FeedEvent): void => {
    response.write(textOf(event.change.kind, event.change, event.id));
    if (response.writableLength <= limits.waitingBytes) return;
    leave();
    stream.close("slow");
  };
  const { gap, events } = feed.missedSince(lastId);
  response.write(`retry: ${RETRY_MS}\n\n`);
  if (gap !== null) response.write(textOf("gap", { kind: "gap", reason: gap }));
  const leave = feed.follow(send);
  response.on("close", leave);
  for (const event of events) if (!response.writableEnded) send(event);
}

/** One event; JSON has no line breaks, so one data line holds it. */
function textOf(kind: string, data: unknown, id?: string): string {
  const head = id === undefined ? "" : `id: ${id}\n`;
  return `${head}event: ${kind}\ndata: ${JSON.stringify(EventSchema.parse(data))}\n\n`;
}
