/** Scores of positions: the product of one operator's round before it is signed. */
import type { FallbackReason } from "./prediction.ts";
import type { Address } from "./units.ts";

/** One reason behind a ratio, as share of ρ in basis points; the contributions of a score sum to its ρ. */
export interface ScoreReason {
  readonly factor:
    | "scenario-loss"
    | "expected-shortfall"
    | "close-out-depth"
    | "implied-vol"
    | "learned-tail"
    | "concentration"
    | "contagion"
    | "stress-floor"
    | "cascade"
    | "class-floor"
    | "class-ceiling"
    | "doubtful-data";
  readonly contributionBps: number;
}

/** Score of one position, already in the chain's integers. */
export interface PositionScore {
  readonly source: Address;
  readonly id: bigint;
  readonly epoch: number;
  readonly classId: number;
  /** Collateral ratio ρ, 1…10 000, rounded up. */
  readonly rhoBps: number;
  /** Liquidation penalty π, 0…10 000, `π + δ ≤ ρ`. */
  readonly piBps: number;
  /** floor(100 · −log10 p), 0…600. */
  readonly score: number;
  /** P(close-out cost exceeds collateral) within the horizon, [1e-6, 1]. */
  readonly probabilityOfDefault: number;
  /** Fair value and close-out cost per contract, collateral units. */
  readonly optionValue: number;
  readonly closeOutCost: number;
  /** Largest contribution first. */
  readonly reasons: readonly ScoreReason[];
  readonly fallbacks: readonly FallbackReason[];
}

/** Quantile of current scores of one risk class: the requirement for new positions. */
export interface ClassQuantile {
  readonly classId: number;
  readonly rhoBps: number;
  readonly piBps: number;
}
