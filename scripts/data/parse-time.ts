/** Times that a user gives on the command line. */
import { PlimsollError } from "../../oracle/domain/errors.ts";

const MS_PER_SECOND = 1_000;

/**
 * Seconds since 1970 of `--from`.
 *
 * @param text date or time of ISO 8601; without a zone a date is UTC.
 * @returns `null` when the option is not given.
 * @throws PlimsollError `EVALUATE_BAD_TIME` for a text that is no time.
 */
export function parseTime(text: string | undefined): number | null {
  if (text === undefined) return null;
  const timeMs = Date.parse(text);
  if (!Number.isNaN(timeMs)) return timeMs / MS_PER_SECOND;
  throw new PlimsollError({
    code: "EVALUATE_BAD_TIME",
    problem: `--from "${text}" is no time.`,
    remedy: "Give a date or time of ISO 8601, e.g. 2025-02-19 or 2025-02-19T00:00:00Z.",
    context: { text },
  });
}
