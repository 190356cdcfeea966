/** Signals that the operator adds by a file: numbers from HTTP JSON interfaces and CSV files, and what contracts on chain say. */
import { z } from "zod";
import { PlimsollError } from "../../domain/errors.ts";
import type { Timers } from "../../platform/timers.ts";
import { createVenueRest } from "../venues/venue-rest.ts";
import { chainEntrySchemas, chainProviderOf } from "./chain-settings.ts";
import { createCsvSignal } from "./csv-signal.ts";
import { createJsonSignal } from "./json-signal.ts";
import type { Provider } from "./provider.ts";

const MIN_SEC = 10;
const MAX_SEC = 86_400;
const keys = z.array(z.string().min(1)).min(1);
const shared = {
  name: z.string().regex(/^[a-z0-9-]+$/, "small letters, digits and hyphens"),
  assets: z.array(z.string().min(1)).min(1),
  everySec: z.number().int().min(MIN_SEC).max(MAX_SEC),
};
const settingsSchema = z.array(
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("json"),
      ...shared,
      url: z.url({ protocol: /^https?$/ }),
      value: keys,
      time: keys.nullable().default(null),
    }),
    z.strictObject({ kind: z.literal("csv"), ...shared, path: z.string().min(1) }),
    ...chainEntrySchemas,
  ]),
);

/**
 * Reads the file's text into providers; the id of each is its kind and name.
 *
 * @throws PlimsollError `SIGNALS_FILE_INVALID`, naming the entry and field.
 */
export function readSignalSettings(text: string, timers: Timers): readonly Provider[] {
  return parseSettings(text).map((entry) => {
    if (entry.kind !== "json" && entry.kind !== "csv") return chainProviderOf(entry);
    const { kind, name, assets, everySec } = entry;
    const head = { id: `${kind}-${name}`, name, assets, everySec };
    if (entry.kind === "csv") return createCsvSignal({ ...head, path: entry.path });
    const { origin, pathname, search } = new URL(entry.url);
    const rest = createVenueRest({ baseUrl: origin, timers });
    return createJsonSignal({
      ...head,
      rest,
      path: () => `${pathname}${search}`,
      value: entry.value,
      time: entry.time,
    });
  });
}

function parseSettings(text: string): z.infer<typeof settingsSchema> {
  try {
    const parsed = settingsSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  } catch (error) {
    throw error instanceof PlimsollError ? error : invalid("it is not JSON");
  }
}

function invalid(problem: string): PlimsollError<"SIGNALS_FILE_INVALID"> {
  return new PlimsollError({
    code: "SIGNALS_FILE_INVALID",
    problem: `The file of --signals is wrong: ${problem}.`,
    remedy: "See docs/live-data.md for its form.",
    context: { problem },
  });
}
