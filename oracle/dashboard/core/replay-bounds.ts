/** Replays what operators asked for in the past under other bounds, by the chain's own rules, mirrored to the bit. */
import type { RiskClass } from "../../domain/risk-class.ts";
import { clampToState } from "../../rules/clamp-entry.ts";
import { maintenanceOfState } from "../../rules/risk-reading.ts";
import { applyToState, initialState } from "../../rules/risk-rules.ts";
import type { RiskState } from "../../rules/risk-word.ts";

/** One past point of a position. */
export interface AskedPoint {
  readonly atSec: number;
  /** ρ that was in force, basis points. */
  readonly rhoBps: number;
  readonly health: number | null;
  /** What was asked for; `null` where nobody asked. */
  readonly scoredRhoBps: number | null;
  readonly scoredPiBps: number | null;
  readonly score: number;
}

/** One position under some bounds. */
export interface ReplayedPosition {
  /** ρ in force at each point, basis points. */
  readonly rhoBps: readonly number[];
  /** Health at the price of then with that ρ; `null` where it was unknown. */
  readonly health: readonly (number | null)[];
  /** Points at which what was asked for was not what the bounds allowed. */
  readonly clamped: number;
  readonly tightened: number;
  readonly loosened: number;
}

/**
 * Replays one position from the class default on.
 *
 * Left out, and so to be read as an approximation: grace and ramp of a tightening that would fall between two points, caps on a
 * whole report, and that writers would have reacted to other bounds.
 *
 * @param points ascending in time.
 */
export function replayBounds(points: readonly AskedPoint[], classId: number, riskClass: RiskClass): ReplayedPosition {
  let state = initialState(classId, riskClass);
  const rhoBps: number[] = [];
  const counts = { clamped: 0, tightened: 0, loosened: 0 };
  for (const point of points) {
    const step = stepTo(state, point, riskClass);
    state = step.state;
    counts.clamped += step.isClamped ? 1 : 0;
    counts.tightened += step.outcome === "APPLIED_TIGHTENED" ? 1 : 0;
    counts.loosened += step.outcome === "APPLIED_LOOSENED" ? 1 : 0;
    rhoBps.push(maintenanceOfState(state, { riskClass, nowSec: point.atSec }).rhoBps);
  }
  return { rhoBps, health: points.map((point, index) => healthAt(point, rhoBps[index] ?? 0)), ...counts };
}

function stepTo(state: RiskState, { atSec, scoredRhoBps, scoredPiBps, score }: AskedPoint, riskClass: RiskClass) {
  if (scoredRhoBps === null || scoredPiBps === null) return { state, outcome: null, isClamped: false };
  const context = { riskClass, observedAtSec: atSec, appliedAtSec: atSec };
  const asked = { epoch: state.epoch, rhoBps: scoredRhoBps, piBps: scoredPiBps, score };
  const clamped = clampToState(state, asked, context);
  if (!clamped.ok) return { state, outcome: null, isClamped: true };
  const isClamped = clamped.value.rhoBps !== scoredRhoBps || clamped.value.piBps !== scoredPiBps;
  return { ...applyToState(state, clamped.value, context), isClamped };
}

/** Health is equity over ρ(L − I): another ρ at the same price divides the same equity. */
function healthAt({ health, rhoBps }: AskedPoint, otherRhoBps: number): number | null {
  if (health === null || otherRhoBps <= 0) return null;
  return (health * rhoBps) / otherRhoBps;
}
