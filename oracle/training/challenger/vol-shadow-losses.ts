/** Losses of two volatility models side by side, by day, on times that neither has seen. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { mean } from "../../math/statistics.ts";
import type { LossTable } from "../vol-lstm/vol-evaluation.ts";
import type { ShadowLosses } from "./shadow-losses.ts";

/** Scoring reads no longer one, and thirty days would need a year of rows that neither model has seen. */
export const VOL_SHADOW_HORIZON_HOURS = 168;

interface DayLosses {
  readonly champion: number[];
  readonly challenger: number[];
}

/**
 * QLIKE of what each model serves (its combination), the mean over grids and horizons up to seven days, each the mean over the
 * series and times of a day: assets that move together count once. Days that lack a grid or horizon are left out.
 *
 * @param champion tables of `lossTables`; the challenger's are of the same series, and only times that both have are compared.
 */
export function volShadowLosses(champion: readonly LossTable[], challenger: readonly LossTable[]): ShadowLosses {
  const cells = new Map<string, Map<number, DayLosses>>();
  for (const old of champion.filter(({ horizonHours }) => horizonHours <= VOL_SHADOW_HORIZON_HOURS)) {
    const fresh = challenger.find((table) => keyOf(table) === keyOf(old));
    if (fresh === undefined) continue;
    const cell = `${old.everyHours}/${old.horizonHours}`;
    const days = cells.get(cell) ?? new Map<number, DayLosses>();
    addTimes(days, old, fresh);
    cells.set(cell, days);
  }
  const all = [...cells.values()];
  const shared = [...(all[0]?.keys() ?? [])].filter((day) => all.every((days) => days.has(day)));
  const days = shared.sort((left, right) => left - right);
  const of = (side: keyof DayLosses): Float64Array =>
    Float64Array.from(days, (day) => mean(all.map((cell) => mean(cell.get(day)?.[side] ?? []))));
  return {
    atSec: Float64Array.from(days, (day) => day * SECONDS_PER_DAY),
    champion: of("champion"),
    challenger: of("challenger"),
  };
}

function keyOf({ seriesId, everyHours, horizonHours }: LossTable): string {
  return `${seriesId}/${everyHours}/${horizonHours}`;
}

function addTimes(days: Map<number, DayLosses>, old: LossTable, fresh: LossTable): void {
  const freshAt = new Map(Array.from(fresh.atSec, (atSec, place) => [atSec, served(fresh, place)]));
  old.atSec.forEach((atSec, place) => {
    const [ours, theirs] = [freshAt.get(atSec), served(old, place)];
    if (ours === undefined || !Number.isFinite(ours) || !Number.isFinite(theirs)) return;
    const day = Math.floor(atSec / SECONDS_PER_DAY);
    const losses = days.get(day) ?? { champion: [], challenger: [] };
    losses.champion.push(theirs);
    losses.challenger.push(ours);
    days.set(day, losses);
  });
}

function served({ losses }: LossTable, place: number): number {
  return losses.get("combined")?.[place] ?? Number.NaN;
}
