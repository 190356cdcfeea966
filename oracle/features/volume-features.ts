/** Traded volume against its own recent past. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";
import { type BarHistory, findWindow } from "./bar-history.ts";
import { type FeatureRecipe, windowLabel } from "./feature-recipe.ts";

const PAIRS_SEC = [
  [SECONDS_PER_HOUR, 7 * SECONDS_PER_DAY],
  [SECONDS_PER_DAY, 30 * SECONDS_PER_DAY],
] as const;
/** e⁵ = 148 times the usual volume; empty hours are missing, not minus infinity. */
const MAX_LOG_RATIO = 5;

/** Log ratio of mean volume of a short over a long window: 1 h over 7 d, 24 h over 30 d. */
export const VOLUME_FEATURES: readonly FeatureRecipe[] = PAIRS_SEC.map(([shortSec, longSec]) => ({
  definition: {
    name: `log-volume-ratio-${windowLabel(shortSec)}-${windowLabel(longSec)}`,
    family: "volume",
    unit: "1",
    windowSec: longSec,
    source: "bar",
    min: -MAX_LOG_RATIO,
    max: MAX_LOG_RATIO,
    monotone: 0,
  },
  compute: ({ history }) => Math.log(meanVolume(history, shortSec) / meanVolume(history, longSec)),
}));

/** Mean coins a bar; NaN when the window is not covered, any bar has no volume, or all bars are empty. */
function meanVolume(history: BarHistory, windowSec: number): number {
  const window = findWindow(history, windowSec);
  if (window === null) return Number.NaN;
  let sum = 0;
  for (const value of history.volume.subarray(window.from, window.to)) sum += value;
  return sum > 0 ? sum / (window.to - window.from) : Number.NaN;
}
