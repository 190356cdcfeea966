/** Which role may call which function of which contract: the one table that deployment, verification and tests share. */
import { type Abi, toFunctionSelector } from "viem";
import { modelRegistryAbi } from "../../oracle/chain/abi/model-registry.ts";
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import { priceGuardAbi } from "../../oracle/chain/abi/price-guard.ts";
import { riskClassesAbi } from "../../oracle/chain/abi/risk-classes.ts";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import { settlementOracleAbi } from "../../oracle/chain/abi/settlement-oracle.ts";
import { signerRegistryAbi } from "../../oracle/chain/abi/signer-registry.ts";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { Hex } from "../../oracle/domain/units.ts";

/** Roles of `PlimsollAccessManager` by their number on chain. */
export const ROLE_IDS = { ADMIN: 0n, WIDENING: 1n, NARROWING: 2n, GUARDIAN: 3n } as const;
/** A role that functions are given to. */
export type FunctionRole = "WIDENING" | "NARROWING" | "GUARDIAN";
/** The roles that functions are given to, in the order of deployment. */
export const FUNCTION_ROLES: readonly FunctionRole[] = ["WIDENING", "NARROWING", "GUARDIAN"];

/** State-changing functions of one managed contract: by role, and those that anybody may call. */
export interface ManagedContract {
  /** Name of the artifact. */
  readonly contract: string;
  readonly abi: Abi;
  readonly roles: Readonly<Record<FunctionRole, readonly string[]>>;
  readonly open: readonly string[];
}

/** Every function that every managed contract has: `setAuthority` answers only to the access manager itself. */
const OF_EVERY_CONTRACT = ["setAuthority"];
/** The vault's ABI is that of its interface, which does not name what every managed contract has. */
const managedAbi: Abi = priceGuardAbi.filter((item) => item.type === "function" && item.name === "setAuthority");

/** Managed contracts by their name in a deployment. */
export const MANAGED: Readonly<Record<string, ManagedContract>> = {
  signerRegistry: {
    contract: "SignerRegistry",
    abi: signerRegistryAbi,
    roles: { WIDENING: ["activateSet"], NARROWING: [], GUARDIAN: ["removeSigner"] },
    open: OF_EVERY_CONTRACT,
  },
  riskClasses: {
    contract: "RiskClasses",
    abi: riskClassesAbi,
    roles: { WIDENING: ["setRiskClass"], NARROWING: ["narrowRiskClass"], GUARDIAN: [] },
    open: OF_EVERY_CONTRACT,
  },
  modelRegistry: {
    contract: "ModelRegistry",
    abi: modelRegistryAbi,
    roles: { WIDENING: ["setAllowed"], NARROWING: ["disallow"], GUARDIAN: [] },
    open: OF_EVERY_CONTRACT,
  },
  priceGuard: {
    contract: "PriceGuard",
    abi: priceGuardAbi,
    roles: { WIDENING: ["setFeed"], NARROWING: [], GUARDIAN: [] },
    open: OF_EVERY_CONTRACT,
  },
  settlementOracle: {
    contract: "SettlementOracle",
    abi: settlementOracleAbi,
    roles: { WIDENING: ["setMaxDelay"], NARROWING: [], GUARDIAN: [] },
    open: [...OF_EVERY_CONTRACT, "settlePrice"],
  },
  riskOracle: {
    contract: "RiskOracle",
    abi: riskOracleAbi,
    roles: { WIDENING: ["registerSource"], NARROWING: [], GUARDIAN: [] },
    open: [
      ...OF_EVERY_CONTRACT,
      "submitReport",
      "registerPosition",
      "raiseEpoch",
      "retirePosition",
      ...["copyPosition", "mergePosition", "reclassifyPosition"],
    ],
  },
  vault: {
    contract: "OptionVault",
    abi: [...optionVaultAbi, ...managedAbi],
    roles: {
      WIDENING: [
        ...["addMarket", "updateMarket", "setMarketCaps", "setClassGrid"],
        ...["setLiquidationSettings", "setMarketValves", "setFund", "liftPauses"],
      ],
      NARROWING: ["stopMarket"],
      GUARDIAN: ["pauseNewRisk", "pauseLiquidations", "beginCaution"],
    },
    open: [
      ...OF_EVERY_CONTRACT,
      ...["open", "mintMore", "addCollateral", "removeCollateral", "close"],
      ...["flag", "unflag", "liquidate", "takeOver", "settle", "redeem", "redeemFor", "claim"],
      ...["setOperator", "offerPosition", "acceptPosition", "reclassify", "permit", "multicall"],
    ],
  },
};

/** Selectors of the functions that a role may call on a contract. */
export function selectorsOf({ abi, roles }: ManagedContract, role: FunctionRole): readonly Hex[] {
  return roles[role].map((name) => selectorOf(abi, name));
}

/**
 * Selector of a function by name.
 *
 * @throws PlimsollError `FUNCTION_UNKNOWN` when the ABI has no function, or several, of this name.
 */
export function selectorOf(abi: Abi, name: string): Hex {
  const [found, second] = abi.filter((item) => item.type === "function" && item.name === name);
  if (found?.type === "function" && second === undefined) return toFunctionSelector(found);
  throw new PlimsollError({
    code: "FUNCTION_UNKNOWN",
    problem: `The ABI has ${found === undefined ? "no function" : "several functions"} named ${name}.`,
    remedy: "Correct the table in scripts/deploy/roles.ts, or run `npm run generate` after a change of the contracts.",
    context: { name },
  });
}

/** Names of the functions of an ABI that can change state. */
export function stateChanging(abi: Abi): readonly string[] {
  return abi.flatMap((item) => {
    const changes = item.type === "function" && item.stateMutability !== "view" && item.stateMutability !== "pure";
    return changes ? [item.name] : [];
  });
}
