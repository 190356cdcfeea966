/** The volatility surface of the last chain of quoted options, as scoring reads it and people are shown it. */
import type { TenorSlice } from "../math/svi-surface.ts";
import type { Outcome } from "./errors.ts";
import type { AssetSymbol } from "./market.ts";

/** One expiry of a surface. */
export interface QuotedSlice extends TenorSlice {
  readonly expirySec: number;
  /** USD; its logarithm is where log moneyness is 0. */
  readonly forward: number;
  /** Quotes that it was fitted to. */
  readonly quoteCount: number;
  /** Least and greatest log moneyness among them. */
  readonly lowestQuoted: number;
  readonly highestQuoted: number;
}

/** A fitted surface with what it was fitted to. */
export interface QuotedSurface {
  readonly asset: AssetSymbol;
  readonly sourceId: string;
  /** Time of the quotes, seconds; tenors of the slices count from it. */
  readonly quotedAtSec: number;
  /** Price of the asset then, USD. */
  readonly index: number;
  /** Ascending in tenor, at least one. */
  readonly slices: readonly QuotedSlice[];
  /** How much work freedom from arbitrage took. */
  readonly repair: "none" | "slices" | "ssvi";
  /** Places of the grid at which it can be arbitraged, of those looked at. */
  readonly arbitragePoints: number;
  readonly gridPoints: number;
  /** Usable quotes, and those of them whose bid and ask hold the surface's price. */
  readonly quotes: number;
  readonly quotesInside: number;
  /** Level, risk reversal and butterfly at 7, 30 and 90 days, decimal a year, by name. */
  readonly factors: Readonly<Record<string, number>>;
  /** Whether it stands in for a later chain that gave no surface, or its index stands off the price: it may then only raise. */
  readonly standsIn: boolean;
}

/** Why an asset has no surface to score with. */
export type SurfaceFault = "no-chain" | "stale-chain" | "surface-failed";

/** The surface of an asset, or why there is none. */
export type SurfaceReading = Outcome<QuotedSurface, SurfaceFault>;

/** What one round scored an asset's options with. */
export interface SurfaceState {
  readonly asset: AssetSymbol;
  /** Time of the round, seconds. */
  readonly atSec: number;
  readonly reading: SurfaceReading;
}
