/** What the models hand to scoring: a conditional distribution of the underlying. */
import type { CascadeState } from "./cascade.ts";
import type { AssetSymbol } from "./market.ts";
import type { SurfaceFault, SurfaceReading } from "./quoted-surface.ts";
import type { Hex } from "./units.ts";

/** Why a model's output is a fallback; each is one bit of the observation. */
export type FallbackReason =
  | "artefact-missing"
  | "artefact-hash"
  | "schema-mismatch"
  | "inputs-missing"
  | "inputs-out-of-range"
  | "output-invalid"
  | "fit-failed"
  | "implied-vol-from-model"
  | "synthetic-depth"
  | "short-history"
  | SurfaceFault;

/** Bit of each fallback in `Observation.fallbackBits`, fixed for ever. */
export const FALLBACK_BIT: Readonly<Record<FallbackReason, number>> = {
  "artefact-missing": 0,
  "artefact-hash": 1,
  "schema-mismatch": 2,
  "inputs-missing": 3,
  "inputs-out-of-range": 4,
  "output-invalid": 5,
  "fit-failed": 6,
  "implied-vol-from-model": 7,
  "synthetic-depth": 8,
  "short-history": 9,
  "no-chain": 10,
  "stale-chain": 11,
  "surface-failed": 12,
};

/** Horizons of the quantile network, hours. */
export const QUANTILE_HORIZONS_HOURS = [1, 4, 24, 72] as const;
/** Levels of the adverse move, ascending: probability that the worst move of the window is smaller. */
export const QUANTILE_LEVELS = [0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995] as const;

/** Volatility forecast of one asset: conditional variance path plus the empirical shape of its shocks. */
export interface VolForecast {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  /** Which classical model won, e.g. `gjr-t`. */
  readonly modelId: string;
  /** Length of one step, seconds. */
  readonly stepSec: number;
  /** Conditional standard deviation of the log return of each future step, decimal per step. `[steps]` */
  readonly sigmaPerStep: Float64Array;
  /** Standardised residuals of the fit, zero mean and unit variance not enforced. `[n]` */
  readonly residuals: Float64Array;
  readonly fallbacks: readonly FallbackReason[];
}

/** Adverse-move quantiles of one asset, decimal moves ≥ 0, non-decreasing in level and in horizon. */
export interface QuantilePrediction {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  /** Worst fall within the horizon, 1 − min/S. `[horizon][level]` */
  readonly fall: readonly Float64Array[];
  /** Worst rise within the horizon, max/S − 1. `[horizon][level]` */
  readonly rise: readonly Float64Array[];
  /** `quantile-net` or `garch-quantile`. */
  readonly modelId: string;
  readonly fallbacks: readonly FallbackReason[];
}

/** Everything scoring needs to know of one asset's future. */
export interface AssetPrediction {
  readonly volatility: VolForecast;
  readonly quantiles: QuantilePrediction;
  /** State of forced selling; absent or `null` where no model states it. It may raise requirements, never lower them. */
  readonly cascade?: CascadeState | null;
  /** Surface of quoted options, or why there is none; absent where nobody looked for one. */
  readonly surface?: SurfaceReading;
}

/** Identity of an artefact in use. */
export interface ModelIdentity {
  readonly id: string;
  /** SHA-256 of the ONNX file, or of the source-defined parameters of a classical model; 0x-prefixed. */
  readonly sha256: Hex;
}
