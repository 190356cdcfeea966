/** A risk class whose bounds never bind, so that the requirement itself is seen. */
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import { BPS, SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";

/** Its id is that of drawn positions. */
export const OPEN_CLASSES: ReadonlyMap<number, RiskClass> = new Map([
  [
    1,
    {
      rhoFloorBps: 1,
      rhoCeilingBps: BPS,
      rhoDefaultBps: BPS,
      rhoInitialBps: 1_500,
      piFloorBps: 0,
      piCapBps: BPS,
      piDefaultBps: 300,
      deltaBps: 0,
      tighten: { stepBps: BPS, driftBps: BPS, delaySec: 0 },
      loosen: { stepBps: BPS, driftBps: BPS, delaySec: 0 },
      windowSec: SECONDS_PER_DAY,
      validitySec: SECONDS_PER_DAY,
      graceMinutes: 10,
      rampMinutes: 60,
      fallbackRampMinutes: 60,
      betaBps: 0,
      maxAboveOpenBps: BPS,
      piStepBps: BPS,
      active: true,
    },
  ],
]);
