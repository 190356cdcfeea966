/** Serves a declared route over HTTP: the answer with its ETag, or 304 to a reader who has it already. */
import { createHash } from "node:crypto";
import type { FastifyContextConfig, FastifyInstance, FastifyReply } from "fastify";
import { PlimsollError } from "../domain/errors.ts";
import { type AnyRoute, errorsOf } from "./contract/declare-route.ts";
import { refuse } from "./error-shape.ts";
import type { SentAnswer, ServedRoute } from "./serve-route.ts";

const JSON_TYPE = "application/json; charset=utf-8";
const OK = 200;
const NOT_MODIFIED = 304;

/** Registers a route. Fastify writes `:id` where the declaration, like OpenAPI, writes `{id}`. */
export function registerRoute(app: FastifyInstance, { route, answer }: ServedRoute): void {
  app.get(route.path.replaceAll(/\{(\w+)\}/g, ":$1"), { config: limitOf(route) }, async (request, reply) => {
    await answerInFull(reply, route, async () => {
      const sent = await answer({ params: request.params, query: request.query });
      await send(reply, sent, request.headers["if-none-match"]);
    });
    return reply;
  });
}

/** Runs a handler; errors that the route declares are sent as refusals, others are the node's own failure. */
export async function answerInFull(reply: FastifyReply, route: AnyRoute, handle: () => Promise<void>): Promise<void> {
  try {
    await handle();
  } catch (error) {
    const status = error instanceof PlimsollError ? errorsOf(route)[error.code] : undefined;
    if (!(error instanceof PlimsollError) || status === undefined) throw error;
    await refuse(reply, status, error);
  }
}

/** Probes are never limited: a monitor that is refused would take the node for dead. */
function limitOf({ isProbe }: AnyRoute): FastifyContextConfig {
  return isProbe ? { rateLimit: false } : {};
}

async function send(reply: FastifyReply, { status, text }: SentAnswer, held: string | undefined) {
  if (status !== OK) return await reply.status(status).type(JSON_TYPE).send(text);
  const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
  reply.headers({ etag, "cache-control": "no-cache" });
  if (isHeld(held, etag)) return await reply.status(NOT_MODIFIED).send();
  return await reply.status(status).type(JSON_TYPE).send(text);
}

/** RFC 9110 §13.1.2: a list of tags, weak ones compare like strong ones; `*` is whatever there is. */
function isHeld(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}
