/** The one form of every refusal and failure, whoever raises it. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { hasCode, PlimsollError } from "../domain/errors.ts";

const JSON_TYPE = "application/json; charset=utf-8";
const BAD_REQUEST = 400;
const NOT_FOUND = 404;
const TOO_MANY = 429;
const INTERNAL = 500;

/** Sends a refusal; a `retryAfterSec` of its context becomes the header. */
export async function refuse(reply: FastifyReply, status: number, error: PlimsollError): Promise<FastifyReply> {
  const { code, problem, remedy, context } = error;
  if (typeof context.retryAfterSec === "number") reply.header("retry-after", context.retryAfterSec);
  return await reply.status(status).type(JSON_TYPE).send(JSON.stringify({ code, problem, remedy }));
}

/** What no route has answered: a request that Fastify itself refuses, a failure, an unknown path. */
export function registerErrorShape(app: FastifyInstance, onFailure: (error: unknown, url: string) => void): void {
  app.setErrorHandler(async (error: unknown, request, reply) => {
    const isCallers = error instanceof Error && "statusCode" in error && Number(error.statusCode) === BAD_REQUEST;
    if (isCallers) return await refuse(reply, BAD_REQUEST, unreadable(error));
    if (hasCode(error, "API_RATE_LIMITED")) return await refuse(reply, TOO_MANY, error);
    onFailure(error, request.url);
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
