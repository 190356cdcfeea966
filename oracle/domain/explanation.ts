/** Why a position's numbers are what they are: contributions, counterfactuals and reasons, all of one round's inputs. */
import type { AssetSymbol, MarketDoubt } from "./market.ts";
import type { Address, Hex } from "./units.ts";

/** What inputs mean, in the order of the text; together they are everything that a score is made of. */
export const MEANINGS = [
  "volatility",
  "implied-vol",
  "tails",
  "depth",
  "series",
  "size",
  "collateral",
  "contagion",
  "doubt",
] as const;

/**
 * One group of inputs: `volatility` forecast, `implied-vol`, shape of the `tails`, order-book `depth`, moneyness and tenor of
 * the `series`, `size` against depth, `collateral`, forced selling and `contagion`, and `doubt` about data or models.
 */
export type Meaning = (typeof MEANINGS)[number];

/** Where inputs come from. */
export const INPUT_SOURCES = ["spot", "book", "funding", "vol-index", "option-chain", "lending", "position"] as const;

/** One source of inputs; `position` is the chain's own record of the position. */
export type InputSource = (typeof INPUT_SOURCES)[number];

/** The numbers that are explained, in the chain's units: ρ and π in basis points, score in points. */
export interface ExplainedNumbers {
  readonly rhoBps: number;
  readonly piBps: number;
  readonly score: number;
}

/** What one group of inputs moves each number by, away from the reference. */
export interface MeaningShare extends ExplainedNumbers {
  readonly meaning: Meaning;
  /** The reason in words, with figures and units. */
  readonly text: string;
}

/** The same by source. */
export interface SourceShare extends ExplainedNumbers {
  readonly source: InputSource;
}

/** What would have to be different for another result; verified by scoring the changed inputs again. */
export interface Counterfactual {
  readonly kind: "less-volatility" | "more-collateral" | "liquidation" | "no-doubt";
  /** What changes to what: share of today's volatility, collateral per contract, USD of spot; 1 for doubt that is gone. */
  readonly changedTo: number;
  /** ρ (less volatility, no doubt), score (more collateral) or health (liquidation) after the change. */
  readonly result: number;
  readonly text: string;
}

/** What the position is compared with. */
export interface ReferenceState extends ExplainedNumbers {
  /** `usual-day`: a small at-the-money position on a usual day; `class-default`: the numbers in force without any report. */
  readonly kind: "usual-day" | "class-default";
  readonly text: string;
}

/** Explanation of one position's score in one operator's round. */
export interface PositionExplanation {
  /** Version of this format and of the code that makes it. */
  readonly format: number;
  readonly source: Address;
  readonly id: string;
  readonly asset: AssetSymbol;
  /** Time of the round, seconds. */
  readonly atSec: number;
  /** keccak256 of the inputs that it is computed from. */
  readonly inputsHash: Hex;
  /** The numbers as this operator has signed them. */
  readonly signed: ExplainedNumbers;
  readonly reference: ReferenceState;
  /** Largest share of ρ first; they sum to `signed − reference`. */
  readonly meanings: readonly MeaningShare[];
  /** The same differences by source. */
  readonly sources: readonly SourceShare[];
  /** |sum − difference|, the greatest of the three numbers. */
  readonly completenessGap: number;
  readonly counterfactuals: readonly Counterfactual[];
}

/** Why a position has no explanation: one that does not add up, or is not of the signed numbers, is not shown. */
export type ExplanationFault = "incomplete" | "not-the-signed-score" | "not-scored";

/** A doubt in words. */
export function doubtText({ asset, reason, detail }: MarketDoubt): string {
  return detail === "" ? `${asset}: ${reason}` : `${asset}: ${reason} (${detail})`;
}

/** Everything that ties an explanation to a report on chain; texts are canonical JSON, as they were hashed. */
export interface ExplanationProof {
  /** Inputs of the position; their keccak256 is in the leaf. */
  readonly positionInputs: string;
  /** Inputs that all positions of the asset share; their keccak256 is in the text above. */
  readonly assetInputs: string;
  /** Siblings from the leaf to {@link inputsRoot}, which the signed observation holds. */
  readonly siblings: readonly Hex[];
  readonly inputsRoot: Hex;
  /** The signed observation, as operators send it. */
  readonly observation: string;
  /** What the report's evidence hash is made of, in its order. */
  readonly evidence: readonly { readonly digest: Hex; readonly signature: Hex }[];
}

/** Answer to a question for an explanation. */
export interface ExplanationAnswer {
  /** Epoch and digest of the report that counted the observation. */
  readonly epoch: bigint;
  readonly reportDigest: Hex;
  /** Whose score is explained. */
  readonly operator: Address;
  /** `null` with the reason beside it. */
  readonly explanation: PositionExplanation | null;
  readonly fault: ExplanationFault | null;
  readonly proof: ExplanationProof;
}

/** Which explanation is asked for. */
export interface ExplanationQuestion {
  readonly sourceIndex: number;
  readonly positionId: bigint;
  /** Epoch of the report; `null` for the newest explained one. */
  readonly epoch: bigint | null;
}
