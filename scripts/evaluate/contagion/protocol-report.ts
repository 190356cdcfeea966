/** Indices of lending protocols from how the value locked in them moves together. */
import { contagionIndices } from "../../../oracle/models/contagion/contagion-index.ts";
import { correlationImpacts } from "../../../oracle/models/contagion/correlation-impacts.ts";
import { correlationMatrix } from "../../../oracle/models/contagion/crash-graph.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { type LockedValue, readLockedValue } from "../../data/locked-value.ts";

/** Changes behind a correlation; the newest day is not used: its value is known a day later only. */
const WINDOW_DAYS = 90;
const LAG_DAYS = 1;
const LEAST_COVER = 0.8;

/** One entry a protocol that has enough days; a text where there are not two. */
export function protocolReport(paths: readonly string[]): Metrics[string] {
  const locked = readLockedValue(paths);
  const newest = Math.max(...[...locked.values()].flatMap((days) => [...days.keys()])) - LAG_DAYS;
  const rows = [...locked.keys()].sort().flatMap((name) => {
    const changes = changesOf(locked, name, newest);
    return changes === null ? [] : [{ name, changes, value: latest(locked, name, newest) }];
  });
  if (rows.length < 2) return "fewer than two lending protocols with 90 days in the data";
  const names = rows.map(({ name }) => name);
  const impacts = correlationImpacts(correlationMatrix(rows.map(({ changes }) => changes)));
  const values = Float64Array.from(rows, ({ value }) => value);
  const chances = new Float64Array(names.length).fill(1 / (names.length - 1));
  return contagionIndices(names, { impacts, values }, chances).map((index, place) => ({
    ...index,
    lockedUsdBn: values[place] ?? Number.NaN,
  }));
}

/** Log changes of the window less their mean, over their length; a missing day is no change. */
function changesOf(locked: LockedValue, name: string, newest: number): Float64Array | null {
  const days = locked.get(name);
  const changes = Float64Array.from({ length: WINDOW_DAYS }, (_, place) => {
    const day = newest - WINDOW_DAYS + 1 + place;
    return Math.log((days?.get(day) ?? Number.NaN) / (days?.get(day - 1) ?? Number.NaN));
  });
  const known = changes.filter(Number.isFinite);
  if (known.length < LEAST_COVER * WINDOW_DAYS) return null;
  const mean = known.reduce((sum, change) => sum + change, 0) / known.length;
  const centred = changes.map((change) => (Number.isFinite(change) ? change - mean : 0));
  const size = Math.sqrt(centred.reduce((sum, change) => sum + change * change, 0));
  return size > 0 ? centred.map((change) => change / size) : null;
}

function latest(locked: LockedValue, name: string, newest: number): number {
  const days = locked.get(name) ?? new Map<number, number>();
  const day = Math.max(...[...days.keys()].filter((entry) => entry <= newest));
  return days.get(day) ?? 0;
}
