/** The baseline of the mechanism: what a lending market like Aave v3 would ask of a short, the same at all times. */
import type { AssetSymbol } from "../../domain/market.ts";
import { BPS } from "../../domain/units.ts";
import type { MarginPolicy } from "../vault/margin-policy.ts";
import type { VaultTerms } from "../vault/vault-terms.ts";
import type { PolicyMaker } from "./evaluate-candidate.ts";
import { chooseOpening } from "./logit-writer.ts";

/** Settings of a lending market, decimals. */
export interface LenderSettings {
  /** Most that may be borrowed against the collateral: its complement is asked at opening. */
  readonly loanToValue: number;
  /** Debt over collateral at which a liquidation begins: its complement is the maintenance ρ. */
  readonly liquidationThreshold: number;
  /** What a liquidator gets beyond what he pays. */
  readonly liquidationBonus: number;
}

/** Aave v3 on Ethereum, WBTC and WETH (`aave-v3-params`, generated 2026-08-22). */
const LENDERS: Readonly<Record<string, LenderSettings>> = {
  BTC: { loanToValue: 0.73, liquidationThreshold: 0.78, liquidationBonus: 0.05 },
  ETH: { loanToValue: 0.805, liquidationThreshold: 0.83, liquidationBonus: 0.05 },
};
/** An asset that is not listed is taken as the stricter one. */
const STRICTEST: LenderSettings = { loanToValue: 0.73, liquidationThreshold: 0.78, liquidationBonus: 0.05 };
/** The bonus is on offer at once and does not rise: stages of one second and of a week. */
const STAGES = { orderlySec: 1, lateSec: 604_800 } as const;

/** Settings of the lender for an asset. */
export function lenderSettings(asset: AssetSymbol): LenderSettings {
  return LENDERS[asset] ?? STRICTEST;
}

/** A vault with a lender's settings, its requirements times a knob (1: as published). */
export function staticLender(terms: VaultTerms, scale = 1): PolicyMaker {
  return ({ world, writers }) => {
    const settings = lenderSettings(world.asset);
    const rhoBps = share((1 - settings.liquidationThreshold) * scale);
    const rhoInitialBps = share((1 - settings.loanToValue) * scale);
    const piBps = Math.min(rhoBps, Math.round(settings.liquidationBonus * BPS));
    const own = { ...terms, ...STAGES };
    const policy: MarginPolicy = {
      name: "lender",
      terms: own,
      hour: () => {},
      decide: (plan, moment) => {
        if (writers === null) return plan;
        const quote = { rhoInitialBps, rhoMaintenanceBps: rhoBps, piBps };
        return chooseOpening({ plan, moment, quote }, writers, world.luck[plan.index] ?? 0);
      },
      open: () => rhoInitialBps,
      maintenance: () => ({ rhoBps, rhoBeforeBps: rhoBps, piBps }),
      initial: () => rhoInitialBps,
      reclassify: () => {},
      grew: () => {},
      retired: () => {},
    };
    return { policy, terms: own };
  };
}

function share(ratio: number): number {
  return Math.min(BPS, Math.max(1, Math.round(ratio * BPS)));
}
