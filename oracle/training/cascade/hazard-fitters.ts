/** The fits that a walk compares: the hazard with and without arrivals, and the plain logit that it must beat. */
import type { HawkesProcess } from "../../math/hawkes.ts";
import { fitLogit, logistic, logitAt } from "../../math/logit-regression.ts";
import type { CascadeInputs } from "../../models/cascade/cascade-inputs.ts";
import { type HazardModel, hazard, rawHazard } from "../../models/cascade/hazard.ts";
import { excitations, fitArrivals, fitCalibration, fitHazard, isEvent } from "./fit-hazard.ts";
import { type HazardRow, type LiquidationFlow, PLAIN_INPUTS } from "./hazard-rows.ts";
import type { HazardFitter, KnownHazards } from "./hazard-walk.ts";

/** A fitted hazard with the process that it reads; `null` without arrivals among its inputs. */
export interface FittedHazard {
  readonly model: HazardModel;
  readonly arrivals: HawkesProcess | null;
}

/** Forecasts before the first calibration: two months of hours. */
const LEAST_CALIBRATED = 1_440;
/** Only to keep dependent inputs apart. */
const PLAIN_RIDGE = 1e-4;

/** Fits the hazard; with `readsArrivals` the self-exciting arrivals are among its inputs. */
export function hazardFitter(flow: LiquidationFlow, readsArrivals: boolean): HazardFitter {
  return (known) => {
    const fitted = fitHazardAt(known, flow, readsArrivals);
    if (fitted === null) return null;
    const { model, arrivals } = fitted;
    return (rows) =>
      inputsOf(rows, { flow, arrivals, horizonHours: model.horizonHours }).map((inputs) => ({
        raw: rawHazard(model, inputs),
        probability: hazard(model, inputs),
      }));
  };
}

/** The hazard as of a time, calibrated where there are enough earlier forecasts; `null` where an event never followed. */
export function fitHazardAt(
  { atSec, target, rows, forecasts }: KnownHazards,
  flow: LiquidationFlow,
  readsArrivals: boolean,
): FittedHazard | null {
  const arrivals = readsArrivals ? fitArrivals(flow, atSec) : null;
  const inputs = inputsOf(rows, { flow, arrivals, horizonHours: target.horizonHours });
  const model = fitHazard(rows, inputs, target);
  if (model === null || forecasts.length < LEAST_CALIBRATED) return model === null ? null : { model, arrivals };
  const calibration = fitCalibration(
    Float64Array.from(forecasts, ({ raw }) => raw),
    Float64Array.from(forecasts, ({ isHit }) => Number(isHit)),
  );
  return { model: { ...model, calibration }, arrivals };
}

/** Inputs of rows with the excitation of a process. */
export function inputsOf(
  rows: readonly HazardRow[],
  reading: {
    readonly flow: LiquidationFlow;
    readonly arrivals: HawkesProcess | null;
    readonly horizonHours: number;
  },
): readonly CascadeInputs[] {
  const atSec = Float64Array.from(rows, (row) => row.atSec);
  const { flow, arrivals, horizonHours } = reading;
  const excited = excitations(arrivals, flow, { atSec, horizonHours });
  return rows.map(({ inputs }, place) => ({ ...inputs, excitation: excited[place] ?? 0 }));
}

/** The plain logit: free signs, one event, no calibration. */
export const fitPlain: HazardFitter = ({ rows, target }) => {
  const width = PLAIN_INPUTS.length;
  const columns = PLAIN_INPUTS.map((_, place) => rows.map(({ plain }) => plain[place] ?? Number.NaN));
  const centre = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const spread = columns.map((column, place) => {
    const squares = column.reduce((sum, value) => sum + (value - (centre[place] ?? 0)) ** 2, 0);
    return Math.sqrt(squares / column.length) || 1;
  });
  const scaled = ({ plain }: HazardRow): readonly number[] =>
    plain.map((value, place) => (value - (centre[place] ?? 0)) / (spread[place] ?? 1));
  const inputs = Float64Array.from(rows.flatMap(scaled));
  const outcomes = [Float64Array.from(rows, (row) => Number(isEvent(row, target)))];
  const logit = fitLogit({ width, inputs, outcomes }, { ridge: PLAIN_RIDGE, isMonotone: false });
  if (logit === null) return null;
  return (later) =>
    later.map((row) => {
      const probability = logistic(logitAt(logit, scaled(row)));
      return { raw: probability, probability };
    });
};
