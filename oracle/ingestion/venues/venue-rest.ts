/** Reads a venue's REST interface: one attempt, checked against a schema; failures are values. */
import type { z } from "zod";
import type { Outcome } from "../../domain/errors.ts";
import type { Timers } from "../../platform/timers.ts";

/** Why an answer is not there. */
export type RestFailure = "rate-limited" | "server-error" | "malformed" | "unreachable";

/** A venue's REST interface. */
export interface VenueRest {
  /** Asks once; `path` with its query. */
  get<Value>(path: string, schema: z.ZodType<Value>): Promise<Outcome<Value, RestFailure>>;
}

/** Where and under which timers. */
export interface VenueRestOptions {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly timers: Timers;
}

const ANSWER_WITHIN_MS = 10_000;
/** Binance answers 418 to who goes on after 429. */
const RATE_LIMIT_STATUS: ReadonlySet<number> = new Set([418, 429]);

/** Creates the interface. */
export function createVenueRest({ baseUrl, timers }: VenueRestOptions): VenueRest {
  return {
    get: async (path, schema) => {
      const abort = new AbortController();
      const cancel = timers.after(ANSWER_WITHIN_MS, () => abort.abort());
      try {
        const response = await fetch(`${baseUrl}${path}`, { signal: abort.signal });
        return await readAnswer(response, schema);
      } catch (error) {
        // Whatever is not an answer: no route, no name, reset, out of time.
        return { ok: false, reason: "unreachable", detail: causeOf(error) };
      } finally {
        cancel();
      }
    },
  };
}

async function readAnswer<Value>(response: Response, schema: z.ZodType<Value>): Promise<Outcome<Value, RestFailure>> {
  const detail = `status ${response.status}`;
  if (RATE_LIMIT_STATUS.has(response.status)) return { ok: false, reason: "rate-limited", detail };
  if (!response.ok) return { ok: false, reason: "server-error", detail };
  const parsed = schema.safeParse(parseJson(await response.text()));
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, reason: "malformed", detail: parsed.error.issues[0]?.message ?? "schema" };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No schema takes `undefined`: the caller says malformed.
    return undefined;
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
