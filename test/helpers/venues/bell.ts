/** Lets a test wait until something has happened elsewhere, without asking again and again. */

/** Rung at every change. */
export interface Bell {
  ring(): void;
  /** Resolves as soon as the condition holds; looks after every ring. */
  until(condition: () => boolean): Promise<void>;
}

/** Creates a bell. */
export function createBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring: () => {
      for (const look of [...waiting]) look();
    },
    until: async (condition) => {
      if (condition()) return;
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },
  };
}
