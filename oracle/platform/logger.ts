/** Structured logs on stderr, with secrets removed: stdout belongs to results. */
import { type DestinationStream, destination, type Logger, pino } from "pino";
import { maskUrl } from "./mask-url.ts";

/** Levels from the least to the most talkative; `silent` writes nothing. */
export const LOG_LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

const STDERR = 2;
const SECRET_KEYS = ["privateKey", "mnemonic", "password"] as const;
const URL_KEYS = ["DATABASE_URL", "REDIS_URL", "databaseUrl", "redisUrl"] as const;
/** Pino matches paths, not keys: these are the depths at which our log objects nest. */
const DEPTHS = ["", "*.", "*.*."] as const;

function atEveryDepth(keys: readonly string[]): string[] {
  return keys.flatMap((key) => DEPTHS.map((prefix) => `${prefix}${key}`));
}

function censor(value: unknown, path: readonly string[]): string {
  const key = path.at(-1) ?? "";
  const isUrl = URL_KEYS.some((name) => name === key) && typeof value === "string";
  return isUrl ? maskUrl(value) : "[redacted]";
}

/** How a logger is made. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** Where lines go; standard error unless a test wants to read them. */
  readonly destination?: DestinationStream;
}

/**
 * Creates the process's logger: one JSON object a line on stderr.
 *
 * Values of keys named `privateKey`, `mnemonic` and `password`, up to two levels deep, become `[redacted]`; connection
 * URLs keep everything but their password.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      name: "plimsoll",
      level: options.level,
      redact: { paths: atEveryDepth([...SECRET_KEYS, ...URL_KEYS]), censor },
    },
    // Synchronous, so that the line that explains an exit is out before the exit.
    options.destination ?? destination({ dest: STDERR, sync: true }),
  );
}
