/** The HTTP side of a node: REST with generated OpenAPI, health, metrics, and the web page. */
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { Registry } from "prom-client";
import { PlimsollError } from "../domain/errors.ts";
import type { SystemView } from "../domain/view.ts";
import { errorsOf } from "./contract/declare-route.ts";
import { openApiDocument } from "./openapi.ts";
import { serveHealth } from "./routes/health.ts";
import { type HedgeAdvisor, serveHedging } from "./routes/hedging.ts";
import { serveModels } from "./routes/models.ts";
import { servePositions } from "./routes/positions.ts";
import { serveReports } from "./routes/reports.ts";
import { serveRisk } from "./routes/risk.ts";
import type { ServedRoute } from "./serve-route.ts";

/** The page runs its own files only: even if a text were once read as HTML, nothing foreign would load or run. */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

const JSON_TYPE = "application/json; charset=utf-8";
const BAD_REQUEST = 400;
const NOT_FOUND = 404;
const INTERNAL = 500;

/** What the API needs of the node. */
export interface ApiDependencies {
  readonly view: SystemView;
  readonly metrics: Registry;
  /** Folder with the built web page; `null` serves the API alone. */
  readonly pageDir: string | null;
  /** Answers `/v1/hedge`; without it there is no such route. */
  readonly advise?: HedgeAdvisor;
  /** Told of failures that are the node's own; their details are for its log, not for callers. */
  readonly onFailure?: (error: unknown, url: string) => void;
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
  registerErrorShape(app, deps);
  for (const served of servedRoutes(deps)) registerRoute(app, served);
  app.get("/metrics", async (_request, reply) =>
    reply.type(deps.metrics.contentType).send(await deps.metrics.metrics()),
  );
  app.get("/v1/openapi.json", async () => openApiDocument());
  if (deps.pageDir !== null) await registerPage(app, deps.pageDir);
  return app;
}

/** Every route with its handler: one line a room. */
function servedRoutes({ view, advise }: ApiDependencies): readonly ServedRoute[] {
  return [
    ...servePositions(view),
    ...serveReports(view),
    ...serveRisk(view),
    ...serveModels(view),
    ...serveHedging(view, advise),
    ...serveHealth(view),
  ];
}

/** Fastify writes `:id` where the declaration, like OpenAPI, writes `{id}`. */
function registerRoute(app: ApiServer, { route, answer }: ServedRoute): void {
  app.get(route.path.replaceAll(/\{(\w+)\}/g, ":$1"), async (request, reply) => {
    try {
      const { status, text } = await answer({ params: request.params, query: request.query });
      return await reply.status(status).type(JSON_TYPE).send(text);
    } catch (error) {
      const status = error instanceof PlimsollError ? errorsOf(route)[error.code] : undefined;
      // What the route has not declared is the node's own failure.
      if (!(error instanceof PlimsollError) || status === undefined) throw error;
      return await refuse(reply, status, error);
    }
  });
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

async function refuse(reply: FastifyReply, status: number, error: PlimsollError): Promise<FastifyReply> {
  const { code, problem, remedy, context } = error;
  if (typeof context.retryAfterSec === "number") reply.header("retry-after", context.retryAfterSec);
  return await reply.status(status).type(JSON_TYPE).send(JSON.stringify({ code, problem, remedy }));
}

/** What no route has answered: a request that Fastify itself refuses, a failure, an unknown path. */
function registerErrorShape(app: ApiServer, { onFailure }: ApiDependencies): void {
  app.setErrorHandler(async (error: unknown, request, reply) => {
    const isCallers = error instanceof Error && "statusCode" in error && Number(error.statusCode) === BAD_REQUEST;
    if (isCallers) return await refuse(reply, BAD_REQUEST, unreadable(error));
    onFailure?.(error, request.url);
    return await refuse(reply, INTERNAL, internal(error));
  });
  app.setNotFoundHandler(async (request, reply) => await refuse(reply, NOT_FOUND, notFound(request.url)));
}

function unreadable(cause: Error): PlimsollError<"API_BAD_REQUEST"> {
  return new PlimsollError({
    code: "API_BAD_REQUEST",
    problem: `The request cannot be read: ${cause.message}.`,
    remedy: "See /v1/openapi.json for the parameters.",
    cause,
  });
}

function internal(cause: unknown): PlimsollError<"API_INTERNAL"> {
  return new PlimsollError({
    code: "API_INTERNAL",
    problem: "The node failed to answer.",
    remedy: "Ask its operator; the reason is in the node's log.",
    cause,
  });
}

function notFound(url: string): PlimsollError<"API_NOT_FOUND"> {
  return new PlimsollError({
    code: "API_NOT_FOUND",
    problem: `There is nothing at ${url}.`,
    remedy: "See /v1/openapi.json for the routes.",
  });
}
