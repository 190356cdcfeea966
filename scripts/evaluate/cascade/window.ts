/** Where the judged window of a source begins. */

/** A span of one source and what is known of it. */
export interface SourceSpan {
  readonly firstSec: number;
  readonly lastSec: number;
  /** Last time of the rows that models were chosen with. */
  readonly developedToSec: number;
}

/** Newer data shorter than this are no window. */
const LEAST_NEW_SEC = 7 * 86_400;
const LAST_PART = 0.8;

/** `--from` where given; otherwise what came after development, or without such data the last fifth of the span. */
export function windowStart({ firstSec, lastSec, developedToSec }: SourceSpan, fromSec: number | null): number {
  if (fromSec !== null) return fromSec;
  if (lastSec > developedToSec + LEAST_NEW_SEC) return developedToSec;
  return firstSec + LAST_PART * (lastSec - firstSec);
}
