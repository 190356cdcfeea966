/** The error of a window in which nothing can be judged. */
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { isoTime } from "../../../oracle/training/evaluate/evaluation.ts";

/** @param fromSec start that was asked for, seconds; `null` for the earliest. */
export function noScoreWindow(fromSec: number | null): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `From ${isoTime(fromSec) ?? "the start"} on no position has a forecast and a whole future.`,
    remedy: "Give an earlier --from, or more hourly bars: 91 days come before the first time.",
    context: { fromSec: fromSec ?? "none" },
  });
}
