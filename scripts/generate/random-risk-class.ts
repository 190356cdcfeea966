/** A random risk class that the rule engine accepts, for generated test cases. */
import type { Lane, RiskClass } from "../../oracle/domain/risk-class.ts";
import type { Rng } from "../../oracle/math/rng.ts";
import { ceilDiv } from "../../oracle/rules/risk-reading.ts";

/** Draws a class whose bounds agree with each other; ranges are narrow enough that walks meet every bound. */
export function randomRiskClass(rng: Rng): RiskClass {
  const between = (low: number, high: number): number => low + rng.integer(Math.max(0, high - low) + 1);
  const rhoFloorBps = between(100, 1_500);
  const rhoCeilingBps = between(rhoFloorBps + 500, Math.min(10_000, rhoFloorBps + 4_000));
  const rhoDefaultBps = between(rhoFloorBps, rhoCeilingBps);
  const betaBps = between(0, 5_000);
  const deltaBps = between(0, Math.floor(rhoFloorBps / 2));
  const piFloorBps = between(0, rhoFloorBps - deltaBps);
  const piCapBps = between(piFloorBps, Math.min(10_000, piFloorBps + 2_500));
  return {
    rhoFloorBps,
    rhoCeilingBps,
    rhoDefaultBps,
    rhoInitialBps: between(Math.max(rhoFloorBps, ceilDiv(rhoDefaultBps * 10_000, 10_000 + betaBps)), rhoCeilingBps),
    piFloorBps,
    piCapBps,
    piDefaultBps: between(piFloorBps, Math.min(piCapBps, rhoDefaultBps - deltaBps)),
    deltaBps,
    tighten: randomLane(rng, 60),
    loosen: randomLane(rng, 0),
    windowSec: between(3_600, 86_400),
    validitySec: 60 * between(1, 500),
    graceMinutes: between(0, 20),
    rampMinutes: between(0, 90),
    fallbackRampMinutes: between(0, 400),
    betaBps,
    maxAboveOpenBps: between(0, 3_000),
    piStepBps: between(1, 300),
    active: rng.integer(2) === 1,
  };
}

function randomLane(rng: Rng, minDelaySec: number): Lane {
  const stepBps = 1 + rng.integer(400);
  return { stepBps, driftBps: stepBps + rng.integer(stepBps * 2), delaySec: minDelaySec + rng.integer(1_500) };
}
