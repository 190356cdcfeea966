/** Says when to ask the node again: at once, soon, so that changes that come in handfuls are answered together, or late. */

/** One who waits for the next reason to ask. */
export interface Reminder {
  /** Something has changed. */
  note(): void;
  /** Somebody waits for an answer. */
  hurry(): void;
  /** Resolves with the next reason, also with one of before the call; without any after `lateMs`. */
  next(lateMs: number): Promise<void>;
}

/** Creates one. @param gatherMs how long a change waits for others, milliseconds. */
export function createReminder(gatherMs: number): Reminder {
  let reason: "none" | "change" | "hurry" = "none";
  let pass: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passAfter = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => pass?.(), ms);
  };
  return {
    note: () => {
      if (reason !== "none") return;
      reason = "change";
      if (pass !== null) passAfter(gatherMs);
    },
    hurry: () => {
      reason = "hurry";
      pass?.();
    },
    next: async (lateMs) => {
      if (reason !== "hurry") {
        await new Promise<void>((resolve) => {
          pass = resolve;
          passAfter(reason === "change" ? gatherMs : lateMs);
        });
      }
      clearTimeout(timer);
      pass = null;
      reason = "none";
    },
  };
}
