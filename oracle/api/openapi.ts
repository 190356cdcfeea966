/** The OpenAPI 3.1 document, made from the declared routes alone. */
import { z } from "zod";
import { type AnyRoute, errorsOf } from "./contract/declare-route.ts";
import { ErrorSchema } from "./contract/error-schema.ts";
import { ROUTES } from "./contract/route-catalogue.ts";

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI document; its parts are plain JSON. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Json;
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: { readonly schemas: Json };
}

const OPENAPI_VERSION = "3.1.0";
const API_VERSION = "1";
const NOT_MODIFIED = ["304", { description: "The answer is still the one whose ETag came in If-None-Match." }];
const COMPONENTS = "#/components/schemas/";

/** Builds the document of all routes, in the order of their paths. */
export function openApiDocument(): OpenApiDocument {
  const schemas: Record<string, unknown> = {};
  const routes: readonly AnyRoute[] = Object.values(ROUTES);
  const inOrder = routes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const paths = Object.fromEntries(inOrder.map((route) => [route.path, { get: operationOf(route, schemas) }]));
  const named = Object.entries(schemas).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return {
    openapi: OPENAPI_VERSION,
    info: { title: "Plimsoll", description: "Risk parameters of option positions", version: API_VERSION },
    paths,
    components: { schemas: Object.fromEntries(named) },
  };
}

function operationOf(route: AnyRoute, schemas: Record<string, unknown>): Json {
  const content = { [route.mediaType]: { schema: jsonSchemaOf(route.answer, schemas) } };
  const answer = { description: route.summary, content };
  const answers = route.statuses.map((status) => [status, answer]);
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [route.room],
    parameters: [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")],
    responses: Object.fromEntries([
      ...answers,
      ...(hasTag(route) ? [NOT_MODIFIED] : []),
      ...refusalsOf(route, schemas),
    ]),
  };
}

/** Probes answer anew every time, and a stream never ends. */
function hasTag({ isProbe, mediaType }: AnyRoute): boolean {
  return !isProbe && mediaType === "application/json";
}

/** Statuses of refusals, each with the codes that it may carry. */
function refusalsOf(route: AnyRoute, schemas: Record<string, unknown>): readonly (readonly [number, Json])[] {
  const error = jsonSchemaOf(ErrorSchema, schemas);
  const byStatus = Map.groupBy(Object.entries(errorsOf(route)), ([, status]) => status);
  return [...byStatus].map(([status, rows]) => {
    const codes = rows.map(([code]) => code);
    const schema = { allOf: [error], properties: { code: { enum: codes } } };
    return [status, jsonAnswer(codes.join(", "), schema)];
  });
}

function jsonAnswer(description: string, schema: Json): Json {
  return { description, content: { "application/json": { schema } } };
}

/** JSON schema (draft 2020-12, that of OpenAPI 3.1); schemas with a name go to the components. */
function jsonSchemaOf(schema: z.ZodType, schemas: Record<string, unknown>): Json {
  const { $schema: _dialect, $defs, ...own } = relinked(z.toJSONSchema(schema, { io: "output" }));
  Object.assign(schemas, $defs);
  return own;
}

/** Names of definitions become links to the components, where they are kept once. */
function relinked(schema: Json): Json {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(schema).replaceAll("#/$defs/", COMPONENTS)));
}

function parametersOf(shape: z.ZodObject, place: "path" | "query"): readonly Json[] {
  const required = new Set(z.toJSONSchema(shape, { io: "input" }).required);
  return Object.entries(z.toJSONSchema(shape, { io: "input" }).properties ?? {}).map(([name, schema]) => {
    const { description, ...plain } = typeof schema === "boolean" ? {} : schema;
    const said = description === undefined ? {} : { description };
    return { name, in: place, required: required.has(name), ...said, schema: plain };
  });
}
