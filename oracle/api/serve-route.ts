/** Binds a handler to a declared route: the question is parsed, the answer is checked, errors become statuses. */
import { z } from "zod";
import { PlimsollError } from "../domain/errors.ts";
import type { AnyRoute, Route } from "./contract/declare-route.ts";

/** A value as a handler may return it: nothing is written to it, so that it may be shared with the read model. */
export type Shown<Value> = Value extends readonly (infer Element)[]
  ? readonly Shown<Element>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Shown<Value[Key]> }
    : Value;

/** A parsed question. */
export interface Question<Params extends z.ZodRawShape, Query extends z.ZodRawShape> {
  readonly params: z.output<z.ZodObject<Params, z.core.$strict>>;
  readonly query: z.output<z.ZodObject<Query, z.core.$strict>>;
}

/** A question as it came over the wire. */
export interface RawQuestion {
  readonly params: unknown;
  readonly query: unknown;
}

/** An answer, ready to be sent. */
export interface SentAnswer {
  readonly status: number;
  /** JSON. */
  readonly text: string;
}

/** A route that answers. */
export interface ServedRoute {
  readonly route: AnyRoute;
  /**
   * Answers one question.
   *
   * @throws PlimsollError `API_BAD_REQUEST`, `API_QUERY_UNKNOWN`, `API_ANSWER_INVALID` and those that the route declares.
   */
  answer(raw: RawQuestion): Promise<SentAnswer>;
}

/** Binds a handler, which returns the answer or throws a PlimsollError with a code that the route declares. */
export function serveRoute<Params extends z.ZodRawShape, Query extends z.ZodRawShape, Answer extends z.ZodType>(
  route: Route<Params, Query, Answer>,
  handle: (question: Question<Params, Query>) => Shown<z.input<Answer>> | Promise<Shown<z.input<Answer>>>,
): ServedRoute {
  return {
    route,
    answer: async (raw) => {
      const answer = route.answer.safeParse(await handle(readQuestion(route, raw)));
      if (!answer.success) throw answerInvalid(route, answer.error);
      return { status: route.statusOf(answer.data), text: JSON.stringify(answer.data) };
    },
  };
}

/**
 * Reads a question.
 *
 * @throws PlimsollError `API_BAD_REQUEST`, `API_QUERY_UNKNOWN`.
 */
export function readQuestion<Params extends z.ZodRawShape, Query extends z.ZodRawShape>(
  route: Pick<Route<Params, Query>, "params" | "query">,
  raw: RawQuestion,
): Question<Params, Query> {
  return { params: read(route.params, raw.params), query: read(route.query, raw.query) };
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const unknownKeys = issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : []));
  throw unknownKeys.length > 0 ? queryUnknown(schema, unknownKeys) : badRequest(parsed.error);
}

function queryUnknown(schema: z.ZodType, keys: readonly string[]): PlimsollError<"API_QUERY_UNKNOWN"> {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return new PlimsollError({
    code: "API_QUERY_UNKNOWN",
    problem: `This route takes no parameter ${keys.join(", ")}.`,
    remedy: known.length === 0 ? "Ask without parameters." : `It takes: ${known.join(", ")}.`,
  });
}

function badRequest(error: z.ZodError): PlimsollError<"API_BAD_REQUEST"> {
  const said = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return new PlimsollError({
    code: "API_BAD_REQUEST",
    problem: `A parameter is wrong: ${said.join("; ")}.`,
    remedy: "See /v1/openapi.json for the parameters.",
  });
}

function answerInvalid(route: AnyRoute, cause: z.ZodError): PlimsollError<"API_ANSWER_INVALID"> {
  return new PlimsollError({
    code: "API_ANSWER_INVALID",
    problem: `The answer of ${route.path} does not have its documented form: ${z.prettifyError(cause)}.`,
    remedy: "Report this: the node holds a value that it must not show.",
    cause,
  });
}
