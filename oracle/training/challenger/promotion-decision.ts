/** Whether a challenger takes the place of the model in use. */
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { mean } from "../../math/statistics.ts";
import { dieboldMariano } from "../evaluate/newey-west.ts";
import type { ShadowLosses } from "./shadow-losses.ts";

/** A decision with everything that it rests on; plain numbers, so that it can be logged. */
export interface PromotionDecision {
  readonly promote: boolean;
  readonly reason: "better" | "worse" | "not-significant" | "too-few-rows";
  readonly times: number;
  /** Of the compared rows, seconds; 0 where there is none. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Mean losses, in standard deviations of the quantile network, QLIKE of the volatility model; NaN becomes null in JSON. */
  readonly championLoss: number;
  readonly challengerLoss: number;
  /** Diebold and Mariano 1995; negative where the challenger is better. */
  readonly statistic: number;
  readonly pValue: number;
  readonly lags: number;
}

/** What the losses are of. */
export interface ComparedTimes {
  /** Time between two compared times, seconds, above 0. */
  readonly everySec: number;
  /** Longest horizon that a loss reaches over, seconds; that of the quantile network by default. */
  readonly horizonSec?: number;
}

const LONGEST_QUANTILE_SEC = Math.max(...QUANTILE_HORIZONS_HOURS) * SECONDS_PER_HOUR;
/** Fewer compared times than ten windows of the longest horizon say nothing. */
const MIN_INDEPENDENT_WINDOWS = 10;
const SIGNIFICANCE = 0.05;

/**
 * The challenger is promoted only if its mean loss is lower and the Diebold-Mariano test (Newey-West lags over the longest
 * horizon) refuses equal accuracy at 5 %, two-sided. In doubt the champion stays.
 */
export function decidePromotion(
  { atSec, champion, challenger }: ShadowLosses,
  { everySec, horizonSec = LONGEST_QUANTILE_SEC }: ComparedTimes,
): PromotionDecision {
  const lags = Math.ceil(horizonSec / everySec);
  const test = dieboldMariano([challenger, champion], lags);
  const spanSec = (atSec.at(-1) ?? 0) - (atSec[0] ?? 0);
  const hasEnough = spanSec >= MIN_INDEPENDENT_WINDOWS * horizonSec;
  const isBetter = test.statistic < 0;
  const isSure = test.pValue < SIGNIFICANCE;
  const outcome = isBetter ? "better" : "worse";
  return {
    promote: hasEnough && isBetter && isSure,
    reason: hasEnough ? (isSure ? outcome : "not-significant") : "too-few-rows",
    times: atSec.length,
    fromSec: atSec[0] ?? 0,
    toSec: atSec.at(-1) ?? 0,
    championLoss: mean(champion),
    challengerLoss: mean(challenger),
    statistic: test.statistic,
    pValue: test.pValue,
    lags,
  };
}
