/** Asymmetry and jumpiness of recent returns. */
import { SECONDS_PER_DAY } from "../domain/units.ts";
import { type BarHistory, findWindow } from "./bar-history.ts";
import { type FeatureRecipe, windowLabel } from "./feature-recipe.ts";

const DAY = SECONDS_PER_DAY;
const WEEK = 7 * DAY;
/** Fewer returns than this say nothing about bipower variation. */
const MIN_RETURNS = 6;
/** π/2 = E|Z|⁻² of Barndorff-Nielsen and Shephard (2004), eq. 7. */
const BIPOWER_SCALE = Math.PI / 2;

/** Share of realised variance that came from falls, `[0, 1]`; one half when returns are symmetric. */
function downsideShare(history: BarHistory, windowSec: number): number {
  const window = findWindow(history, windowSec);
  if (window === null) return Number.NaN;
  let total = 0;
  let falls = 0;
  for (const value of history.logReturn.subarray(window.from, window.to)) {
    total += value * value;
    if (value < 0) falls += value * value;
  }
  return falls / total;
}

/** Share of realised variance beyond bipower variation, `[0, 1]`: the part that came in jumps. */
function jumpShare(history: BarHistory, windowSec: number): number {
  const window = findWindow(history, windowSec);
  if (window === null || window.to - window.from < MIN_RETURNS) return Number.NaN;
  const count = window.to - window.from;
  let total = 0;
  let products = 0;
  let previous = 0;
  for (const value of history.logReturn.subarray(window.from, window.to)) {
    total += value * value;
    products += Math.abs(value) * previous;
    previous = Math.abs(value);
  }
  const bipower = (BIPOWER_SCALE * products * count) / (count - 1);
  return Math.max(0, 1 - bipower / total);
}

/** Largest absolute log return of one bar, decimal. */
function largestMove(history: BarHistory, windowSec: number): number {
  const window = findWindow(history, windowSec);
  if (window === null) return Number.NaN;
  let largest = 0;
  for (const value of history.logReturn.subarray(window.from, window.to)) largest = Math.max(largest, Math.abs(value));
  return largest;
}

const shares: readonly FeatureRecipe[] = [
  shareRecipe("downside-share", DAY, downsideShare),
  shareRecipe("jump-share", DAY, jumpShare),
  shareRecipe("jump-share", WEEK, jumpShare),
];

function shareRecipe(
  name: string,
  windowSec: number,
  measure: (history: BarHistory, windowSec: number) => number,
): FeatureRecipe {
  return {
    definition: {
      name: `${name}-${windowLabel(windowSec)}`,
      family: "jumps",
      unit: "1",
      windowSec,
      source: "bar",
      min: 0,
      max: 1,
      monotone: 0,
    },
    compute: ({ history }) => measure(history, windowSec),
  };
}

const largest: FeatureRecipe = {
  definition: {
    name: "largest-move-7d",
    family: "jumps",
    unit: "decimal",
    windowSec: WEEK,
    source: "bar",
    min: 0,
    max: 1,
    monotone: 1,
  },
  compute: ({ history }) => largestMove(history, WEEK),
};

/** Downside semivariance share of a day, jump share of a day and a week, largest single-bar move of a week. */
export const JUMP_FEATURES: readonly FeatureRecipe[] = [...shares, largest];
