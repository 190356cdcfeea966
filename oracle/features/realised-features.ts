/** Realised volatility levels, their log ratios and the range-based estimate. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../domain/units.ts";
import { type BarHistory, findWindow } from "./bar-history.ts";
import { type FeatureRecipe, windowLabel } from "./feature-recipe.ts";

const HOUR = SECONDS_PER_HOUR;
const DAY = SECONDS_PER_DAY;
const WINDOWS_SEC = [HOUR, 4 * HOUR, DAY, 7 * DAY, 30 * DAY] as const;
/** Pairs of windows (short, long) of the heterogeneous autoregression of Corsi (2009), as log ratios. */
const RATIO_WINDOWS_SEC = [
  [DAY, 7 * DAY],
  [7 * DAY, 30 * DAY],
] as const;
/** 1 000 % a year: about twice the worst hour-long figure of BTC in March 2020. */
const MAX_VOL = 10;
const MAX_LOG_RATIO = 4;
/** 1 / (4 ln 2), Parkinson (1980), eq. 2. */
const PARKINSON_SCALE = 1 / (4 * Math.LN2);

/**
 * Realised volatility sqrt(Σ r² · year / elapsed), decimal a year.
 *
 * @returns NaN when the window is not covered.
 */
export function realisedVol(history: BarHistory, windowSec: number): number {
  const window = findWindow(history, windowSec);
  if (window === null) return Number.NaN;
  let sum = 0;
  for (const value of history.logReturn.subarray(window.from, window.to)) sum += value * value;
  return Math.sqrt((sum * SECONDS_PER_YEAR) / window.elapsedSec);
}

const volLevels: readonly FeatureRecipe[] = WINDOWS_SEC.map((windowSec) => ({
  definition: {
    name: `realised-vol-${windowLabel(windowSec)}`,
    family: "realised",
    unit: "decimal a year",
    windowSec,
    source: "bar",
    min: 0,
    max: MAX_VOL,
    monotone: 1,
  },
  compute: ({ history }) => realisedVol(history, windowSec),
}));

const volRatios: readonly FeatureRecipe[] = RATIO_WINDOWS_SEC.map(([shortSec, longSec]) => ({
  definition: {
    name: `log-vol-ratio-${windowLabel(shortSec)}-${windowLabel(longSec)}`,
    family: "realised",
    unit: "1",
    windowSec: longSec,
    source: "bar",
    min: -MAX_LOG_RATIO,
    max: MAX_LOG_RATIO,
    monotone: 0,
  },
  compute: ({ history }) => Math.log(realisedVol(history, shortSec) / realisedVol(history, longSec)),
}));

const parkinson: FeatureRecipe = {
  definition: {
    name: "parkinson-vol-24h",
    family: "realised",
    unit: "decimal a year",
    windowSec: DAY,
    source: "bar",
    min: 0,
    max: MAX_VOL,
    monotone: 1,
  },
  compute: ({ history }) => parkinsonVol(history, DAY),
};

/** Range volatility sqrt(mean(ln²(high/low)) / (4 ln 2)) per bar, annualised by the bar length. */
function parkinsonVol(history: BarHistory, windowSec: number): number {
  const window = findWindow(history, windowSec);
  if (window === null) return Number.NaN;
  let sum = 0;
  for (let index = window.from; index < window.to; index += 1) {
    const range = Math.log((history.high[index] ?? Number.NaN) / (history.low[index] ?? Number.NaN));
    sum += range * range;
  }
  const perBar = (PARKINSON_SCALE * sum) / (window.to - window.from);
  return Math.sqrt((perBar * SECONDS_PER_YEAR) / history.spanSec);
}

/** Realised volatility at 1 h, 4 h, 24 h, 7 d, 30 d, two log ratios and Parkinson's range volatility of a day. */
export const REALISED_FEATURES: readonly FeatureRecipe[] = [...volLevels, ...volRatios, parkinson];
