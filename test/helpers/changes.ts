/** Changes of a read model that a test tells itself. */
import type { ChangeListener, ViewChange } from "../../oracle/domain/view-change.ts";

/** Who watches, and how to tell them. */
export interface Changes {
  /** Tells all who watch. */
  tell(change: ViewChange): void;
  watch(listener: ChangeListener): () => void;
}

/** Creates changes that nobody watches yet. */
export function createChanges(): Changes {
  const listeners = new Set<ChangeListener>();
  return {
    tell: (change) => {
      for (const listener of listeners) listener(change);
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
