/** What a vault's market is configured with, as far as the simulation of vault lives reads it. */
import type { OptionKind } from "../../domain/positions.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { ChainSeries } from "../../rules/series-id.ts";

/** Which class a moneyness and a tenor belong to; as `OptionVault.setClassGrid` takes it. */
export interface ClassGrid {
  readonly moneynessEdgesBps: readonly number[];
  readonly tenorEdgesSec: readonly number[];
  /** Row by row: four tenor cells for each moneyness bucket. */
  readonly classIds: readonly number[];
}

/** Most that one report, and all reports of a window, may tighten. */
export interface DeliveryLimits {
  readonly reportTightened: number;
  readonly reportTighteningBps: number;
  readonly windowTightened: number;
  readonly windowTighteningBps: number;
  readonly windowSec: number;
}

/** Terms of one market of a vault. Amounts in token units of the side's collateral. */
export interface VaultTerms {
  readonly marketId: number;
  readonly decimals: Readonly<Record<OptionKind, number>>;
  readonly minCollateral: Readonly<Record<OptionKind, bigint>>;
  readonly settleBounty: Readonly<Record<OptionKind, bigint>>;
  readonly classes: ReadonlyMap<number, RiskClass>;
  readonly grid: ClassGrid;
  readonly delivery: DeliveryLimits;
  readonly orderlySec: number;
  readonly lateSec: number;
  readonly coolOffSec: number;
  readonly flagLifeSec: number;
  readonly targetHealthBps: number;
  /** Share of the equity beyond I that a flag pays, basis points. */
  readonly flagBountyBps: number;
  /** Share of x that goes to the insurance fund in the orderly stage, basis points. */
  readonly feeBps: number;
  /** Budget of parameter-caused liquidations a window, USD × 1e8. */
  readonly effectBudgetE8: bigint;
  readonly effectWindowSec: number;
}

const BPS = 10_000n;
const MAX_EDGE_BPS = 65_534;
/** Cells of a row of {@link ClassGrid}. */
export const TENOR_BUCKETS = 4;
/** `VaultOwners.HYSTERESIS_BPS`. */
const HYSTERESIS_BPS = 200n;

/** Price, USD × 1e8, and time, seconds. */
interface ClassMoment {
  readonly priceE8: bigint;
  readonly timeSec: number;
}

/** Class id of a series at a price (USD × 1e8) and a time, seconds. */
export function classIdAt(terms: VaultTerms, series: ChainSeries, at: ClassMoment): number {
  return classIdOf(terms, moneynessBps(series, at.priceE8), series.expirySec - at.timeSec);
}

/**
 * Class id that `OptionVault.reclassify` would move a short to: that of its moneyness and tenor, if it lies 2 % of the moneyness
 * clear of the bucket's edges; else `null`.
 */
export function clearClassIdAt(terms: VaultTerms, series: ChainSeries, at: ClassMoment): number | null {
  const bps = moneynessBps(series, at.priceE8);
  const margin = (bps * HYSTERESIS_BPS) / BPS;
  const tenorSec = series.expirySec - at.timeSec;
  const below = classIdOf(terms, bps - margin, tenorSec);
  return below === classIdOf(terms, bps + margin, tenorSec) ? below : null;
}

/** K/S for calls, S/K for puts, basis points. */
function moneynessBps({ strikeE8, isPut }: ChainSeries, priceE8: bigint): bigint {
  return isPut ? (priceE8 * BPS) / strikeE8 : (strikeE8 * BPS) / priceE8;
}

function classIdOf({ grid }: VaultTerms, exactBps: bigint, tenorSec: number): number {
  const { moneynessEdgesBps, tenorEdgesSec, classIds } = grid;
  const bps = Math.min(MAX_EDGE_BPS, Number(exactBps));
  const row = moneynessEdgesBps.filter((edge) => edge <= bps).length;
  const column = tenorEdgesSec.filter((edge) => edge <= Math.max(0, tenorSec)).length;
  return classIds[row * TENOR_BUCKETS + column] ?? 0;
}
