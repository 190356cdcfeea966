/** Clock and timers that move only when a test says so. */
import type { Clock } from "../../oracle/platform/clock.ts";
import type { Timers } from "../../oracle/platform/timers.ts";

/** One clock with the timers that follow it. */
export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Moves on by so many milliseconds, making every call that falls due at its own time, in order. */
  advance(ms: number): void;
  /** Calls that wait. */
  pending(): number;
}

/** Creates a clock that stands at `startMs`. */
export function createManualTime(startMs: number): ManualTime {
  let nowMs = startMs;
  let lastId = 0;
  const waiting = new Map<number, { readonly dueMs: number; readonly call: () => void }>();
  const nextDue = (untilMs: number): number | null => {
    let found: number | null = null;
    for (const [id, { dueMs }] of waiting) {
      const isEarlier = found === null || dueMs < (waiting.get(found)?.dueMs ?? 0);
      if (dueMs <= untilMs && isEarlier) found = id;
    }
    return found;
  };
  return {
    clock: { nowMs: () => nowMs, nowSec: () => nowMs / 1_000 },
    timers: {
      after: (delayMs, call) => {
        lastId += 1;
        const id = lastId;
        waiting.set(id, { dueMs: nowMs + delayMs, call });
        return () => void waiting.delete(id);
      },
    },
    advance: (ms) => {
      const untilMs = nowMs + ms;
      for (let id = nextDue(untilMs); id !== null; id = nextDue(untilMs)) {
        const due = waiting.get(id);
        waiting.delete(id);
        nowMs = Math.max(nowMs, due?.dueMs ?? nowMs);
        due?.call();
      }
      nowMs = untilMs;
    },
    pending: () => waiting.size,
  };
}
