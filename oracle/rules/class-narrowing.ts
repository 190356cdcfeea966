/** What it means that new bounds of a class only narrow: mirror of `contracts/libraries/ClassNarrowing.sol`. */
import type { Lane, RiskClass } from "../domain/risk-class.ts";
import { BPS } from "../domain/units.ts";
import { ceilDiv } from "./risk-reading.ts";

type Field = Exclude<keyof RiskClass, "tighten" | "loosen" | "active">;

/** Fields that may only rise, only fall, or must stay, in the order of the Solidity library. */
const RISING: readonly Field[] = ["rhoFloorBps", "piFloorBps"];
const FALLING: readonly Field[] = ["rhoCeilingBps", "piCapBps", "piStepBps"];
const STAYING: readonly Field[] = [
  ...(["rhoDefaultBps", "piDefaultBps", "deltaBps", "validitySec", "windowSec"] as const),
  ...(["graceMinutes", "rampMinutes", "fallbackRampMinutes", "maxAboveOpenBps"] as const),
];
const DEARER: readonly Field[] = ["rhoInitialBps", "betaBps"];

/** Name of a field that does not narrow, `null` when all do: then `narrowRiskClass` takes the change. */
export function firstWidened(from: RiskClass, to: RiskClass): string | null {
  const widened =
    RISING.find((field) => to[field] < from[field]) ??
    FALLING.find((field) => to[field] > from[field]) ??
    widenedLane(from.tighten, to.tighten) ??
    widenedLane(from.loosen, to.loosen) ??
    STAYING.find((field) => to[field] !== from[field]) ??
    DEARER.find((field) => to[field] < from[field]);
  if (widened !== undefined) return widened;
  if (to.active && !from.active) return "active";
  return staticOpening(to) < staticOpening(from) ? "rhoCeilingBps" : null;
}

function widenedLane(from: Lane, to: Lane): string | undefined {
  if (to.stepBps > from.stepBps) return "lane.stepBps";
  if (to.driftBps > from.driftBps) return "lane.driftBps";
  return to.delaySec < from.delaySec ? "lane.delaySec" : undefined;
}

/** The ceiling caps what opening costs. */
function staticOpening({ rhoInitialBps, betaBps, rhoCeilingBps }: RiskClass): number {
  return Math.min(ceilDiv(rhoInitialBps * (BPS + betaBps), BPS), rhoCeilingBps);
}
