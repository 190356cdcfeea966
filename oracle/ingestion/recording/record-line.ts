/** Lines of a recording: JSON behind a checksum that also covers the line before. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { marketEventSchema } from "./event-schema.ts";

/** First line of a segment: format, its number, and the checksum that the segment before ended with. */
const headerSchema = z.object({
  type: z.literal("header"),
  format: z.literal("plimsoll-recording"),
  version: z.literal(1),
  segment: z.number().int().positive(),
  previous: z.string(),
});

/** What a recording holds, one a line. `history` was asked for at the start of a session, `live` was heard. */
const recordSchema = z.discriminatedUnion("type", [
  headerSchema,
  z.object({
    type: z.literal("session"),
    /** When the session began to listen, seconds. */
    startSec: z.number(),
    assets: z.array(z.string()).readonly(),
    barSpanSec: z.number().positive(),
  }),
  z.object({ type: z.literal("history"), event: marketEventSchema }),
  z.object({ type: z.literal("live"), event: marketEventSchema }),
]);

/** One line's contents. */
export type RecordBody = z.infer<typeof recordSchema>;

/** Hexadecimal digits of a checksum: the first half of SHA-256 is more than chance ever meets. */
const CHECKSUM_DIGITS = 32;
/** Checksum before the first line of a recording. */
export const NO_CHECKSUM = "0".repeat(CHECKSUM_DIGITS);

/** A line without its break, and its checksum. */
export function writeLine(body: RecordBody, previous: string): { readonly line: string; readonly checksum: string } {
  const text = JSON.stringify(body, withoutOddNumbers);
  const checksum = checksumOf(text, previous);
  return { line: `${checksum} ${text}`, checksum };
}

/**
 * Reads a line.
 *
 * @returns `null` when it is not what was written behind `previous`.
 */
export function readLine(
  line: string,
  previous: string,
): { readonly body: RecordBody; readonly checksum: string } | null {
  const checksum = line.slice(0, CHECKSUM_DIGITS);
  const text = line.slice(CHECKSUM_DIGITS + 1);
  if (checksumOf(text, previous) !== checksum) return null;
  const parsed = recordSchema.safeParse(JSON.parse(text, withOddNumbers));
  return parsed.success ? { body: parsed.data, checksum } : null;
}

/** Numbers that JSON cannot say, as text. */
const ODD_NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

function withoutOddNumbers(_key: string, value: unknown): unknown {
  if (Object.is(value, -0)) return "-0";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function withOddNumbers(_key: string, value: unknown): unknown {
  return ODD_NUMBERS.get(value) ?? value;
}

function checksumOf(text: string, previous: string): string {
  return createHash("sha256").update(`${previous}\n${text}`).digest("hex").slice(0, CHECKSUM_DIGITS);
}
