/** Fits the hazard of one horizon: self-exciting arrivals first, then a monotone logit on events of several sizes at once. */
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { expectedArrivals, fitHawkes, type HawkesProcess } from "../../math/hawkes.ts";
import { fitLogit, type LogitModel, logitAt } from "../../math/logit-regression.ts";
import { CASCADE_INPUTS, type CascadeInputs } from "../../models/cascade/cascade-inputs.ts";
import { type BetaCalibration, type HazardModel, NO_CALIBRATION, scaledInputs } from "../../models/cascade/hazard.ts";
import type { HazardRow, LiquidationFlow } from "./hazard-rows.ts";

/** What counts as an event, and what is learned from beside it. */
export interface HazardTarget {
  readonly horizonHours: 6 | 24;
  /** Amounts beyond which the hours after a row are an event; all share the slopes, the judged one gives the intercept. */
  readonly thresholds: readonly number[];
  /** Place of the judged threshold. */
  readonly judged: number;
}

/** Debt repaid within 6 h beyond 0.2 M USD, within 24 h beyond 1 M USD; the smaller and larger events only steady the slopes. */
export const HAZARD_TARGETS: readonly HazardTarget[] = [
  { horizonHours: 6, thresholds: [2e4, 5e4, 2e5, 1e6], judged: 2 },
  { horizonHours: 24, thresholds: [1e5, 2.5e5, 1e6, 4e6], judged: 2 },
];
/** Half-lives of the kernels, hours: bots within minutes, a falling hour, the same day, the same week. */
export const HALF_LIVES_HOURS = [0.02, 0.5, 6, 72] as const;
/** Chosen among 0.001, 0.01, 0.03 and 0.3 on the span before its last fifth. */
const RIDGE = 0.01;
/** Only keeps a score that never moves from having any slope. */
const STRETCH_RIDGE = 1e-6;
/** Draws the two calibration slopes to 1: a hundred events cannot tell much of them. */
const CALIBRATION_RIDGE = 0.01;
/**
 * How far the calibration found on earlier forecasts is followed: the whole way lost log-loss at both horizons on the span
 * before its last fifth, since few stretches of events decide it; a quarter costs next to none and improves what is stated at 6 h.
 */
const CALIBRATION_SHARE = 0.25;

/** Whether the event of a target followed a row. */
export function isEvent(row: HazardRow, { horizonHours, thresholds, judged }: HazardTarget): boolean {
  return amountAfter(row, horizonHours) > (thresholds[judged] ?? Number.NaN);
}

function amountAfter(row: HazardRow, horizonHours: HazardTarget["horizonHours"]): number {
  return horizonHours === SHORT_HOURS ? row.after6h : row.after24h;
}
const SHORT_HOURS = 6;

/** Self-exciting process of the calls up to a time; times in hours. `null` without calls. */
export function fitArrivals(flow: LiquidationFlow, toSec: number): HawkesProcess | null {
  const times = hoursUpTo(flow, toSec);
  return fitHawkes({ times, from: flow.fromSec / SECONDS_PER_HOUR, to: toSec / SECONDS_PER_HOUR }, HALF_LIVES_HOURS);
}

/** ln of expected arrivals over those of the baseline, at ascending times. `[moments]`, ≥ 0; 0 everywhere without a process. */
export function excitations(
  process: HawkesProcess | null,
  flow: LiquidationFlow,
  { atSec, horizonHours }: { readonly atSec: Float64Array; readonly horizonHours: number },
): Float64Array {
  if (process === null || !(process.baseline > 0)) return new Float64Array(atSec.length);
  const times = flow.timeSec.map((time) => time / SECONDS_PER_HOUR);
  const moments = atSec.map((time) => time / SECONDS_PER_HOUR);
  const usual = process.baseline * horizonHours;
  return expectedArrivals(process, times, { moments, horizon: horizonHours }).map((count) => Math.log(count / usual));
}

function hoursUpTo({ timeSec }: LiquidationFlow, toSec: number): Float64Array {
  return timeSec.filter((time) => time <= toSec).map((time) => time / SECONDS_PER_HOUR);
}

/**
 * Fits a model without calibration.
 *
 * @param inputs of the rows, excitation included.
 * @returns `null` where an event of some size never, or always, followed.
 */
export function fitHazard(
  rows: readonly HazardRow[],
  inputs: readonly CascadeInputs[],
  target: HazardTarget,
): HazardModel | null {
  const scaling = scalingOf(inputs);
  const width = CASCADE_INPUTS.length;
  const flat = new Float64Array(rows.length * width);
  inputs.forEach((entry, row) => {
    flat.set(scaledInputs(scaling, entry), row * width);
  });
  const outcomes = target.thresholds.map((threshold) =>
    Float64Array.from(rows, (row) => Number(amountAfter(row, target.horizonHours) > threshold)),
  );
  const pooled = fitLogit({ width, inputs: flat, outcomes }, { ridge: RIDGE, isMonotone: true });
  const judged = outcomes[target.judged] ?? new Float64Array();
  const logit = pooled === null ? null : stretched(pooled, flat, judged);
  if (logit === null) return null;
  return {
    horizonHours: target.horizonHours,
    ...scaling,
    logit,
    calibration: NO_CALIBRATION,
    baseRate: judged.reduce((sum, hit) => sum + hit, 0) / judged.length,
  };
}

/** The direction that all sizes of events agree on, with the steepness of the judged one: larger events follow falls more closely. */
function stretched({ slopes }: LogitModel, flat: Float64Array, judged: Float64Array): LogitModel | null {
  const width = slopes.length;
  const direction = { slopes, intercepts: [0] };
  const scores = Float64Array.from(judged, (_, row) =>
    logitAt(direction, flat.subarray(row * width, (row + 1) * width)),
  );
  const line = fitLogit({ width: 1, inputs: scores, outcomes: [judged] }, { ridge: STRETCH_RIDGE, isMonotone: true });
  const [factor] = line?.slopes ?? [];
  return line === null || factor === undefined
    ? null
    : { slopes: slopes.map((slope) => factor * slope), intercepts: line.intercepts };
}

/** Fits the calibration on probabilities of rows that no fit had seen; no change where they say too little. */
export function fitCalibration(probabilities: Float64Array, hits: Float64Array): BetaCalibration {
  const inputs = Float64Array.from([...probabilities].flatMap((p) => [Math.log(p), -Math.log1p(-p)]));
  const fitted = fitLogit(
    { width: 2, inputs, outcomes: [hits] },
    { ridge: CALIBRATION_RIDGE, centre: [1, 1], isMonotone: true },
  );
  const [a, b] = fitted?.slopes ?? [];
  const [c] = fitted?.intercepts ?? [];
  return a === undefined || b === undefined || c === undefined
    ? NO_CALIBRATION
    : { a: 1 + CALIBRATION_SHARE * (a - 1), b: 1 + CALIBRATION_SHARE * (b - 1), c: CALIBRATION_SHARE * c };
}

function scalingOf(inputs: readonly CascadeInputs[]): Pick<HazardModel, "centre" | "spread"> {
  const columns = CASCADE_INPUTS.map((name) => inputs.map((entry) => entry[name]));
  const centre = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const spread = columns.map((column, place) => {
    const squares = column.reduce((sum, value) => sum + (value - (centre[place] ?? 0)) ** 2, 0);
    // An input that never moved says nothing: any scale does.
    return Math.sqrt(squares / column.length) || 1;
  });
  return { centre, spread };
}
