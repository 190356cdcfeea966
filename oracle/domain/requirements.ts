/** What positions that do not exist would need: over moneyness, tenor and size, in the market of the newest signed round. */
import type { AssetSymbol } from "./market.ts";
import type { OptionKind } from "./positions.ts";
import type { FallbackReason } from "./prediction.ts";

/** Places that are asked about. */
export interface RequirementGrid {
  /** Strike over spot. */
  readonly moneyness: readonly number[];
  readonly tenorDays: readonly number[];
  /** Size as contracts times spot, USD. */
  readonly notionalUsd: readonly number[];
}

/** One place. */
export interface RequirementCell {
  readonly kind: OptionKind;
  readonly moneyness: number;
  readonly tenorDays: number;
  readonly notionalUsd: number;
  readonly strike: number;
  /** Class that a new position there would have. */
  readonly classId: number;
  /** What the scoring would ask for inside the bounds of the class, basis points. */
  readonly rhoBps: number;
  readonly piBps: number;
  /** What the static grid would ask for, basis points. */
  readonly gridBps: number;
}

/** All places of one asset. */
export interface RequirementSurface {
  readonly asset: AssetSymbol;
  /** Anchor of the round whose market it is, seconds. */
  readonly atSec: number;
  /** USD. */
  readonly spot: number;
  /** Whether the market of the round was in doubt, so that places are conservative. */
  readonly isDoubted: boolean;
  readonly fallbacks: readonly FallbackReason[];
  readonly cells: readonly RequirementCell[];
}

/** What is asked. */
export interface RequirementQuestion {
  readonly asset: AssetSymbol;
  readonly grid: RequirementGrid;
}

/** Answers it. */
export interface RequirementView {
  /**
   * The surface of the newest round that is done; one of a newer round is worked out meanwhile.
   *
   * @returns `null` while the first answer is being worked out, or before the first signed round.
   * @throws PlimsollError `REQUIREMENTS_ASSET_UNKNOWN`, `REQUIREMENTS_BUSY`.
   */
  find(question: RequirementQuestion): Promise<RequirementSurface | null>;
}
