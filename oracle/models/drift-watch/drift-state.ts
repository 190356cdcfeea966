/** Judges the watched forecasts of one asset. */
import type { DriftState } from "../../domain/drift.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { mean } from "../../math/statistics.ts";
import { type Widening, wideningPath } from "./conformal-widening.ts";
import { findAlarms } from "./find-alarms.ts";
import { normalisedLoss } from "./normalised-loss.ts";
import type { WatchedStep } from "./watched-step.ts";

/** Steps of the recent loss: a week. */
const RECENT_STEPS = 42;
/** An alarm is heeded for the longest horizon: by then every forecast made before it has been judged. */
const HOLD_SEC = Math.max(...QUANTILE_HORIZONS_HOURS) * SECONDS_PER_HOUR;

/** A judgement with the widening in the form in which it is applied. */
export interface DriftJudgement {
  readonly state: DriftState;
  readonly widening: Widening;
}

/** Where and when a watch stands. */
export interface WatchPlace {
  readonly asset: AssetSymbol;
  readonly sinceSec: number;
  readonly atSec: number;
}

/**
 * Judges the steps of one watch. Pure: equal steps give equal judgements, however they were collected.
 *
 * @param steps ascending, none later than `atSec`.
 */
export function judgeDrift(steps: readonly WatchedStep[], { asset, sinceSec, atSec }: WatchPlace): DriftJudgement {
  const losses = steps.map(normalisedLoss).filter(Number.isFinite);
  const alarm = findAlarms(steps).at(-1) ?? null;
  const widening = wideningPath(steps, atSec).latest;
  return {
    widening,
    state: {
      asset,
      atSec,
      sinceSec,
      steps: losses.length,
      recentLoss: losses.length === 0 ? null : mean(losses.slice(-RECENT_STEPS)),
      alarm,
      isDoubted: alarm !== null && atSec < alarm.atSec + HOLD_SEC,
      widening: Array.from(widening.logFactors, Math.exp),
    },
  };
}
