/** Measures one cell: every policy at the same realised breach rate, and the node's margins as stated. */
import { knobAtBreachRate } from "./knob-search.ts";
import { isBreach, type MarginFigures, marginFigures } from "./margin-figures.ts";
import { type CellWindow, POLICY_NAMES, type PolicyName, policyMargin } from "./policies.ts";

/** Breach rate at which policies are compared, and which the node states. */
export const STATED_BREACH = 0.01;

/** A policy at its knob. */
export interface ScaledPolicy {
  readonly knob: number;
  readonly margins: Float64Array;
  readonly figures: MarginFigures;
}

/** Figures of one cell. */
export interface CellResult {
  readonly cell: CellWindow;
  readonly valueMean: number;
  /** The node's margins without any scaling. */
  readonly stated: MarginFigures;
  readonly scaled: Readonly<Record<PolicyName, ScaledPolicy>>;
}

/** Measures all policies of a cell. */
export function measureCell(cell: CellWindow): CellResult {
  const { pairs, margins } = cell;
  const entries = POLICY_NAMES.map((name) => [name, scaledPolicy(cell, name, STATED_BREACH)] as const);
  return {
    cell,
    valueMean: pairs.reduce((sum, { value }) => sum + value, 0) / pairs.length,
    stated: marginFigures(margins, pairs),
    scaled: byName(entries),
  };
}

/** A policy at the knob that just keeps a breach rate. */
export function scaledPolicy(cell: CellWindow, name: PolicyName, rate: number): ScaledPolicy {
  const { pairs } = cell;
  const margin = policyMargin(cell, name);
  const isBreached = (place: number, knob: number): boolean =>
    isBreach(pairs[place]?.laterValue ?? Number.NaN, margin(place, knob));
  const knob = knobAtBreachRate({ count: pairs.length, isBreached }, rate);
  const margins = Float64Array.from(pairs, (_, place) => margin(place, knob));
  return { knob, margins, figures: marginFigures(margins, pairs) };
}

function byName<Value>(entries: readonly (readonly [PolicyName, Value])[]): Readonly<Record<PolicyName, Value>> {
  const find = (name: PolicyName): Value => {
    const entry = entries.find(([found]) => found === name);
    if (entry === undefined) throw new RangeError(`No policy ${name}`);
    return entry[1];
  };
  return {
    plimsoll: find("plimsoll"),
    static: find("static"),
    pctSpot: find("pctSpot"),
    exchange: find("exchange"),
    ewmaGap: find("ewmaGap"),
    impliedGap: find("impliedGap"),
  };
}
