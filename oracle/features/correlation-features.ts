/** Exponentially weighted correlation with the other assets of the snapshot. */
import { SECONDS_PER_DAY } from "../domain/units.ts";
import type { BarHistory } from "./bar-history.ts";
import type { FeatureRecipe } from "./feature-recipe.ts";

const WINDOW_SEC = 30 * SECONDS_PER_DAY;
/** Three days: short enough to see a regime, long enough for 72 hourly pairs. */
const HALF_LIFE_SEC = 3 * SECONDS_PER_DAY;
/** Fewer common returns than this give no estimate. */
const MIN_PAIRS = 24;

/** Mean over the other assets of the correlation of returns, half-life 3 days; missing without another asset. */
export const CORRELATION_FEATURES: readonly FeatureRecipe[] = [
  {
    definition: {
      name: "correlation-ewma-30d",
      family: "correlation",
      unit: "1",
      windowSec: WINDOW_SEC,
      source: "bar",
      min: -1,
      max: 1,
      monotone: 0,
    },
    compute: ({ history, peers }) => meanCorrelation(history, peers),
  },
];

function meanCorrelation(own: BarHistory, peers: readonly BarHistory[]): number {
  let sum = 0;
  let count = 0;
  for (const peer of peers) {
    const value = ewmaCorrelation(own, peer);
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}

/** Zero-mean EWMA correlation of the common log returns; NaN below {@link MIN_PAIRS} pairs. */
function ewmaCorrelation(own: BarHistory, peer: BarHistory): number {
  if (own.spanSec !== peer.spanSec) return Number.NaN;
  const newestSec = own.endSec.at(-1) ?? 0;
  const sums = { ownPeer: 0, own: 0, peer: 0, pairs: 0 };
  let right = peer.endSec.length;
  for (let left = own.endSec.length - 1; left > 0; left -= 1) {
    const endSec = own.endSec[left] ?? 0;
    if (newestSec - endSec >= WINDOW_SEC) break;
    right = matchBefore(peer, right, endSec + own.spanSec / 2);
    if (right < 1) break;
    if ((peer.endSec[right] ?? 0) < endSec - own.spanSec / 2) continue;
    const x = own.logReturn[left] ?? 0;
    const y = peer.logReturn[right] ?? 0;
    const weight = Math.exp(((endSec - newestSec) * Math.LN2) / HALF_LIFE_SEC);
    sums.ownPeer += weight * x * y;
    sums.own += weight * x * x;
    sums.peer += weight * y * y;
    sums.pairs += 1;
  }
  return sums.pairs < MIN_PAIRS ? Number.NaN : sums.ownPeer / Math.sqrt(sums.own * sums.peer);
}

/** Newest index at or below `start` whose bar ends by `limitSec`; −1 when there is none. Bar ends agree to half a bar. */
function matchBefore(peer: BarHistory, start: number, limitSec: number): number {
  let index = Math.min(start, peer.endSec.length - 1);
  while (index >= 0 && (peer.endSec[index] ?? 0) > limitSec) index -= 1;
  return index;
}
