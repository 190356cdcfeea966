/** The served model: the mean of four members that err differently, with an adaptive correction of its coverage. */
import { filteredTail, historicalTail } from "./empirical-tail.ts";
import { blendedDeviations } from "./garch-tail.ts";
import { harTail } from "./har-tail.ts";
import { ewmaNormalTail } from "./normal-tail.ts";
import type { TailPath } from "./tail-path.ts";

/** Step of the correction on the logarithm of the quantile's scale. */
const ADAPTATION = 0.002;

/**
 * Mean of quantiles (and of shortfalls) of: filtered historical simulation over the mean of GARCH and EWMA deviations, plain
 * historical simulation, quantile HAR, EWMA normal. The weights are equal: weights by trailing loss did worse on the
 * development span.
 */
export function combinedTail(returns: Float64Array, levels: readonly number[]): TailPath {
  return meanOfTails([
    filteredTail(returns, blendedDeviations(returns), levels),
    historicalTail(returns, levels),
    harTail(returns, levels),
    ewmaNormalTail(returns, levels),
  ]);
}

/** Mean of the members, step by step; NaN where a member has no forecast. Levels are put in order. */
export function meanOfTails(members: readonly TailPath[]): TailPath {
  const average = (columns: readonly Float64Array[]): Float64Array =>
    (columns[0] ?? new Float64Array()).map(
      (_, step) => columns.reduce((sum, column) => sum + (column[step] ?? Number.NaN), 0) / columns.length,
    );
  const levels = members[0]?.quantiles.keys() ?? [];
  const places = [...levels];
  const of = (kind: keyof TailPath): readonly Float64Array[] =>
    places.map((place) => average(members.map((member) => member[kind][place] ?? new Float64Array())));
  return inOrder({ quantiles: of("quantiles"), shortfalls: of("shortfalls") });
}

/**
 * Adaptive correction (Gibbs and Candès 2021) with scores relative to the forecast, so that calm and wild days count alike:
 * the scale of a level grows by `ADAPTATION·(1 − level)/√level` after a violation and shrinks by `ADAPTATION·√level` after
 * every other day.
 */
export function adaptTail(path: TailPath, returns: Float64Array, levels: readonly number[]): TailPath {
  const scales = path.quantiles.map((column, place) => scalesOf(column, returns, levels[place] ?? Number.NaN));
  const scaled = (columns: readonly Float64Array[]): readonly Float64Array[] =>
    columns.map((column, place) => column.map((value, step) => value * (scales[place]?.[step] ?? Number.NaN)));
  return inOrder({ quantiles: scaled(path.quantiles), shortfalls: scaled(path.shortfalls) });
}

function scalesOf(quantiles: Float64Array, returns: Float64Array, level: number): Float64Array {
  let scale = 1;
  return quantiles.map((quantile, step) => {
    const used = scale;
    if (Number.isFinite(quantile)) {
      const hit = (returns[step] ?? Number.NaN) < quantile * used ? 1 : 0;
      scale *= Math.exp((ADAPTATION * (hit - level)) / Math.sqrt(level));
    }
    return used;
  });
}

/** A deeper level is never above a shallower one, nor a shortfall above its quantile. Levels ascend. */
function inOrder({ quantiles, shortfalls }: TailPath): TailPath {
  const running = (columns: readonly Float64Array[]): readonly Float64Array[] => {
    const kept: Float64Array[] = [];
    for (const column of [...columns].reverse()) {
      const above = kept[0];
      kept.unshift(above === undefined ? column : column.map((value, step) => Math.min(value, above[step] ?? value)));
    }
    return kept;
  };
  const ordered = running(quantiles);
  const below = shortfalls.map((column, place) =>
    column.map((value, step) => Math.min(value, ordered[place]?.[step] ?? value)),
  );
  return { quantiles: ordered, shortfalls: running(below) };
}
