/** Calls of the reference model's sequences: who calls what with which arguments, as data that can be replayed and shrunk. */
import type { RiskEntry } from "../../../oracle/domain/report.ts";
import type { ClassQuantile } from "../../../oracle/domain/score.ts";
import type { Address } from "../../../oracle/domain/units.ts";

/** Limits of a market side, see `MarketCaps` in `contracts/types/VaultTypes.sol`. */
export interface Caps {
  readonly maxOpenInterestE8: bigint;
  readonly maxCollateral: bigint;
  readonly maxSizeE8: bigint;
  readonly maxPositions: number;
}

/** Limits of liquidations of a market, see `MarketValves`. */
export interface ValveTerms {
  readonly effectBudgetE8: bigint;
  readonly cautionLimitE8: bigint;
  readonly windowSec: number;
}

/** Fund, fee share and bounty of a token, see `FundTerms`. */
export interface FundTerms {
  readonly fund: Address;
  readonly feeBps: number;
  readonly settleBounty: bigint;
}

/** Times, target and bounty of liquidations, see `LiquidationSettings`. */
export interface LiquidationSettings {
  readonly orderlySec: number;
  readonly lateSec: number;
  readonly coolOffSec: number;
  readonly flagLifeSec: number;
  readonly targetHealthBps: number;
  readonly flagBountyBps: number;
}

/** What is called; amounts as the vault takes them. */
export type Action =
  | {
      readonly kind: "open";
      readonly seriesId: bigint;
      readonly sizeE8: bigint;
      readonly collateral: bigint;
      readonly to: Address;
    }
  | {
      readonly kind: "mintMore";
      readonly id: number;
      readonly sizeE8: bigint;
      readonly collateral: bigint;
      readonly to: Address;
    }
  | { readonly kind: "addCollateral"; readonly id: number; readonly amount: bigint }
  | { readonly kind: "removeCollateral"; readonly id: number; readonly amount: bigint; readonly to: Address }
  | { readonly kind: "close"; readonly id: number; readonly sizeE8: bigint; readonly withdraw: bigint }
  | { readonly kind: "setOperator"; readonly operator: Address; readonly approved: boolean }
  | { readonly kind: "offerPosition"; readonly id: number; readonly to: Address }
  | { readonly kind: "acceptPosition"; readonly id: number }
  | { readonly kind: "reclassify"; readonly id: number }
  | { readonly kind: "markScored"; readonly id: number }
  | { readonly kind: "transferLongs"; readonly seriesId: bigint; readonly to: Address; readonly amountE8: bigint }
  | { readonly kind: "flag"; readonly id: number }
  | { readonly kind: "unflag"; readonly id: number }
  | { readonly kind: "liquidate"; readonly id: number; readonly maxSizeE8: bigint; readonly minOut: bigint }
  | {
      readonly kind: "takeOver";
      readonly id: number;
      readonly maxSizeE8: bigint;
      readonly minOut: bigint;
      readonly maxTopUp: bigint;
      readonly intoId: number;
    }
  | { readonly kind: "settlePrice"; readonly marketId: number; readonly expirySec: number; readonly round: number }
  | { readonly kind: "settle"; readonly ids: readonly number[] }
  | { readonly kind: "openEarly"; readonly seriesId: bigint }
  | { readonly kind: "holdFund"; readonly seriesId: bigint }
  | { readonly kind: "redeem"; readonly seriesId: bigint; readonly amountE8: bigint; readonly to: Address }
  | { readonly kind: "redeemFor"; readonly holder: Address; readonly seriesId: bigint; readonly amountE8: bigint }
  | { readonly kind: "claim"; readonly token: Address; readonly to: Address }
  | { readonly kind: "fundDeposit"; readonly fund: Address; readonly assets: bigint }
  | { readonly kind: "fundRequestExit"; readonly fund: Address; readonly shares: bigint }
  | { readonly kind: "fundCancelExit"; readonly fund: Address }
  | { readonly kind: "fundExit"; readonly fund: Address; readonly shares: bigint }
  | { readonly kind: "fundCollect"; readonly fund: Address }
  | { readonly kind: "pushPrice"; readonly marketId: number; readonly answer: bigint }
  | {
      readonly kind: "report";
      readonly epoch: bigint;
      readonly observedAt: number;
      readonly signers: number;
      readonly entries: readonly RiskEntry[];
      readonly quantiles: readonly ClassQuantile[];
    }
  | { readonly kind: "pauseNewRisk"; readonly durationSec: number }
  | { readonly kind: "pauseLiquidations"; readonly durationSec: number }
  | { readonly kind: "beginCaution"; readonly durationSec: number }
  | { readonly kind: "liftPauses" }
  | {
      readonly kind: "updateMarket";
      readonly marketId: number;
      readonly live: boolean;
      readonly least: readonly bigint[];
    }
  | { readonly kind: "setCaps"; readonly marketId: number; readonly isPut: boolean; readonly caps: Caps }
  | { readonly kind: "setValves"; readonly marketId: number; readonly terms: ValveTerms }
  | { readonly kind: "setFund"; readonly token: Address; readonly terms: FundTerms }
  | { readonly kind: "setLiquidation"; readonly settings: LiquidationSettings };

/** Names of the actions. */
export type Kind = Action["kind"];

/** An action of one kind. */
export type ActionOf<K extends Kind> = Extract<Action, { readonly kind: K }>;

/** One step of a sequence. */
export interface Call {
  readonly by: Address;
  /** Time of the block, seconds; rises from call to call. */
  readonly atSec: number;
  /** Whether the generator means it to succeed. */
  readonly meant: boolean;
  readonly action: Action;
}
