/** The numbers of a deployment that the search may move, their ranges, and how they enter the terms of a vault. */
import type { RiskClass } from "../../domain/risk-class.ts";
import { BPS } from "../../domain/units.ts";
import { TENOR_BUCKETS, type VaultTerms } from "../vault/vault-terms.ts";

/** Values of all parameters, by name. */
export interface MechanismParameters {
  /** Factor on the classes' ρ for new and unscored shorts of the reviewed configuration. */
  readonly classScale: number;
  /** Factor on the classes' floors of ρ. */
  readonly floorScale: number;
  /** Factor on the classes' default π. */
  readonly penaltyScale: number;
  readonly penaltyFloorBps: number;
  readonly deltaBps: number;
  readonly betaBps: number;
  readonly graceMinutes: number;
  readonly rampMinutes: number;
  readonly orderlyMinutes: number;
  readonly lateMinutes: number;
  readonly targetHealthBps: number;
  readonly flagBountyBps: number;
  readonly fundFeeBps: number;
  /** Δ_max. */
  readonly maxAboveOpenBps: number;
}

/** Name of a parameter. */
export type ParameterName = keyof MechanismParameters;

/** Range of a parameter and the step to which it is rounded before it is tried. */
export interface ParameterRange {
  readonly name: ParameterName;
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/**
 * Ranges. They keep what reviews and contracts demand: owners have at least ten minutes and half an hour (options-vaults.md §4.3), a
 * score's validity and the whole reaction fit the six hours of the models, a flag pays at most 1 % and the fund gets at most a fifth.
 */
export const PARAMETER_RANGES: readonly ParameterRange[] = [
  { name: "classScale", low: 0.3, high: 1.5, step: 0.01 },
  { name: "floorScale", low: 0.5, high: 3, step: 0.05 },
  { name: "penaltyScale", low: 0.4, high: 2, step: 0.05 },
  { name: "penaltyFloorBps", low: 5, high: 100, step: 5 },
  { name: "deltaBps", low: 10, high: 200, step: 10 },
  { name: "betaBps", low: 1_000, high: 10_000, step: 100 },
  { name: "graceMinutes", low: 10, high: 40, step: 1 },
  { name: "rampMinutes", low: 30, high: 90, step: 1 },
  { name: "orderlyMinutes", low: 5, high: 30, step: 1 },
  { name: "lateMinutes", low: 15, high: 120, step: 1 },
  { name: "targetHealthBps", low: 10_500, high: 20_000, step: 100 },
  { name: "flagBountyBps", low: 0, high: 100, step: 5 },
  { name: "fundFeeBps", low: 0, high: 2_000, step: 100 },
  { name: "maxAboveOpenBps", low: 1_500, high: 5_000, step: 100 },
];

const MINUTE_SEC = 60;
/** Six hours of horizon less three of validity and five minutes of delay are left for grace, ramp and both stages. */
const REACTION_MINUTES = 175;
const LEAST_LATE_MINUTES = 15;

/** The reviewed configuration as a point of the search. */
export function configuredParameters(terms: VaultTerms): MechanismParameters {
  const first = anyClass(terms);
  return {
    classScale: 1,
    floorScale: 1,
    penaltyScale: 1,
    penaltyFloorBps: first.piFloorBps,
    deltaBps: first.deltaBps,
    betaBps: first.betaBps,
    graceMinutes: first.graceMinutes,
    rampMinutes: first.rampMinutes,
    orderlyMinutes: terms.orderlySec / MINUTE_SEC,
    lateMinutes: terms.lateSec / MINUTE_SEC,
    targetHealthBps: terms.targetHealthBps,
    flagBountyBps: terms.flagBountyBps,
    fundFeeBps: terms.feeBps,
    maxAboveOpenBps: first.maxAboveOpenBps,
  };
}

/** The terms of a vault with other parameters; `floor ≤ ρ`, `π floor ≤ π ≤ cap` and `π + δ ≤ ρ` hold for every default. */
export function termsWith(terms: VaultTerms, parameters: MechanismParameters): VaultTerms {
  const classes = [...terms.classes].map(([id, riskClass]) => {
    return [id, classWith(riskClass, parameters, bucketOf(terms, id))] as const;
  });
  return {
    ...terms,
    classes: new Map(classes),
    orderlySec: parameters.orderlyMinutes * MINUTE_SEC,
    lateSec: parameters.lateMinutes * MINUTE_SEC,
    targetHealthBps: parameters.targetHealthBps,
    flagBountyBps: parameters.flagBountyBps,
    feeBps: parameters.fundFeeBps,
  };
}

/**
 * Bounds of one class under other parameters.
 *
 * @param bucket classes of the same bucket of moneyness, at least the class itself: a configuration has one default π for all
 * of them, which the one with the least ρ bounds.
 */
export function classWith(
  riskClass: RiskClass,
  parameters: MechanismParameters,
  bucket: readonly RiskClass[],
): RiskClass {
  const { deltaBps, penaltyFloorBps, betaBps, graceMinutes, rampMinutes, maxAboveOpenBps } = parameters;
  const rhoFloorBps = Math.max(Math.round(riskClass.rhoFloorBps * parameters.floorScale), penaltyFloorBps + deltaBps);
  const rhoOf = (initialBps: number): number => bounded(initialBps * parameters.classScale, rhoFloorBps, BPS);
  const rhoInitialBps = rhoOf(riskClass.rhoInitialBps);
  const leastRhoBps = rhoOf(Math.min(...bucket.map((member) => member.rhoInitialBps)));
  const piDefault = riskClass.piDefaultBps * parameters.penaltyScale;
  const piDefaultBps = bounded(piDefault, penaltyFloorBps, Math.min(riskClass.piCapBps, leastRhoBps - deltaBps));
  return {
    ...riskClass,
    rhoFloorBps,
    rhoInitialBps,
    rhoDefaultBps: rhoInitialBps,
    piFloorBps: penaltyFloorBps,
    piDefaultBps,
    deltaBps,
    betaBps,
    graceMinutes,
    rampMinutes,
    maxAboveOpenBps,
  };
}

/** A point of the unit cube as parameters: each on its range, rounded to its step. `[ranges]` */
export function parametersAt(point: ArrayLike<number>): MechanismParameters {
  const values = PARAMETER_RANGES.map(({ name, low, high, step }, axis): readonly [ParameterName, number] => {
    const share = Math.min(1, Math.max(0, point[axis] ?? 0));
    const rounded = Math.round((low + share * (high - low)) / step) * step;
    return [name, Number(Math.min(high, Math.max(low, rounded)).toFixed(6))];
  });
  const changed: { -readonly [Name in ParameterName]: number } = { ...LOWEST };
  for (const [name, value] of values) changed[name] = value;
  const before = changed.graceMinutes + changed.rampMinutes + changed.orderlyMinutes;
  changed.lateMinutes = Math.max(LEAST_LATE_MINUTES, Math.min(changed.lateMinutes, REACTION_MINUTES - before));
  return changed;
}

/** The place of parameters in the unit cube, clipped to the ranges. `[ranges]` */
export function pointOf(parameters: MechanismParameters): Float64Array {
  return Float64Array.from(PARAMETER_RANGES, ({ name, low, high }) =>
    Math.min(1, Math.max(0, (parameters[name] - low) / (high - low))),
  );
}

const LOWEST: MechanismParameters = {
  classScale: 0,
  floorScale: 0,
  penaltyScale: 0,
  penaltyFloorBps: 0,
  deltaBps: 0,
  betaBps: 0,
  graceMinutes: 0,
  rampMinutes: 0,
  orderlyMinutes: 0,
  lateMinutes: 0,
  targetHealthBps: 0,
  flagBountyBps: 0,
  fundFeeBps: 0,
  maxAboveOpenBps: 0,
};

/** The classes of all tenors of the moneyness of a class; itself where the grid does not hold it. */
function bucketOf({ grid, classes }: VaultTerms, id: number): readonly RiskClass[] {
  const place = grid.classIds.indexOf(id);
  const row = place - (place % TENOR_BUCKETS);
  const ids = place < 0 ? [id] : grid.classIds.slice(row, row + TENOR_BUCKETS);
  return ids.flatMap((member) => classes.get(member) ?? []);
}

function anyClass({ classes }: VaultTerms): RiskClass {
  const [first] = classes.values();
  if (first === undefined) throw new RangeError("A configuration has at least one class; its schema says so.");
  return first;
}

function bounded(value: number, low: number, high: number): number {
  return Math.round(Math.min(Math.max(value, low), high));
}
