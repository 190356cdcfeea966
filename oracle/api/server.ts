/** The HTTP side of a node: REST with generated OpenAPI, health, metrics, and the web page. */
import { randomUUID } from "node:crypto";
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { PlimsollError } from "../domain/errors.ts";
import type { TrailView } from "../domain/trail.ts";
import type { SystemView } from "../domain/view.ts";
import { registerErrorShape } from "./error-shape.ts";
import { createEventFeed } from "./events/event-feed.ts";
import { DEFAULT_EVENT_LIMITS, type EventLimits, registerEvents } from "./events/register-events.ts";
import { registerOpenReads } from "./open-reads.ts";
import { openApiDocument } from "./openapi.ts";
import { registerRateLimit } from "./rate-limit.ts";
import { registerRoute } from "./register-route.ts";
import { serveArchive } from "./routes/archive.ts";
import { serveExplanations } from "./routes/explanations.ts";
import { serveFeeds } from "./routes/feeds.ts";
import { serveGovernance } from "./routes/governance.ts";
import { serveHealth } from "./routes/health.ts";
import { type HedgeAdvisor, serveHedging } from "./routes/hedging.ts";
import { serveHistory } from "./routes/history.ts";
import { serveModels } from "./routes/models.ts";
import { servePositions } from "./routes/positions.ts";
import { serveReports } from "./routes/reports.ts";
import { serveRequirements } from "./routes/requirements.ts";
import { serveRisk } from "./routes/risk.ts";
import { type CardReader, serveCards, serveStatus, serveTrail } from "./routes/trail.ts";
import type { ServedRoute } from "./serve-route.ts";

/** The page runs its own files only: even if a text were once read as HTML, nothing foreign would load or run. */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** The page asks five times a second at most, and only while something changes; four of them behind one address still leave room for programs. */
const DEFAULT_REQUESTS_PER_MINUTE = 1_200;
/** Enough to tell two runs of a node apart. */
const RUN_DIGITS = 8;

/** What the API needs of the node. */
export interface ApiDependencies {
  readonly view: SystemView;
  readonly metrics: Registry;
  /** Folder with the built web page; `null` serves the API alone. */
  readonly pageDir: string | null;
  /** Answers `/v1/hedge`; without it there is no such route. */
  readonly advise?: HedgeAdvisor;
  /** What the run leaves behind; without it there are no routes that look back. */
  readonly trail?: TrailView;
  /** Reads the cards of models; without it there is no such route. */
  readonly readCard?: CardReader;
  /** Told of failures that are the node's own; their details are for its log, not for callers. */
  readonly onFailure?: (error: unknown, url: string) => void;
  /** Events kept for readers who come back; 1 000 by default. */
  readonly keptEvents?: number;
  /** What differs from the usual limits of streams. */
  readonly eventLimits?: Partial<EventLimits>;
  /** Requests of one address in a minute before it is refused; 1 200 by default. */
  readonly requestsPerMinute?: number;
}

/** Where the API listens. */
export interface ApiAddress {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

/** A listening API. */
export interface RunningApi {
  readonly url: string;
  close(): Promise<void>;
}

/** A server without a port yet. */
export type ApiServer = FastifyInstance;

/** Builds the API without listening, so that tests can inject requests. */
export async function createApiServer(deps: ApiDependencies): Promise<ApiServer> {
  const app = Fastify({ logger: false });
  registerErrorShape(app, deps.onFailure ?? (() => undefined));
  registerOpenReads(app);
  await registerRateLimit(app, deps.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE);
  for (const served of servedRoutes(deps)) registerRoute(app, served);
  const feed = createEventFeed(deps.view, randomUUID().slice(0, RUN_DIGITS), deps.keptEvents);
  registerEvents(app, feed, { ...DEFAULT_EVENT_LIMITS, ...deps.eventLimits });
  app.get("/metrics", { config: { rateLimit: false } }, async (_request, reply) =>
    reply.type(deps.metrics.contentType).send(await deps.metrics.metrics()),
  );
  app.get("/v1/openapi.json", async () => openApiDocument());
  if (deps.pageDir !== null) await registerPage(app, deps.pageDir);
  return app;
}

/** Every route with its handler: one line a room. */
function servedRoutes({ view, advise, trail, readCard }: ApiDependencies): readonly ServedRoute[] {
  return [
    ...servePositions(view),
    ...serveExplanations(view),
    ...serveReports(view),
    ...serveRisk(view),
    ...serveRequirements(view),
    ...serveModels(view),
    ...serveFeeds(view),
    ...serveHedging(view, advise),
    ...serveArchive(view),
    ...serveGovernance(view),
    ...serveHistory(view, trail),
    ...serveHealth(view),
    ...serveStatus(view),
    ...serveTrail(trail),
    ...serveCards(view, readCard),
  ];
}

/**
 * Starts the API.
 *
 * @throws PlimsollError `API_PORT_BUSY` when another program listens there, `API_LISTEN_FAILED` otherwise.
 */
export async function startApi(deps: ApiDependencies, address: ApiAddress): Promise<RunningApi> {
  const app = await createApiServer(deps);
  try {
    const url = await app.listen(address);
    return { url, close: async () => await app.close() };
  } catch (cause) {
    await app.close();
    throw listenError(cause, address);
  }
}

async function registerPage(app: ApiServer, root: string): Promise<void> {
  await app.register(fastifyStatic, { root, setHeaders: (reply) => void reply.headers(PAGE_HEADERS) });
}

function listenError(cause: unknown, address: ApiAddress): PlimsollError {
  const isBusy = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
  return new PlimsollError({
    code: isBusy ? "API_PORT_BUSY" : "API_LISTEN_FAILED",
    problem: `The API cannot listen on ${address.host}:${address.port}${isBusy ? ": the port is in use" : ""}.`,
    remedy: "Choose another port with --port, or 0 for a free one.",
    context: { ...address },
    cause,
  });
}
