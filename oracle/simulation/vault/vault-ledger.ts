/** What flows through a simulated vault, and what of it is counted by day. */
import type { OptionKind } from "../../domain/positions.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";

/** Flows of one side, token units: what came in is what went out and what is still held. */
export interface SideFlows {
  readonly paidIn: bigint;
  readonly withdrawn: bigint;
  /** To liquidators, the fund's share included. */
  readonly liquidated: bigint;
  /** To those who flag and settle. */
  readonly bounties: bigint;
  /** To holders at settlement. */
  readonly settled: bigint;
  /** Back to writers, at settlement or when a liquidation closed the last contract. */
  readonly refunded: bigint;
}

/** Counters of one day of one vault. Amounts in USD. */
export interface DayCounts {
  /** Sums over the full hours of the day: collateral held, notional, option value and maintenance requirement. */
  readonly collateralHours: number;
  readonly notionalHours: number;
  readonly valueHours: number;
  readonly requiredHours: number;
  /** What settlements left unpaid. */
  readonly badDebt: number;
  /** Shorts opened, and shorts liquidated for the first time. */
  readonly opened: number;
  readonly liquidations: number;
  /** Of the latter: the collateral of before the liquidation would have covered the settlement. */
  readonly wrongful: number;
  readonly liquidatedNotional: number;
  /** What liquidations cost writers beyond the fair value of what they closed. */
  readonly charge: number;
  /** Share of liquidations that went to the insurance fund. */
  readonly fundFees: number;
}

/** Books of one vault. */
export interface VaultLedger {
  readonly flows: ReadonlyMap<OptionKind, SideFlows>;
  /** By the start of the day, seconds. */
  readonly days: ReadonlyMap<number, DayCounts>;
  flow(kind: OptionKind, name: keyof SideFlows, amount: bigint): void;
  count(timeSec: number, counts: Partial<DayCounts>): void;
}

const NO_FLOWS: SideFlows = {
  paidIn: 0n,
  withdrawn: 0n,
  liquidated: 0n,
  bounties: 0n,
  settled: 0n,
  refunded: 0n,
};

/** A day on which nothing happened. */
export const EMPTY_DAY: DayCounts = {
  collateralHours: 0,
  notionalHours: 0,
  valueHours: 0,
  requiredHours: 0,
  badDebt: 0,
  opened: 0,
  liquidations: 0,
  wrongful: 0,
  liquidatedNotional: 0,
  charge: 0,
  fundFees: 0,
};

/** Names of the counters. */
export const DAY_COUNTERS: readonly (keyof DayCounts)[] = [
  "collateralHours",
  "notionalHours",
  "valueHours",
  "requiredHours",
  "badDebt",
  "opened",
  "liquidations",
  "wrongful",
  "liquidatedNotional",
  "charge",
  "fundFees",
];

/** Opens empty books. */
export function createVaultLedger(): VaultLedger {
  const flows = new Map<OptionKind, SideFlows>([
    ["call", NO_FLOWS],
    ["put", NO_FLOWS],
  ]);
  const days = new Map<number, DayCounts>();
  return {
    flows,
    days,
    flow: (kind, name, amount) => {
      const side = flows.get(kind) ?? NO_FLOWS;
      flows.set(kind, { ...side, [name]: side[name] + amount });
    },
    count: (timeSec, counts) => {
      const daySec = Math.floor(timeSec / SECONDS_PER_DAY) * SECONDS_PER_DAY;
      days.set(daySec, addCounts(days.get(daySec) ?? EMPTY_DAY, counts));
    },
  };
}

/** Sum of two days. */
export function addCounts(day: DayCounts, more: Partial<DayCounts>): DayCounts {
  const sum: { -readonly [Name in keyof DayCounts]: number } = { ...day };
  for (const name of DAY_COUNTERS) sum[name] += more[name] ?? 0;
  return sum;
}

/** What flowed in and has not flowed out, token units: equal to what the vault holds. */
export function heldOf(flows: SideFlows): bigint {
  const out = flows.withdrawn + flows.liquidated + flows.bounties + flows.settled + flows.refunded;
  return flows.paidIn - out;
}
