/** The node's configuration: every key, its default, its limits, and one readable error for each wrong value. */
import { z } from "zod";
import { PlimsollError } from "../domain/errors.ts";
import { LOG_LEVELS } from "./logger.ts";
import { maskUrl } from "./mask-url.ts";

/** Highest TCP port. */
const MAX_PORT = 65_535;
/** Fewest operators that tolerate one faulty one: n ≥ 3f + 1. */
const MIN_OPERATORS = 4;
/** Largest mesh (design/architecture.md §4). */
const MAX_OPERATORS = 31;
const SECONDS_PER_DAY = 86_400;
const MAX_ROUNDS = 100_000;
/** Two epochs of 32 slots: Ethereum's usual time to finality. Chains that finalise faster only wait longer than need be. */
const DEFAULT_FINALITY_BLOCKS = 64;
/** About two weeks of Ethereum: a greater depth is a mistyped one. */
const MAX_FINALITY_BLOCKS = 100_000;

/** A round's deadline is 20 s: a budget beyond three quarters of it would leave peers waiting. */
const MIN_LENDING_BUDGET_MS = 50;
const MAX_LENDING_BUDGET_MS = 15_000;
const DEFAULT_LENDING_BUDGET_MS = 3_000;

const serverUrl = (protocols: RegExp) => z.url({ protocol: protocols }).nullable().default(null);
const integer = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

const isoTime = () => z.union([z.iso.date(), z.iso.datetime()]);

const nodeConfigSchema = z.strictObject({
  /** Folder of state: database, signing guards, lock. Relative to the working folder. */
  dataDir: z.string().min(1).default(".plimsoll"),
  /** PostgreSQL server; `null` is the embedded database. */
  databaseUrl: serverUrl(/^postgres(ql)?$/),
  /** Redis server for the queues; `null` keeps them in the database. */
  redisUrl: serverUrl(/^rediss?$/),
  /** Root folders of market data files; empty replays the simulator. */
  data: z.array(z.string().min(1)).default([]),
  /** Name of a recorded scenario, and the span to replay (ISO 8601 date or time, UTC); `null` the source's own. */
  scenario: z.string().min(1).nullable().default(null),
  from: isoTime().nullable().default(null),
  to: isoTime().nullable().default(null),
  /** Hear the venues themselves instead of replaying a market. */
  live: z.boolean().default(false),
  /** File of signals that a live node asks for beside its own; `null` none. */
  signals: z.string().min(1).nullable().default(null),
  /** JSON-RPC of a running development chain; `null` starts one in the process. */
  rpcUrl: serverUrl(/^https?$/),
  /** Address and port of the web page and API. Port 0 takes a free one. */
  host: z.string().min(1).default("127.0.0.1"),
  port: integer(0, MAX_PORT).default(8_787),
  /** Seed of the simulator and of the operators' noise. */
  seed: integer(0, Number.MAX_SAFE_INTEGER).default(7),
  /** Rounds to run; `null` as many as the scenario has. */
  rounds: integer(1, MAX_ROUNDS).nullable().default(null),
  /** Market time between rounds, seconds; `null` the scenario's own. */
  step: integer(1, SECONDS_PER_DAY).nullable().default(null),
  /** Blocks that must follow a report's block before its transaction is no longer watched. */
  finalityBlocks: integer(1, MAX_FINALITY_BLOCKS).default(DEFAULT_FINALITY_BLOCKS),
  /** Folder of trained models; `null` the ones of this program. */
  modelsDir: z.string().min(1).nullable().default(null),
  /** Data that a retraining reads which an alarm of the drift watch starts; empty: alarms start none. */
  retrainData: z.array(z.string().min(1)).default([]),
  /** File of lending markets to read, by chain; `null` reads none. */
  lending: z.string().min(1).nullable().default(null),
  /** Milliseconds that a round waits for the lending markets; what has not answered by then is missing from its book. */
  lendingBudgetMs: integer(MIN_LENDING_BUDGET_MS, MAX_LENDING_BUDGET_MS).default(DEFAULT_LENDING_BUDGET_MS),
  operators: integer(MIN_OPERATORS, MAX_OPERATORS).default(MIN_OPERATORS),
  /** Let the local DAO walk one change of bounds through. */
  demoGovernance: z.boolean().default(false),
  /** With `serve`: make the ninety simulated days that replays of bounds are made of. */
  history: z.boolean().default(true),
  /** Keep running and serve the page and API. */
  serve: z.boolean().default(false),
  /** Print one JSON object as the last line on stdout, and nothing else there. */
  json: z.boolean().default(false),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});

/** Validated configuration of a node. Field meanings and limits: see the schema's keys in this file. */
export type NodeConfig = Readonly<z.infer<typeof nodeConfigSchema>>;

/** Codes that {@link loadConfig} throws. */
export type ConfigErrorCode = "CONFIG_UNKNOWN_KEY" | "CONFIG_INVALID_VALUE";

const ENVIRONMENT_KEYS = {
  DATABASE_URL: "databaseUrl",
  REDIS_URL: "redisUrl",
  PLIMSOLL_DATA_DIR: "dataDir",
  PLIMSOLL_LOG_LEVEL: "logLevel",
} as const;

/** Values that environment variables give; empty ones count as not set. `PLIMSOLL_DATA` becomes the only data root. */
export function configFromEnvironment(environment: Readonly<Record<string, string | undefined>>): object {
  const entries = Object.entries(ENVIRONMENT_KEYS)
    .map(([variable, key]) => [key, environment[variable]] as const)
    .filter(([, value]) => value !== undefined && value !== "");
  const dataRoot = environment.PLIMSOLL_DATA;
  return { ...(dataRoot ? { data: [dataRoot] } : {}), ...Object.fromEntries(entries) };
}

/**
 * Validates a configuration object, usually `{ ...configFromEnvironment(process.env), ...flags }`. Keys whose value is
 * `undefined` count as absent.
 *
 * @throws PlimsollError `CONFIG_UNKNOWN_KEY` naming the key and all allowed ones; `CONFIG_INVALID_VALUE` naming key,
 * value (passwords masked) and what is allowed.
 */
export function loadConfig(input: unknown): NodeConfig {
  const parsed = nodeConfigSchema.safeParse(withoutUndefined(input));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") throw unknownKey(issue.keys[0] ?? "", parsed.error);
  const path = issue?.path ?? [];
  throw invalidValue({ path, allowed: issue?.message ?? "", value: valueAt(input, path), cause: parsed.error });
}

function withoutUndefined(input: unknown): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function unknownKey(key: string, cause: unknown): PlimsollError<ConfigErrorCode> {
  const allowed = Object.keys(nodeConfigSchema.shape).join(", ");
  return new PlimsollError({
    code: "CONFIG_UNKNOWN_KEY",
    problem: `"${key}" is not a configuration key.`,
    remedy: `Use one of: ${allowed}.`,
    context: { key, allowed },
    cause,
  });
}

interface InvalidValue {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
  readonly allowed: string;
  readonly cause: unknown;
}

function invalidValue({ path, value, allowed, cause }: InvalidValue): PlimsollError<ConfigErrorCode> {
  const key = path.length === 0 ? "configuration" : path.map(String).join(".");
  const shown = /url$/i.test(key) ? maskUrl(String(value)) : printable(value);
  return new PlimsollError({
    code: "CONFIG_INVALID_VALUE",
    problem: `"${key}" is ${shown}: ${allowed}.`,
    remedy: "Correct the flag, environment variable or file that sets it, or leave it out to take the default.",
    context: { key, value: shown, allowed },
    cause,
  });
}

function printable(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const isContainer = typeof value === "object" && value !== null;
    return isContainer ? Reflect.get(value, key) : undefined;
  }, input);
}
