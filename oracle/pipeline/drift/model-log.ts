/** The log of decisions about models as a run shows it, with the alarms of the drift watch added as they come. */
import type { Kysely } from "kysely";
import type { DriftState } from "../../domain/drift.ts";
import type { ModelEvent } from "../../domain/model-event.ts";
import { appendModelEvent, readModelEvents } from "../../platform/database/model-rows.ts";
import type { SharedTables } from "../../platform/database/schema.ts";

/** Where the log is kept and shown. */
export interface ModelLogOptions {
  readonly db: Kysely<SharedTables>;
  /** Told of the newest entries, the newest first. */
  readonly show: (events: readonly ModelEvent[]) => void;
  /** Told of an alarm before it enters the log; again after a crash between the two. */
  readonly onAlarm?: ((state: DriftState) => Promise<void>) | undefined;
}

/** Model that the drift watch judges. */
export const WATCHED_MODEL = "quantile-net";
const SHOWN = 50;

/**
 * Shows the log and returns what is told of the watch after each round: an alarm enters the log once, also over a restart, since
 * it is known by asset and time.
 */
export async function openModelLog({
  db,
  show,
  onAlarm,
}: ModelLogOptions): Promise<(states: readonly DriftState[]) => Promise<void>> {
  let shown = await readModelEvents(db, SHOWN);
  const logged = new Set(shown.filter(({ event }) => event === "alarm").map(({ detail }) => keyOf(detail)));
  show(shown);
  return async (states) => {
    const fresh = states.filter((state) => state.isDoubted && !logged.has(keyOf(detailOf(state))));
    for (const state of fresh) {
      const detail = detailOf(state);
      await onAlarm?.(state);
      logged.add(keyOf(detail));
      const event = { recordedAtSec: state.atSec, model: WATCHED_MODEL, event: "alarm" as const, detail };
      await appendModelEvent(db, { ...event, champion: null, challenger: null });
    }
    if (fresh.length === 0) return;
    shown = await readModelEvents(db, SHOWN);
    show(shown);
  };
}

function detailOf({ asset, alarm, recentLoss, widening }: DriftState) {
  return { alarm: `${asset} ${alarm?.detector} ${alarm?.atSec}`, recentLoss, widening };
}

/** JSON of another version may hold anything. */
function keyOf(detail: unknown): string {
  const alarm = typeof detail === "object" && detail !== null && "alarm" in detail ? detail.alarm : "";
  return String(alarm);
}
