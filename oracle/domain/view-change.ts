/** What happened to the read model: told to those who follow it, so that nobody has to ask again and again. */
import type { BreakerRow } from "./delivery.ts";
import type { ProposalState } from "./governance.ts";
import type { ModelEvent } from "./model-event.ts";
import type { ComponentState, ReportRow } from "./view.ts";

/** One change. What is large is only named: whoever follows asks for it then. */
export type ViewChange =
  | { readonly kind: "positions"; readonly marketTimeSec: number; readonly positions: number }
  | { readonly kind: "report"; readonly report: ReportRow }
  | { readonly kind: "component"; readonly component: ComponentState }
  | { readonly kind: "delivery"; readonly mode: BreakerRow["mode"]; readonly waitingReports: number }
  | { readonly kind: "model"; readonly event: ModelEvent }
  | { readonly kind: "proposal"; readonly id: string; readonly state: ProposalState; readonly description: string };

/** Told of every change. */
export type ChangeListener = (change: ViewChange) => void;
