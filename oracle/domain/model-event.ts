/** A decision about a model, or what led to one: the log that governance and operators read. */

/** What happened. `promoted` and `kept` are the two ends of a comparison. */
export type ModelEventKind = "alarm" | "requested" | "promoted" | "kept" | "cancelled" | "failed";

/** One entry of the log, which only ever grows. */
export interface ModelEvent {
  /** Ascending. */
  readonly id: string;
  readonly recordedAtSec: number;
  /** Model id, e.g. `quantile-net`. */
  readonly model: string;
  readonly event: ModelEventKind;
  /** SHA-256 of the model in use and of its challenger, where they are known. */
  readonly champion: string | null;
  readonly challenger: string | null;
  /** Figures and reasons; plain JSON. */
  readonly detail: unknown;
}
