/** Tells people when forced selling becomes likely, once a change. */
import type { Logger } from "pino";
import type { CascadeState } from "../../domain/cascade.ts";
import { isCascadeAlarm } from "./cascade-states.ts";

/** Creates a watcher that warns when the alarm of an asset begins, and says when it has ended, and when a hazard is no longer known. */
export function createCascadeLog(logger: Pick<Logger, "warn" | "info">): (states: readonly CascadeState[]) => void {
  const alarmed = new Set<string>();
  let known: readonly string[] = [];
  return (states) => {
    const told = states.filter(({ isAssumed }) => !isAssumed);
    const stated = told.map(({ asset }) => asset);
    for (const asset of known.filter((before) => !stated.includes(before))) {
      alarmed.delete(asset);
      logger.warn({ asset }, "no longer known how likely a cascade of liquidations is");
    }
    known = stated;
    for (const state of told) {
      const { asset, probability6h, probability24h } = state;
      const [isAlarm, wasAlarm] = [isCascadeAlarm([state]), alarmed.has(asset)];
      if (isAlarm && !wasAlarm) {
        alarmed.add(asset);
        logger.warn(
          { asset, probability6h, probability24h },
          "a cascade of liquidations is likely: consider TIGHTEN_ONLY",
        );
      } else if (!isAlarm && wasAlarm) {
        alarmed.delete(asset);
        logger.info({ asset, probability6h, probability24h }, "a cascade of liquidations is no longer likely");
      }
    }
  };
}
