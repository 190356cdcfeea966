/** Feature vectors: what the models read. Missing values are explicit, never zero-filled silently. */
import type { AssetSymbol } from "./market.ts";
import type { Hex } from "./units.ts";

/** One entry of the versioned feature catalogue. Its index in the catalogue is its place in the vector. */
export interface FeatureDefinition {
  /** e.g. `realised-vol-24h`. */
  readonly name: string;
  readonly family: "returns" | "realised" | "jumps" | "volume" | "book" | "funding" | "correlation" | "implied";
  /** e.g. `decimal a year`, `decimal per 8 h`, `1`. */
  readonly unit: string;
  /** Look-back, seconds; 0 for the current value. */
  readonly windowSec: number;
  /** Kind of market event it is computed from. */
  readonly source: "bar" | "book" | "funding" | "vol-index";
  /** Plausible range; values outside are clipped and counted by the guard as out of range. */
  readonly min: number;
  readonly max: number;
  /** Sign constraint for monotone models: +1 where a larger value may only raise risk, 0 for none. */
  readonly monotone: 1 | 0;
}

/** The catalogue: order is part of the schema, and its hash is signed with every observation. */
export interface FeatureSchema {
  readonly version: number;
  readonly definitions: readonly FeatureDefinition[];
  /** keccak256 of the canonical JSON of version and definitions. */
  readonly hash: Hex;
}

/** Features of one asset at one time. */
export interface FeatureVector {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  readonly schemaHash: Hex;
  /** Values in schema order; NaN exactly where `missing` is 1. `[features]` */
  readonly values: Float64Array;
  /** 1 where the input was not available. `[features]` */
  readonly missing: Uint8Array;
  /** Names of features that were clipped to their plausible range. */
  readonly clipped: readonly string[];
}
