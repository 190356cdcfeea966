/** Tells people of liquidations and large amounts in lending markets, each once, and of what is missing when it changes. */
import type { Logger } from "pino";
import type { LendingEvent, LendingReading } from "../../domain/lending.ts";

/** Creates a watcher; what the markets had told before its first look is told too. */
export function createLendingLog(logger: Pick<Logger, "info" | "warn">): (reading: LendingReading) => void {
  let told: ReadonlySet<LendingEvent> = new Set();
  let missing = "";
  return ({ events, rejected }) => {
    for (const event of events.filter((one) => !told.has(one))) {
      const { kind, sourceId, account, asset, token, amountUsd, sourceTimeSec } = event;
      logger.info({ sourceId, account, asset, token, amountUsd, sourceTimeSec }, `lending market: ${kind}`);
    }
    told = new Set(events);
    const now = rejected.map(({ sourceId, reason }) => `${sourceId} ${reason}`).join(", ");
    if (now !== missing && now !== "") logger.warn({ rejected }, "lending markets are not read in full");
    missing = now;
  };
}
