/** Finds the knob at which a policy's bad debt comes down to a level. */

import type { PolicySpec } from "../../../oracle/simulation/vault/policy-spec.ts";
import type { PolicyDays } from "./live-segment.ts";
import { figuresOf, type PolicyFigures, type Stretch } from "./policy-figures.ts";

/** A policy with its knob and its figures over the window. */
export interface CurvePoint {
  readonly spec: PolicySpec;
  readonly days: PolicyDays["days"];
  readonly figures: PolicyFigures;
}

/** Curve of a family, ascending in the knob. */
export function curveOf(
  runs: readonly PolicyDays[],
  family: PolicySpec["family"],
  window: Stretch,
): readonly CurvePoint[] {
  return runs
    .filter(({ spec }) => spec.family === family)
    .map(({ spec, days }) => ({ spec, days, figures: figuresOf(days, window) }))
    .toSorted((a, b) => a.spec.knob - b.spec.knob);
}

/** Point with the smallest knob from which on no point of the curve has more bad debt than the level; `null` when even the last has. */
export function calibrated(curve: readonly CurvePoint[], badDebtBps: number): CurvePoint | null {
  const lastAbove = curve.findLastIndex(({ figures }) => !(figures.badDebtBps <= badDebtBps));
  return curve[lastAbove + 1] ?? null;
}

/** Knobs between the calibrated point and the one before it, evenly spaced; none where nothing lies before. */
export function knobsBetween(curve: readonly CurvePoint[], badDebtBps: number, count: number): readonly PolicySpec[] {
  const high = calibrated(curve, badDebtBps);
  const low = high === null ? undefined : curve[curve.indexOf(high) - 1];
  if (high === null || low === undefined) return [];
  const { family } = high.spec;
  const step = (high.spec.knob - low.spec.knob) / (count + 1);
  const knobs = Array.from({ length: count }, (_, place) => low.spec.knob + step * (place + 1));
  // ρ is a whole number of basis points.
  const fit = (knob: number): number => (family === "static" ? Math.round(knob) : knob);
  return [...new Set(knobs.map(fit))]
    .filter((knob) => knob > low.spec.knob && knob < high.spec.knob)
    .map((knob) => ({ family, knob }));
}
