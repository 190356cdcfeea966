/** Tells the log when the breaker moves: once for every change, never for every round. */
import type { Logger } from "pino";
import type { BreakerReading } from "../../domain/breaker.ts";

/** Creates a log that takes NORMAL for granted at first; whoever starts under a tripped breaker is told at once. */
export function createBreakerLog(logger: Pick<Logger, "warn">): (breaker: BreakerReading) => void {
  let known = "NORMAL";
  return (breaker) => {
    const now = nameOf(breaker);
    if (now === known) return;
    known = now;
    if (breaker.ok) logger.warn({ ...breaker.value }, "the breaker has changed");
    else logger.warn({ detail: breaker.detail }, "the breaker cannot be read: nothing is signed");
  };
}

function nameOf(breaker: BreakerReading): string {
  if (!breaker.ok) return breaker.reason;
  const { mode, reason, sinceSec } = breaker.value;
  return mode === "NORMAL" ? mode : `${mode}:${reason}:${sinceSec}`;
}
