/** Refuses to learn from too little. */
import { PlimsollError } from "../../domain/errors.ts";
import type { CrashCase } from "./crash-cases.ts";

const LEAST_MOMENTS = 100;

/**
 * Checks that there are moments, crashes and assets without.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS` with the number found.
 */
export function requireCases(cases: readonly CrashCase[]): void {
  const crashes = cases.reduce((sum, { labels }) => sum + labels.reduce((total, label) => total + label, 0), 0);
  if (cases.length >= LEAST_MOMENTS && crashes > 0) return;
  throw new PlimsollError({
    code: "TRAINING_TOO_FEW_ROWS",
    problem: `The panel has ${cases.length} moments with ${crashes} crashes; at least ${LEAST_MOMENTS} moments and one crash are needed.`,
    remedy: "Give a longer panel: the first 30 days serve as history.",
    context: { moments: cases.length, crashes, limit: LEAST_MOMENTS },
  });
}
