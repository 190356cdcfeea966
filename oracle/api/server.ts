/** The HTTP side of a node: REST with generated OpenAPI, health, metrics, and the web page. */
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import Fastify, { type FastifyInstance } from "fastify";
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { Registry } from "prom-client";
import { PlimsollError } from "../domain/errors.ts";
import type { SystemView } from "../domain/view.ts";
import { registerContagionRoutes } from "./contagion-routes.ts";
import { registerDeliveryRoutes } from "./delivery-routes.ts";
import { registerFundHedgeRoutes } from "./fund-hedge-routes.ts";
import { registerGreeksRoutes } from "./greeks-routes.ts";
import { registerHealthRoutes } from "./health-routes.ts";
import { type HedgeAdvisor, registerHedgeRoutes } from "./hedge-routes.ts";
import { registerModelRoutes } from "./model-routes.ts";
import { registerPositionRoutes } from "./position-routes.ts";
import { registerRiskRoutes } from "./risk-routes.ts";
import { registerSurfaceRoutes } from "./surface-routes.ts";

/** The page runs its own files only: even if a text were once read as HTML, nothing foreign would load or run. */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** A Fastify instance whose routes are typed by zod schemas. */
export type ApiServer = FastifyInstance<
  import("node:http").Server,
  import("node:http").IncomingMessage,
  import("node:http").ServerResponse,
  import("fastify").FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the API needs of the node. */
export interface ApiDependencies {
  readonly view: SystemView;
  readonly metrics: Registry;
  /** Folder with the built web page; `null` serves the API alone. */
  readonly pageDir: string | null;
  /** Answers `/v1/hedge`; without it there is no such route. */
  readonly advise?: HedgeAdvisor;
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

/** Builds the API without listening, so that tests can inject requests. */
export async function createApiServer(deps: ApiDependencies): Promise<ApiServer> {
  const app = Fastify({ logger: false }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(fastifySwagger, {
    openapi: { info: { title: "Plimsoll", description: "Risk parameters of option positions", version: "1" } },
    transform: jsonSchemaTransform,
  });
  registerErrorShape(app);
  await app.register(async (routes) => {
    const typed = routes.withTypeProvider<ZodTypeProvider>();
    registerPositionRoutes(typed, deps.view);
    registerDeliveryRoutes(typed, deps.view);
    registerRiskRoutes(typed, deps.view);
    registerGreeksRoutes(typed, deps.view);
    registerContagionRoutes(typed, deps.view);
    registerFundHedgeRoutes(typed, deps.view);
    registerSurfaceRoutes(typed, deps.view);
    registerModelRoutes(typed, deps.view);
    registerHealthRoutes(typed, deps);
    if (deps.advise !== undefined) registerHedgeRoutes(typed, deps.advise);
  });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  if (deps.pageDir !== null) await registerPage(app, deps.pageDir);
  return app;
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

function registerErrorShape(app: ApiServer): void {
  app.setErrorHandler(async (error: unknown, _request, reply) => {
    const status = error instanceof Error && "statusCode" in error && Number(error.statusCode) === 400 ? 400 : 500;
    return await reply.status(status).send({
      code: status === 400 ? "API_BAD_REQUEST" : "API_INTERNAL",
      message: error instanceof Error ? error.message : String(error),
      remedy: status === 400 ? "See /openapi.json for the parameters." : "See the node's log.",
    });
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply.status(404).send({
      code: "API_NOT_FOUND",
      message: `Nothing at ${request.url}.`,
      remedy: "See /openapi.json for the routes.",
    }),
  );
}
