/** Tells listeners what changed in the read model, and nothing that only was written again. */
import type { DeliveryRow } from "../../domain/delivery.ts";
import type { GovernanceReport } from "../../domain/governance.ts";
import type { ModelEvent } from "../../domain/model-event.ts";
import type { ChangeListener, ViewChange } from "../../domain/view-change.ts";
import type { LiveState } from "./live-state.ts";

/** A read model that nobody can follow yet. */
export type SilentState = Omit<LiveState, "watch">;

/** The same read model, whose changes are told to all who watch it. */
export function announceChanges(state: SilentState): LiveState {
  const { tell, watch } = createTeller();
  return {
    ...state,
    watch,
    setPositions: (positions, marketTimeSec) => {
      state.setPositions(positions, marketTimeSec);
      tell({ kind: "positions", marketTimeSec, positions: state.positions().length });
    },
    addReport: (report) => {
      state.addReport(report);
      tell({ kind: "report", report });
    },
    setComponent: (component) => {
      state.setComponent(component);
      tell({ kind: "component", component });
    },
    setDelivery: (row) => {
      state.setDelivery(row);
      tell(deliveryChange(row));
    },
    setGovernance: (report) => {
      state.setGovernance(report);
      for (const change of proposalChanges(report)) tell(change);
    },
    setModelEvents: (events) => {
      state.setModelEvents(events);
      for (const change of modelChanges(events)) tell(change);
    },
  };
}

/** Things whose last change is remembered: a node that runs for months reports without end. */
const REMEMBERED = 1_000;

/** Turns what is written into changes: the same of the same thing is not told again. */
function createTeller(): { readonly tell: ChangeListener; readonly watch: (listener: ChangeListener) => () => void } {
  const listeners = new Set<ChangeListener>();
  const told = new Map<string, string>();
  return {
    tell: (change) => {
      const [key, text] = [keyOf(change), JSON.stringify(change)];
      if (told.get(key) === text) return;
      // Written anew, so that the map's order is that of the last change.
      told.delete(key);
      told.set(key, text);
      const [oldest] = told.keys();
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
      for (const listener of listeners) listener(change);
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function deliveryChange({ breaker, heldReports }: DeliveryRow): ViewChange {
  const waitingReports = heldReports.filter(({ state }) => state === "waiting").length;
  return { kind: "delivery", mode: breaker.mode, waitingReports };
}

/** One change a proposal, the oldest first. */
function proposalChanges({ proposals }: GovernanceReport): readonly ViewChange[] {
  return proposals.toReversed().map(({ id, state, description }) => ({ kind: "proposal", id, state, description }));
}

/** One change a decision, the oldest first. */
function modelChanges(events: readonly ModelEvent[]): readonly ViewChange[] {
  return events.toReversed().map((event) => ({ kind: "model", event }));
}

/** What a change is about: of each thing the last one told is remembered. */
function keyOf(change: ViewChange): string {
  switch (change.kind) {
    case "report":
      return `report ${change.report.digest}`;
    case "component":
      return `component ${change.component.name}`;
    case "model":
      return `model ${change.event.id}`;
    case "proposal":
      return `proposal ${change.id}`;
    default:
      return change.kind;
  }
}
