/** Log returns over several physical windows. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";
import { type BarHistory, findWindow } from "./bar-history.ts";
import { type FeatureRecipe, windowLabel } from "./feature-recipe.ts";

const WINDOWS_SEC = [SECONDS_PER_HOUR, 4 * SECONDS_PER_HOUR, SECONDS_PER_DAY, 7 * SECONDS_PER_DAY] as const;
/** A log return of ±1 (−63 %, +172 %) within a week lies outside everything BTC and ETH did since 2017. */
const MAX_LOG_RETURN = 1;

/** Log return ln(S_t / S_{t−w}) at 1 h, 4 h, 24 h and 7 d, decimal. */
export const RETURN_FEATURES: readonly FeatureRecipe[] = WINDOWS_SEC.map((windowSec) => ({
  definition: {
    name: `return-${windowLabel(windowSec)}`,
    family: "returns",
    unit: "decimal",
    windowSec,
    source: "bar",
    min: -MAX_LOG_RETURN,
    max: MAX_LOG_RETURN,
    monotone: 0,
  },
  compute: ({ history }) => logReturn(history, windowSec),
}));

function logReturn(history: BarHistory, windowSec: number): number {
  const window = findWindow(history, windowSec);
  if (window === null) return Number.NaN;
  return Math.log((history.close[window.to - 1] ?? Number.NaN) / (history.close[window.from - 1] ?? Number.NaN));
}
