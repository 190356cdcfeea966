/** The one way in which a route of the API is declared: server, OpenAPI document and client all read the same object. */
import { z } from "zod";

/** What every route says of itself, whatever it asks and answers. */
export interface AnyRoute {
  /** Path with `{name}` for each parameter, e.g. `/v1/positions/{id}`. */
  readonly path: `/${string}`;
  /** Name of the operation in the OpenAPI document, camelCase, unique. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Group of the routes that belong together. */
  readonly room: string;
  /** A probe of the operator's tools: takes any query, and is never limited. */
  readonly isProbe: boolean;
  /** Media type of answers: JSON, or a stream of events whose data are described by `answer`. */
  readonly mediaType: "application/json" | "text/event-stream";
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly answer: z.ZodType;
  /** Statuses that an answer may have, the usual one first. */
  readonly statuses: readonly number[];
  /** HTTP status of each error code that the route may refuse with, beside those of {@link errorsOf}. */
  readonly errors: Readonly<Record<string, number>>;
}

/** A route with the types of its parts. */
export interface Route<
  Params extends z.ZodRawShape = z.ZodRawShape,
  Query extends z.ZodRawShape = z.ZodRawShape,
  Answer extends z.ZodType = z.ZodType,
> extends AnyRoute {
  readonly params: z.ZodObject<Params, z.core.$strict>;
  readonly query: z.ZodObject<Query, z.core.$strict> | z.ZodObject<Query, z.core.$strip>;
  readonly answer: Answer;
  /** Which of the statuses this answer has. */
  statusOf(answer: z.output<Answer>): number;
}

/** What is written down for a route; what is left out is none, or the usual. */
export interface RouteDeclaration<Params extends z.ZodRawShape, Query extends z.ZodRawShape, Answer extends z.ZodType> {
  readonly path: `/${string}`;
  readonly name: string;
  readonly summary: string;
  readonly room: string;
  readonly isProbe?: boolean;
  readonly mediaType?: AnyRoute["mediaType"];
  readonly params: Params;
  /** Parameters of the query; any other is refused. */
  readonly query: Query;
  readonly answer: Answer;
  readonly errors?: Readonly<Record<string, number>>;
  /** Statuses of answers where 200 is not the only one. */
  readonly statuses?: readonly number[];
  statusOf?(answer: z.output<Answer>): number;
}

const OK = 200;
const BAD_REQUEST = 400;
const TOO_MANY = 429;
const FAILED = 500;

/** Declares a route. Nothing is served by it: a handler is bound to it in `routes/`. */
export function declareRoute<Params extends z.ZodRawShape, Query extends z.ZodRawShape, Answer extends z.ZodType>(
  declared: RouteDeclaration<Params, Query, Answer>,
): Route<Params, Query, Answer> {
  const { isProbe = false, mediaType = "application/json", statuses = [OK], errors = {} } = declared;
  return {
    ...declared,
    ...{ isProbe, mediaType, statuses, errors },
    params: z.strictObject(declared.params),
    query: isProbe ? z.object(declared.query) : z.strictObject(declared.query),
    statusOf: (answer) => declared.statusOf?.(answer) ?? OK,
  };
}

/** Every error code that a route may answer with, and its status. A probe refuses nothing. */
export function errorsOf(route: AnyRoute): Readonly<Record<string, number>> {
  if (route.isProbe) return {};
  const isAsked = Object.keys({ ...route.params.shape, ...route.query.shape }).length > 0;
  const common = { API_QUERY_UNKNOWN: BAD_REQUEST, API_RATE_LIMITED: TOO_MANY, API_INTERNAL: FAILED };
  return { ...(isAsked ? { API_BAD_REQUEST: BAD_REQUEST } : {}), ...common, ...route.errors };
}
