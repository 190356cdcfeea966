/** The policies of the collateral backtest on one window: the node's margins and every baseline, each with one knob. */
import type { ChainSnapshot } from "../../data/option-chains.ts";
import { BASELINE_NAMES, type BaselineName, held, type MarginRule } from "./baselines.ts";
import type { OptionPair } from "./snapshot-pairs.ts";

/** One asset and horizon with the pairs of the evaluated window. */
export interface CellWindow {
  /** `BTC_6h`. */
  readonly name: string;
  /** All snapshots of the asset, ascending in time. */
  readonly snapshots: readonly ChainSnapshot[];
  readonly pairs: readonly OptionPair[];
  /** The node's margins at its stated confidence. `[pairs]` */
  readonly margins: Float64Array;
  readonly rules: Readonly<Record<BaselineName, MarginRule>>;
}

/** Name of a policy. */
export type PolicyName = "plimsoll" | BaselineName;

/** All policies, the node's first. */
export const POLICY_NAMES: readonly PolicyName[] = ["plimsoll", ...BASELINE_NAMES];

/** Margin of the pair at a place under a policy's knob; the node's is `V + knob · (c − V)`. */
export function policyMargin(cell: CellWindow, name: PolicyName): (place: number, knob: number) => number {
  const { pairs, margins, rules } = cell;
  const rule = name === "plimsoll" ? null : rules[name];
  return (place, knob) => {
    const pair = pairs[place];
    if (pair === undefined) return Number.NaN;
    if (rule !== null) return rule(pair, knob);
    return held(pair, pair.value + knob * ((margins[place] ?? Number.NaN) - pair.value));
  };
}
