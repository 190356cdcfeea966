/** Typed client of the API, for browsers and Node: asks a declared route, checks the answer against the same declaration. */
import { z } from "zod";
import { PlimsollError } from "../../domain/errors.ts";
import type { Route } from "../contract/declare-route.ts";
import { ErrorSchema } from "../contract/error-schema.ts";

type Asked<Shape extends z.ZodRawShape> = z.input<z.ZodObject<Shape, z.core.$strict>>;

/** Parameters of a question; what may be left out may be left out. */
export type ClientQuestion<Params extends z.ZodRawShape, Query extends z.ZodRawShape> = (keyof Params extends never
  ? { readonly params?: Asked<Params> }
  : { readonly params: Asked<Params> }) &
  // biome-ignore lint/complexity/noBannedTypes: {} asks whether nothing is required.
  ({} extends Asked<Query> ? { readonly query?: Asked<Query> } : { readonly query: Asked<Query> });

/** Asks one node. */
export interface ApiClient {
  /** URL of the node, without a slash at the end. */
  readonly baseUrl: string;
  /**
   * Asks a route of `ROUTES`, e.g. `ask(ROUTES.position, { params: { id: "7" } })`. An answer that is still the one asked for
   * before is not sent again.
   *
   * @throws PlimsollError the refusal's own code, with its status in the context; `CLIENT_QUESTION_INVALID` before anything is
   * sent; `CLIENT_UNREACHABLE`, `CLIENT_TIMEOUT`, `CLIENT_ANSWER_UNKNOWN`.
   */
  ask<Params extends z.ZodRawShape, Query extends z.ZodRawShape, Answer extends z.ZodType>(
    route: Route<Params, Query, Answer>,
    ...question: object extends ClientQuestion<Params, Query>
      ? [question?: ClientQuestion<Params, Query>]
      : [question: ClientQuestion<Params, Query>]
  ): Promise<z.output<Answer>>;
}

/** Where and how to ask. */
export interface ClientOptions {
  /** URL of the node; empty in a page that the node itself serves. */
  readonly baseUrl: string;
  /** The platform's own by default. */
  readonly fetch?: typeof fetch;
  /** 5 seconds by default. */
  readonly timeoutMs?: number;
}

interface Kept {
  readonly etag: string;
  readonly body: unknown;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const NOT_MODIFIED = 304;
/** Answers kept to be confirmed by their tag; the oldest goes first. */
const GREATEST_KEPT = 64;

/** Creates a client. */
export function createClient(options: ClientOptions): ApiClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const kept = new Map<string, Kept>();
  return {
    baseUrl,
    ask: async (route, ...[question]) => {
      const path = pathOf(route, question ?? {});
      const held = kept.get(path);
      const response = await request(`${baseUrl}${path}`, held, options);
      if (response.status === NOT_MODIFIED && held !== undefined) return read(route, held.body);
      const body = await bodyOf(response, path);
      if (!route.statuses.includes(response.status)) throw refused(response.status, body, path);
      keep(kept, path, { etag: response.headers.get("etag") ?? "", body });
      return read(route, body);
    },
  };
}

/** Path and query of a question. @throws PlimsollError `CLIENT_QUESTION_INVALID`. */
function pathOf(route: Route, { params = {}, query = {} }: { readonly params?: unknown; readonly query?: unknown }) {
  const parsed = z.object({ params: route.params, query: route.query }).safeParse({ params, query });
  if (!parsed.success) {
    throw new PlimsollError({
      code: "CLIENT_QUESTION_INVALID",
      problem: `The question for ${route.path} is wrong: ${z.prettifyError(parsed.error)}.`,
      remedy: "See the route's parameters.",
      cause: parsed.error,
    });
  }
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(params, name)));
  const names = Object.keys(route.query.shape).filter((name) => textOf(query, name) !== "");
  const search = new URLSearchParams(names.map((name) => [name, textOf(query, name)] as [string, string])).toString();
  return search === "" ? path : `${path}?${search}`;
}

function textOf(fields: unknown, name: string): string {
  const value = z.record(z.string(), z.unknown()).parse(fields)[name];
  return value === undefined || value === null ? "" : String(value);
}

async function request(url: string, held: Kept | undefined, options: ClientOptions): Promise<Response> {
  const { fetch: send = fetch, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const headers: Record<string, string> = held === undefined ? {} : { "if-none-match": held.etag };
  // The client keeps tags itself: the platform's cache would only answer 304 for it.
  return await send(url, { signal, headers, cache: "no-store" }).catch((cause: unknown) => {
    throw signal.aborted ? timedOut(url, timeoutMs, cause) : unreachable(url, cause);
  });
}

async function bodyOf(response: Response, path: string): Promise<unknown> {
  return await response.json().catch((cause: unknown) => {
    throw answerUnknown(path, "it is not JSON", cause);
  });
}

function read<Params extends z.ZodRawShape, Query extends z.ZodRawShape, Answer extends z.ZodType>(
  route: Route<Params, Query, Answer>,
  body: unknown,
): z.output<Answer> {
  const parsed = route.answer.safeParse(body);
  if (parsed.success) return parsed.data;
  throw answerUnknown(route.path, z.prettifyError(parsed.error), parsed.error);
}

function keep(kept: Map<string, Kept>, path: string, answer: Kept): void {
  if (answer.etag === "") return;
  kept.delete(path);
  kept.set(path, answer);
  const [oldest] = kept.keys();
  if (kept.size > GREATEST_KEPT && oldest !== undefined) kept.delete(oldest);
}

function refused(status: number, body: unknown, path: string): PlimsollError {
  const parsed = ErrorSchema.safeParse(body);
  if (!parsed.success) return answerUnknown(path, `status ${status} with an unknown body`, parsed.error);
  return new PlimsollError({ ...parsed.data, context: { status, path } });
}

function answerUnknown(path: string, what: string, cause: unknown): PlimsollError<"CLIENT_ANSWER_UNKNOWN"> {
  return new PlimsollError({
    code: "CLIENT_ANSWER_UNKNOWN",
    problem: `The answer to ${path} has an unknown form: ${what}.`,
    remedy: "Use the client of the node's version.",
    context: { path },
    cause,
  });
}

function timedOut(url: string, timeoutMs: number, cause: unknown): PlimsollError<"CLIENT_TIMEOUT"> {
  return new PlimsollError({
    code: "CLIENT_TIMEOUT",
    problem: `There was no answer from ${url} within ${timeoutMs} ms.`,
    remedy: "Ask again later, or give a longer timeoutMs.",
    cause,
  });
}

function unreachable(url: string, cause: unknown): PlimsollError<"CLIENT_UNREACHABLE"> {
  return new PlimsollError({
    code: "CLIENT_UNREACHABLE",
    problem: `The node does not answer at ${url}.`,
    remedy: "Check that the node runs with --serve and that the address is right.",
    cause,
  });
}
