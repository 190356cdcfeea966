/** What each family of the network's own inputs is worth: the linear part without it, on rows after the fit. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import { STATE_FEATURES, VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import type { VolManifest } from "../../models/vol-lstm/vol-manifest.ts";
import { blockBootstrap } from "../evaluate/block-bootstrap.ts";
import { linearStart } from "./fit-vol-ensemble.ts";
import { packRows } from "./packed-rows.ts";
import { labelledUntil, type VolRow } from "./vol-rows.ts";

/** Families by the names of their features. */
const FAMILIES: Readonly<Record<string, RegExp>> = {
  calendar: /^(week|day)\d/,
  range: /^r(1h|4h|24h|7d)$/,
  realised: /^v/,
  "long-run level": /^r(90d|2y)$/,
  "falls and returns": /^(falls|return)/,
};
const MIN_BLOCK_DAYS = 10;

/**
 * Change of mean QLIKE when a family is left out of the fit; positive where it helps.
 *
 * @param rows of all series; fitted on labels up to `untilSec`, judged on later rows.
 */
export function inputAblation(
  rows: readonly VolRow[],
  { untilSec, rng }: { readonly untilSec: number; readonly rng: Rng },
): VolManifest["metrics"]["inputAblation"] {
  const packed = packRows(labelledUntil(rows, untilSec));
  const later = rows.filter(({ atSec }) => atSec >= untilSec);
  const all = [...STATE_FEATURES.keys()];
  const full = lossesByTime(later, linearStart(packed));
  return Object.entries(FAMILIES).flatMap(([family, pattern]) => {
    const kept = all.filter((column) => !pattern.test(STATE_FEATURES[column] ?? ""));
    const without = lossesByTime(later, linearStart(packed, kept));
    return VOL_HORIZONS_HOURS.map((horizonHours, horizon) => {
      const pairs = pairsOf(full[horizon] ?? new Map(), without[horizon] ?? new Map());
      const change = (steps: Iterable<number>): number => {
        let [own, other] = [0, 0];
        for (const step of steps) {
          own += pairs[step]?.[0] ?? 0;
          other += pairs[step]?.[1] ?? 0;
        }
        return other / own - 1;
      };
      const blockSec = Math.max(MIN_BLOCK_DAYS * SECONDS_PER_DAY, 2 * horizonHours * SECONDS_PER_HOUR);
      const blockSteps = Math.ceil((blockSec * pairs.length) / spanOf(later));
      const options = { blockSteps, draws: 500, level: 0.95, rng: rng.fork(`${family}/${horizonHours}`) };
      const [low, high] = blockBootstrap(pairs.length, change, options);
      return { family, horizonHours, count: pairs.length, change: change(pairs.keys()), interval: [low, high] };
    });
  });
}

function spanOf(rows: readonly VolRow[]): number {
  const times = rows.map(({ atSec }) => atSec);
  return Math.max(1, Math.max(...times) - Math.min(...times));
}

/** Summed QLIKE of all series at each time. `[horizon]` */
function lossesByTime(
  rows: readonly VolRow[],
  { weights, bias }: ReturnType<typeof linearStart>,
): readonly ReadonlyMap<number, number>[] {
  const horizons = VOL_HORIZONS_HOURS.length;
  return VOL_HORIZONS_HOURS.map((_, horizon) => {
    const sums = new Map<number, number>();
    for (const { atSec, input, realised } of rows) {
      const base = (input.bases[horizon] ?? Number.NaN) + (bias[horizon] ?? 0);
      const fitted = input.state.reduce(
        (sum, value, place) => sum + value * (weights[place * horizons + horizon] ?? 0),
        base,
      );
      const error = Math.log(realised[horizon] ?? Number.NaN) - fitted;
      if (Number.isFinite(error)) sums.set(atSec, (sums.get(atSec) ?? 0) + Math.exp(error) - error - 1);
    }
    return sums;
  });
}

function pairsOf(
  full: ReadonlyMap<number, number>,
  without: ReadonlyMap<number, number>,
): readonly (readonly [number, number])[] {
  return [...full]
    .sort(([left], [right]) => left - right)
    .map(([atSec, loss]) => [loss, without.get(atSec) ?? Number.NaN] as const);
}
