/** Keeps the past of every position in memory, the more of it the fewer positions there are. */
import { positionKey } from "../../../domain/positions.ts";
import type { PositionTrail, TrailPoint } from "../../../domain/trail.ts";
import type { LivePosition } from "../live-state.ts";

/** What is kept of the past. */
export interface PositionTrails {
  /** Adds one point to every open position. */
  note(positions: readonly LivePosition[], atSec: number): void;
  position(source: string, id: string): PositionTrail | null;
  classPositions(classId: number): readonly PositionTrail[];
}

/** About 50 MB at 120 bytes a point. */
const GREATEST_POINTS = 400_000;
/** Ninety days of hours. */
const GREATEST_A_POSITION = 2_160;
const FEWEST_A_POSITION = 24;

interface Kept extends Omit<PositionTrail, "points"> {
  readonly points: TrailPoint[];
}

/** Creates an empty past. */
export function createPositionTrails(): PositionTrails {
  const trails = new Map<string, Kept>();
  return {
    note: (positions, atSec) => {
      for (const live of positions) keep(trails, live, atSec);
      forgetEnded(trails, atSec);
      const fair = Math.floor(GREATEST_POINTS / Math.max(1, trails.size));
      const greatest = Math.min(GREATEST_A_POSITION, Math.max(FEWEST_A_POSITION, fair));
      for (const { points } of trails.values()) points.splice(0, Math.max(0, points.length - greatest));
    },
    position: (source, id) => trails.get(`${source.toLowerCase()}:${id}`) ?? null,
    classPositions: (classId) => [...trails.values()].filter((trail) => trail.classId === classId),
  };
}

/** Ids are never used twice: of more trails than have room, those of ended positions go, the longest ended first. */
function forgetEnded(trails: Map<string, Kept>, atSec: number): void {
  for (const [key, { points }] of trails) {
    const isOpen = points.at(-1)?.atSec === atSec;
    if (isOpen || trails.size * FEWEST_A_POSITION <= GREATEST_POINTS) return;
    trails.delete(key);
  }
}

function keep(trails: Map<string, Kept>, live: LivePosition, atSec: number): void {
  const { position, params, health, score } = live;
  const key = positionKey(position);
  const points = trails.get(key)?.points ?? [];
  // A position that moved to another class goes on there with its past; written anew, so that the map's order is that of the last point.
  trails.delete(key);
  trails.set(key, { source: position.source, id: position.id.toString(), classId: position.classId, points });
  if (points.at(-1)?.atSec === atSec) points.pop();
  points.push({
    atSec,
    rhoBps: params.rhoBps,
    rhoTargetBps: params.rhoTargetBps,
    piBps: params.piBps,
    score: params.score,
    health,
    scoredRhoBps: score?.rhoBps ?? null,
    scoredPiBps: score?.piBps ?? null,
  });
}
