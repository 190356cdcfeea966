/** Short option positions as the node reads them from a position source on chain. */
import type { AssetSymbol } from "./market.ts";
import { type Address, SECONDS_PER_YEAR } from "./units.ts";

/** A call pays above the strike, a put below. */
export type OptionKind = "call" | "put";

/** A European, cash-settled series. Calls are collateralised in the base asset, puts in the quote asset (USD). */
export interface OptionSeries {
  readonly seriesId: bigint;
  readonly asset: AssetSymbol;
  readonly kind: OptionKind;
  /** USD. */
  readonly strike: number;
  /** Seconds since the epoch; 08:00 UTC. */
  readonly expirySec: number;
}

/** One short position. Amounts are decimal numbers for statistics; the integers stay beside them for the chain. */
export interface Position extends OptionSeries {
  /** Contract that created the id (the position source, e.g. the vault). */
  readonly source: Address;
  /** Index of the source at the oracle. */
  readonly sourceIndex: number;
  readonly id: bigint;
  /** Rises with every risk-increasing change; a loosening counts only for the epoch it saw. */
  readonly epoch: number;
  readonly owner: Address;
  readonly classId: number;
  /** Contracts (1 contract = 1 coin). */
  readonly size: number;
  readonly sizeE8: bigint;
  /** Collateral per contract: coins for calls, USD for puts. */
  readonly collateralPerContract: number;
  /** Total collateral in token units. */
  readonly collateralUnits: bigint;
  /** Seconds of the flag, or `null` while not flagged. */
  readonly flaggedAtSec: number | null;
}

/** Intrinsic value and maximum loss per contract, in collateral units (coins for calls, USD for puts). */
export interface PayoffBounds {
  readonly intrinsic: number;
  readonly maxLoss: number;
}

/** Intrinsic value I and maximum loss L per contract in collateral units; `L − I` is the time-value ceiling. */
export function payoffBounds(series: Pick<OptionSeries, "kind" | "strike">, spot: number): PayoffBounds {
  if (series.kind === "put") return { intrinsic: Math.max(series.strike - spot, 0), maxLoss: series.strike };
  return { intrinsic: Math.max(spot - series.strike, 0) / spot, maxLoss: 1 };
}

/** Years to expiry, never negative. */
export function tenorYears(series: Pick<OptionSeries, "expirySec">, atSec: number): number {
  return Math.max(0, series.expirySec - atSec) / SECONDS_PER_YEAR;
}

/** Whether a position still owes anything: not expired, not empty. A size that is no number is not known to be none. */
export function isLive({ expirySec, size }: Pick<Position, "expirySec" | "size">, atSec: number): boolean {
  return expirySec > atSec && !(size <= 0);
}

/** Key of a position inside one round: source address and id. */
export function positionKey(position: Pick<Position, "source" | "id">): string {
  return `${position.source.toLowerCase()}:${position.id}`;
}
