/** From days of vault lives to the figures that policies are compared by. */

import type { PolicySpec } from "../../../oracle/simulation/vault/policy-spec.ts";
import { addCounts, type DayCounts, EMPTY_DAY } from "../../../oracle/simulation/vault/vault-ledger.ts";
import type { PolicyDays } from "./live-segment.ts";

/** Figures of one policy over a window. Shares are of outstanding notional, size times spot. */
export interface PolicyFigures {
  /** Collateral held, mean over hours weighted by notional. */
  readonly locked: number;
  /** Value of the options themselves, likewise: what any margin must hold at least. */
  readonly optionValue: number;
  /** Maintenance requirement in force, likewise. */
  readonly required: number;
  /** Unpaid at settlement, basis points of notional a year. */
  readonly badDebtBps: number;
  readonly opened: number;
  /** Shorts liquidated at least once. */
  readonly liquidations: number;
  /** Of them: the collateral of before the first liquidation would have covered the settlement. */
  readonly wrongful: number;
  /** What liquidations cost beyond fair value, share of the notional that they closed; 0 without liquidations. */
  readonly overCharge: number;
}

/** A stretch of time, seconds; the end is not part of it. */
export interface Stretch {
  readonly fromSec: number;
  readonly toSec: number;
}

const HOURS_PER_YEAR = 8_760;
const BPS = 10_000;

/** Figures of the days of a stretch. */
export function figuresOf(days: ReadonlyMap<number, DayCounts>, { fromSec, toSec }: Stretch): PolicyFigures {
  const inside = [...days].filter(([daySec]) => daySec >= fromSec && daySec < toSec);
  const sum = inside.reduce((total, [, counts]) => addCounts(total, counts), EMPTY_DAY);
  const notionalYears = sum.notionalHours / HOURS_PER_YEAR;
  return {
    locked: sum.collateralHours / sum.notionalHours,
    optionValue: sum.valueHours / sum.notionalHours,
    required: sum.requiredHours / sum.notionalHours,
    badDebtBps: (sum.badDebt / notionalYears) * BPS,
    opened: sum.opened,
    liquidations: sum.liquidations,
    wrongful: sum.wrongful,
    overCharge: sum.liquidatedNotional > 0 ? sum.charge / sum.liquidatedNotional : 0,
  };
}

/** Adds up what segments found, policy by policy, in the order in which policies first appear. */
export function mergeDays(found: readonly PolicyDays[]): readonly PolicyDays[] {
  const merged = new Map<string, { readonly spec: PolicySpec; readonly days: Map<number, DayCounts> }>();
  for (const { spec, days } of found) {
    const key = `${spec.family}:${spec.knob}`;
    const entry = merged.get(key) ?? { spec, days: new Map<number, DayCounts>() };
    merged.set(key, entry);
    for (const [daySec, counts] of days) {
      entry.days.set(daySec, addCounts(entry.days.get(daySec) ?? EMPTY_DAY, counts));
    }
  }
  return [...merged.values()];
}
