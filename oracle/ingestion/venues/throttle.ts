/** Lets things be told at most so often. */
import type { VenueWire } from "./venue-session.ts";

/** Creates a throttle that says whether the last time that it said yes to a name is at least `everyMs` ago. */
export function createThrottle(wire: Pick<VenueWire, "nowMs">): (name: string, everyMs: number) => boolean {
  const toldMs = new Map<string, number>();
  return (name, everyMs) => {
    const nowMs = wire.nowMs();
    if (nowMs - (toldMs.get(name) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    toldMs.set(name, nowMs);
    return true;
  };
}
