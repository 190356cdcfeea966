/** Asks the API: every answer is checked against the API's own schemas before anything is shown. */
import type { z } from "zod";
import { ErrorSchema } from "../../api/contract/error-schema.ts";

/** An answer, or the node's refusal in its own words. */
export type Attempt<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly code: string; readonly problem: string };

/** Asks the node. */
export interface Ask {
  /** @throws Error that says in words what is wrong. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>>;
  /** As {@link Ask.get}; `null` where the node knows nothing of it (404). */
  find<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | null>;
  /** As {@link Ask.get}; a refusal is an answer too. */
  attempt<Schema extends z.ZodType>(path: string, schema: Schema): Promise<Attempt<z.infer<Schema>>>;
  /** Plain text. @throws Error in words. */
  text(path: string): Promise<string>;
}

const TIMEOUT_MS = 5_000;
const NOT_FOUND = 404;
const FAILED = 500;

/** Creates an asker. @param base URL of the API without a slash at the end; empty for the host of the page. */
export function createAsk(base: string): Ask {
  return {
    get: async (path, schema) => {
      const response = await request(base, path);
      if (!response.ok) throw new Error(`the node answered ${response.status} to ${path}`);
      return await read(response, path, schema);
    },
    find: async (path, schema) => {
      const response = await request(base, path);
      if (response.status === NOT_FOUND) return null;
      if (!response.ok) throw new Error(`the node answered ${response.status} to ${path}`);
      return await read(response, path, schema);
    },
    attempt: async (path, schema) => {
      const response = await request(base, path);
      if (response.ok) return { ok: true, answer: await read(response, path, schema) };
      const { code, problem } = await read(response, path, ErrorSchema);
      if (response.status >= FAILED && code === "API_INTERNAL")
        throw new Error(`the node answered ${response.status} to ${path}`);
      return { ok: false, code, problem };
    },
    text: async (path) => {
      const response = await request(base, path);
      if (!response.ok) throw new Error(`the node answered ${response.status} to ${path}`);
      return await response.text();
    },
  };
}

/** The API that `?api=URL` names, for a page that is served as static files; the page's own host without. */
export function apiBase(search: string): string {
  const named = new URLSearchParams(search).get("api") ?? "";
  return /^https?:\/\//.test(named) ? named.replace(/\/+$/, "") : "";
}

async function request(base: string, path: string): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  // `no-cache` still asks every time, and lets an unchanged answer stay where it is.
  return await fetch(`${base}${path}`, { signal, cache: "no-cache" }).catch((cause: unknown) => {
    const problem = signal.aborted ? `no answer within ${TIMEOUT_MS / 1_000} s` : "the node does not answer";
    throw new Error(problem, { cause });
  });
}

async function read<Schema extends z.ZodType>(
  response: Response,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const body: unknown = await response.json().catch((cause: unknown) => {
    throw new Error(`the node's answer to ${path} broke off`, { cause });
  });
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(`the node's answer to ${path} has an unknown form`, { cause: parsed.error });
  return parsed.data;
}
