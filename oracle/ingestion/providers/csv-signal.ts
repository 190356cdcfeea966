/** A number from a CSV file that somebody else keeps up: the last row counts. */
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Provider } from "./provider.ts";
import { type SignalHead, signalsOf } from "./signals-of.ts";

/** Which file; its header is `time,value`, times in seconds since the epoch. */
export interface CsvSignalOptions extends SignalHead {
  readonly path: string;
  readonly everySec: number;
}

const rowsSchema = z
  .array(z.object({ time: z.coerce.number().positive(), value: z.coerce.number().refine(Number.isFinite) }))
  .min(1);

/** Creates the provider; a file that cannot be read is `unreachable`, one without a sound last row `malformed`. */
export function createCsvSignal({ path, everySec, ...head }: CsvSignalOptions): Provider {
  return {
    id: head.id,
    everySec,
    ask: async (nowSec) => {
      const text = readText(path);
      if (text === null) return { ok: false, reason: "unreachable", detail: path };
      const last = lastRow(text);
      if (last === null) return { ok: false, reason: "malformed", detail: path };
      const made = { value: last.value, sourceTimeSec: last.time, receivedTimeSec: nowSec };
      return { ok: true, value: signalsOf(head, made) };
    },
  };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not there yet, or being replaced: asked again later.
    return null;
  }
}

function lastRow(text: string): { readonly time: number; readonly value: number } | null {
  try {
    const rows = rowsSchema.safeParse(parse(text, { columns: true, skip_empty_lines: true }));
    return rows.success ? (rows.data.at(-1) ?? null) : null;
  } catch {
    // Rows of different lengths: half written.
    return null;
  }
}
