/** The states of the system's parts, as `/readyz` shows them: what was seen last, and since when. */
import type { ComponentState } from "../../domain/view.ts";
import type { Clock } from "../../platform/clock.ts";

/** Parts of a local system. */
export const COMPONENTS = ["market", "chain", "database", "queues", "operators"] as const;
/** One of {@link COMPONENTS}. */
export type ComponentName = (typeof COMPONENTS)[number];

/** Takes notes of the parts' states. */
export interface ComponentBoard {
  /** Notes a state; `sinceSec` moves only when the state changes. */
  note(name: ComponentName, state: ComponentState["state"], reason?: string): void;
}

/** Creates a board on which every part is starting. */
export function createComponentBoard(show: (component: ComponentState) => void, clock: Clock): ComponentBoard {
  const known = new Map<ComponentName, ComponentState>();
  const note: ComponentBoard["note"] = (name, state, reason) => {
    const before = known.get(name);
    const sinceSec = before?.state === state ? before.sinceSec : Math.floor(clock.nowSec());
    const component = { name, state, reason: reason ?? null, sinceSec };
    known.set(name, component);
    show(component);
  };
  for (const name of COMPONENTS) note(name, "starting");
  return { note };
}
