/**
 * Adaptive conformal correction of stated quantiles (Gibbs and Candès 2021, in the form that moves the threshold of the score
 * itself): the score is a realised move over the stated 95 % quantile, both in standard deviations, and one factor a horizon
 * follows its breaches. It only ever widens: the factor rises with each breach, falls slowly without, and is at least 1.
 */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { maturitySec, WATCH_DIRECTIONS, WATCH_STEP_SEC, type WatchedStep } from "./watched-step.ts";

/** Level whose breaches are counted: far enough out to matter, near enough to learn from within days. */
const TRACKED_LEVEL = QUANTILE_LEVELS.indexOf(0.95);
/**
 * Rise of the logarithm for a breach, share of breaches at which it neither rises nor falls, part of it that is not applied,
 * and its bound. Chosen on 2021-08 to 2024 (BTC, ETH): in calm times quantiles grow by 2 to 4 % on average; the 95 % band of the
 * 60 steps after a threefold volatility goes from 82 to 88 % of coverage to 89 to 92 %.
 */
const RATE = 0.4;
const STEADY_BREACHES = 0.08;
const DEAD_ZONE = 0.2;
const MAX_LOG_STATE = Math.log(3);

/** Widening that holds at a time. */
export interface Widening {
  readonly atSec: number;
  /** Logarithm of the factor on log moves, in [0, ln 3 − 0.2], non-decreasing in horizon. `[horizon]` */
  readonly logFactors: Float64Array;
}

/** The factor of every step as it was known at its time, and the one after all outcomes known at `atSec`. */
export interface WideningPath {
  /** One entry a step. */
  readonly applied: readonly Widening[];
  readonly latest: Widening;
}

/**
 * Follows the steps in time order; an outcome counts from the time at which its horizon was over.
 *
 * @param atSec time up to which outcomes are known, at least that of the last step.
 */
export function wideningPath(steps: readonly WatchedStep[], atSec: number): WideningPath {
  const state = new Float64Array(QUANTILE_HORIZONS_HOURS.length);
  const next = QUANTILE_HORIZONS_HOURS.map(() => 0);
  const applied: Widening[] = [];
  const learnUntil = (timeSec: number): Widening => {
    for (const horizon of QUANTILE_HORIZONS_HOURS.keys()) {
      for (let place = next[horizon] ?? 0; place < applied.length; place += 1) {
        const [step, widening] = [steps[place], applied[place]];
        if (step === undefined || widening === undefined || maturitySec(step, horizon) > timeSec) break;
        learn(state, { step, horizon, logFactor: widening.logFactors[horizon] ?? 0 });
        next[horizon] = place + 1;
      }
    }
    return { atSec: timeSec, logFactors: factorsOf(state) };
  };
  for (const step of steps) applied.push(learnUntil(step.atSec));
  return { applied, latest: learnUntil(atSec) };
}

interface Outcome {
  readonly step: WatchedStep;
  readonly horizon: number;
  /** In force when the step was forecast. */
  readonly logFactor: number;
}

function learn(state: Float64Array, { step, horizon, logFactor }: Outcome): void {
  const breaches = WATCH_DIRECTIONS.map((direction) => {
    const limit = (step.stated[direction][horizon]?.[TRACKED_LEVEL] ?? Number.NaN) * Math.exp(logFactor);
    const realised = step.realised[direction][horizon] ?? Number.NaN;
    return Number.isFinite(realised) && Number.isFinite(limit) ? Number(realised > limit) : STEADY_BREACHES;
  });
  const share = breaches.reduce((sum, breach) => sum + breach, 0) / breaches.length;
  // Windows of long horizons overlap and breach together: each counts for its own part.
  const overlap = Math.max(1, ((QUANTILE_HORIZONS_HOURS[horizon] ?? 0) * SECONDS_PER_HOUR) / WATCH_STEP_SEC);
  const moved = (state[horizon] ?? 0) + (RATE / overlap) * (share - STEADY_BREACHES);
  state[horizon] = Math.min(MAX_LOG_STATE, Math.max(0, moved));
}

/** What short horizons have seen holds for long ones, whose own outcomes come days later. */
function factorsOf(state: Float64Array): Float64Array {
  let widest = 0;
  return state.map((value) => {
    widest = Math.max(widest, value - DEAD_ZONE);
    return widest;
  });
}
