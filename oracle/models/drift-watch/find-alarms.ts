/** When the loss of a forecast has risen for good: ADWIN and Page-Hinkley on the normalised loss. */
import { createAdwin } from "../../math/drift/adwin.ts";
import { createPageHinkley } from "../../math/drift/page-hinkley.ts";
import { LOSS_HORIZON, normalisedLoss } from "./normalised-loss.ts";
import { maturitySec, type WatchedStep } from "./watched-step.ts";

/** An alarm of one detector. */
export interface DriftAlarm {
  /** Time at which the loss that gave it was known, seconds. */
  readonly atSec: number;
  readonly detector: "adwin" | "page-hinkley";
}

/**
 * Both were chosen on 2021-08 to 2024 (BTC, ETH) so that a doubled volatility is seen within 60 steps at the median with
 * about one false alarm in 2 000 steps; what they do afterwards is measured by `npm run evaluate -- --model drift`.
 */
const PAGE_HINKLEY = { tolerance: 0.1, threshold: 15, minValues: 30 } as const;
const ADWIN_DELTA = 0.05;

/**
 * Alarms of the steps whose loss is known, in time order. A fall of the loss is none: a model that states too much is
 * costly, not dangerous.
 */
export function findAlarms(steps: readonly WatchedStep[]): readonly DriftAlarm[] {
  const pageHinkley = createPageHinkley(PAGE_HINKLEY);
  const adwin = createAdwin(ADWIN_DELTA);
  const alarms: DriftAlarm[] = [];
  for (const step of steps) {
    const loss = normalisedLoss(step);
    const atSec = maturitySec(step, LOSS_HORIZON);
    const before = adwin.mean;
    if (pageHinkley.add(loss).alarm) alarms.push({ atSec, detector: "page-hinkley" });
    if (adwin.add(loss).alarm && adwin.mean > before) alarms.push({ atSec, detector: "adwin" });
  }
  return alarms;
}
