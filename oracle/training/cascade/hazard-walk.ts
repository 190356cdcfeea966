/** Walks a hazard through time: refitted on what was known, calibrated on its own past, never on what follows. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { type HazardTarget, isEvent } from "./fit-hazard.ts";
import type { HazardRow } from "./hazard-rows.ts";

/** Probability before and after calibration. */
export interface StatedHazard {
  readonly raw: number;
  readonly probability: number;
}

/** One forecast with its outcome. */
export interface HazardForecast extends StatedHazard {
  readonly atSec: number;
  readonly isHit: boolean;
}

/** A fit at one time: what it states of later rows. */
export type HazardFitter = (known: KnownHazards) => ((rows: readonly HazardRow[]) => readonly StatedHazard[]) | null;

/** What a fit may know. */
export interface KnownHazards {
  readonly atSec: number;
  readonly target: HazardTarget;
  /** Rows whose outcome is known. */
  readonly rows: readonly HazardRow[];
  /** Forecasts of the walk whose outcome is known. */
  readonly forecasts: readonly HazardForecast[];
}

/** Rows before the first forecast, and between refits, seconds. */
const WARM_UP_SEC = 100 * SECONDS_PER_DAY;
const REFIT_SEC = 30 * SECONDS_PER_DAY;

/** Forecasts of all rows after 100 days, ascending, refitted every 30 days; rows without a fit are left out. */
export function walkHazard(
  rows: readonly HazardRow[],
  target: HazardTarget,
  fitter: HazardFitter,
): readonly HazardForecast[] {
  const forecasts: HazardForecast[] = [];
  const [first] = rows;
  const endSec = rows.at(-1)?.atSec ?? 0;
  if (first === undefined) return forecasts;
  for (let fromSec = first.atSec + WARM_UP_SEC; fromSec <= endSec; fromSec += REFIT_SEC) {
    const state = fitter(knownAt(fromSec, target, { rows, forecasts }));
    const own = rows.filter(({ atSec }) => atSec >= fromSec && atSec < fromSec + REFIT_SEC);
    const stated = state?.(own) ?? [];
    stated.forEach((entry, place) => {
      const row = own[place];
      if (row !== undefined) forecasts.push({ ...entry, atSec: row.atSec, isHit: isEvent(row, target) });
    });
  }
  return forecasts;
}

/** What of rows and forecasts is known at a time: those whose horizon is over. */
export function knownAt(
  atSec: number,
  target: HazardTarget,
  { rows, forecasts }: Pick<KnownHazards, "rows" | "forecasts">,
): KnownHazards {
  const horizonSec = target.horizonHours * SECONDS_PER_HOUR;
  const isOver = (entry: { readonly atSec: number }): boolean => entry.atSec + horizonSec <= atSec;
  return { atSec, target, rows: rows.filter(isOver), forecasts: forecasts.filter(isOver) };
}
