/** Tells the log of drift: an alarm once, and when an asset is trusted again. */
import type { Logger } from "pino";
import type { DriftState } from "../../domain/drift.ts";

/** Creates a log that has heard of no alarm. */
export function createDriftLog(logger: Pick<Logger, "warn" | "info">): (states: readonly DriftState[]) => void {
  const doubted = new Set<string>();
  return (states) => {
    for (const { asset, isDoubted, alarm, recentLoss, widening } of states) {
      if (isDoubted === doubted.has(asset)) continue;
      if (isDoubted) {
        doubted.add(asset);
        logger.warn(
          { asset, alarm, recentLoss, widening },
          "the model has drifted: the asset is scored conservatively",
        );
      } else {
        doubted.delete(asset);
        logger.info({ asset, recentLoss, widening }, "no alarm of drift for 72 hours: the asset is trusted again");
      }
    }
  };
}
