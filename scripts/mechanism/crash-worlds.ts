/** The harshest worlds there are: the held-out hours around the greatest moves, as they were and magnified, which no search has seen. */
import type { BarSeries } from "../../oracle/domain/market.ts";
import { WARM_UP_HOURS } from "../../oracle/simulation/mechanism/generated-path.ts";
import type { Judge, Judged, Named } from "./judged.ts";
import type { WorldSpec } from "./study-messages.ts";
import { type HeldBars, type StudySize, USUAL_AGENTS } from "./study-plan.ts";

/** All candidates on the crashes, their moves multiplied. */
export interface CrashFindings {
  readonly magnified: number;
  readonly judged: readonly Judged[];
}

/** A move counts over this many hours: about what a liquidation takes from the warning to its end. */
const MOVE_HOURS = 4;
/** Days of openings before the crash, so that shorts of many ages meet it. */
const DAYS_BEFORE = 10;
/** Crashes of an asset, at most. */
const CRASHES = 3;
/** As they were, and up to four times as violent: beyond anything that was seen. */
export const CRASH_FACTORS = [1, 2, 3, 4] as const;
const HOURS_PER_DAY = 24;
/** A life may last so long after the last opening, see `mechanism-world.ts`. */
const TAIL_DAYS = 29;

/** Bars of the greatest log ranges of four hours from `split` on, each with room for a world around it. */
export function crashBars({ high, low }: BarSeries, split: number): readonly number[] {
  const first = split + WARM_UP_HOURS + DAYS_BEFORE * HOURS_PER_DAY;
  const last = high.length - (DAYS_BEFORE + TAIL_DAYS) * HOURS_PER_DAY;
  const ranges = Array.from({ length: Math.max(0, last - first) }, (_, place) => {
    const at = first + place;
    const top = Math.max(...high.subarray(at, at + MOVE_HOURS));
    return { at, range: Math.log(top / Math.min(...low.subarray(at, at + MOVE_HOURS))) };
  }).toSorted((left, right) => right.range - left.range);
  const chosen: number[] = [];
  for (const { at } of ranges) {
    const isApart = chosen.every((other) => Math.abs(other - at) >= (DAYS_BEFORE + TAIL_DAYS) * HOURS_PER_DAY);
    if (isApart && chosen.length < CRASHES) chosen.push(at);
  }
  return chosen;
}

/** One world for each crash of each asset: openings from ten days before it to ten days after. */
export function crashWorlds({ perDay }: StudySize, bars: HeldBars, magnified: number): readonly WorldSpec[] {
  return [...bars].flatMap(([asset, { crashes }]) =>
    crashes.map((at) => ({
      kind: "replay" as const,
      asset,
      days: 2 * DAYS_BEFORE,
      perDay,
      seed: `held-out-crash-${at}`,
      modelError: 1,
      replayFrom: at - DAYS_BEFORE * HOURS_PER_DAY - WARM_UP_HOURS,
      magnified,
    })),
  );
}

/** Judges candidates on the crashes; nothing where no real hours are held out. @throws PlimsollError those of the threads. */
export async function judgeCrashes(
  judge: Judge,
  { size, bars }: { readonly size: StudySize; readonly bars: HeldBars },
  named: readonly Named[],
): Promise<readonly CrashFindings[]> {
  const found: CrashFindings[] = [];
  for (const magnified of CRASH_FACTORS) {
    const worlds = crashWorlds(size, bars, magnified);
    if (worlds.length === 0) return [];
    found.push({ magnified, judged: await judge(named, { worlds, agents: USUAL_AGENTS }, null) });
  }
  return found;
}
