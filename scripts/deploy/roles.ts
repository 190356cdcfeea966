/** Which role may call which function of which contract: the one table that deployment, verification and tests share. */
import { type Abi, toFunctionSelector } from "viem";
import { hedgeMandateAbi } from "../../oracle/chain/abi/hedge-mandate.ts";
import { insuranceFundAbi } from "../../oracle/chain/abi/insurance-fund.ts";
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import { priceGuardAbi } from "../../oracle/chain/abi/price-guard.ts";
import { riskHistoryAbi } from "../../oracle/chain/abi/risk-history.ts";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import { settlementOracleAbi } from "../../oracle/chain/abi/settlement-oracle.ts";
import { signerRegistryAbi } from "../../oracle/chain/abi/signer-registry.ts";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { Hex } from "../../oracle/domain/units.ts";
import { collateralsOf } from "./collaterals.ts";
import type { DeploymentConfig } from "./deployment-config.ts";
import { HEDGE_PREFIX, hedgesOf } from "./hedges.ts";

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
/** The ABIs of vault and oracle are those of their interfaces, which do not name what every managed contract has. */
const managedAbi: Abi = priceGuardAbi.filter((item) => item.type === "function" && item.name === "setAuthority");

/** Contracts that every deployment has once, by their name in it. */
const SINGLE: Readonly<Record<string, ManagedContract>> = {
  signerRegistry: {
    contract: "SignerRegistry",
    abi: signerRegistryAbi,
    roles: { WIDENING: ["activateSet"], NARROWING: [], GUARDIAN: ["removeSigner"] },
    open: OF_EVERY_CONTRACT,
  },
  priceGuard: {
    contract: "PriceGuard",
    abi: priceGuardAbi,
    roles: { WIDENING: ["setFeed", "setSequencer"], NARROWING: [], GUARDIAN: [] },
    open: [...OF_EVERY_CONTRACT, "refreshClamp"],
  },
  settlementOracle: {
    contract: "SettlementOracle",
    abi: settlementOracleAbi,
    roles: { WIDENING: ["setMaxDelay", "setFallbackPrice"], NARROWING: [], GUARDIAN: ["sendToFallback"] },
    open: [...OF_EVERY_CONTRACT, ...["settlePrice", "settlePriceOfTwo", "endDispute", "recordRound", "recordPhaseEnd"]],
  },
  riskOracle: {
    contract: "RiskOracle",
    abi: [...riskOracleAbi, ...managedAbi],
    roles: {
      WIDENING: [
        ...["registerSource", "setRiskClass", "setRuleEngine", "setVerifier"],
        ...["rearmBreaker", "setWatch", "setDeliveryLimits", "setModelAllowed"],
      ],
      NARROWING: ["narrowRiskClass", "narrowDeliveryLimits", "disallowModel"],
      GUARDIAN: [],
    },
    open: [
      ...OF_EVERY_CONTRACT,
      ...["submitReport", "applyProofs", "tripBreaker", "releaseHeld", "discardHeld"],
      ...["registerPosition", "raiseEpoch", "retirePosition"],
      ...["copyPosition", "mergePosition", "reclassifyPosition"],
    ],
  },
  riskHistory: {
    contract: "RiskHistory",
    abi: riskHistoryAbi,
    roles: { WIDENING: [], NARROWING: ["switchHistoryOf"], GUARDIAN: [] },
    open: [...OF_EVERY_CONTRACT, "switchHistory", "record"],
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
      ...["openEarly", "holdFund"],
      ...["followBreaker", "setOperator", "offerPosition", "acceptPosition", "permit", "multicall"],
      ...["reclassify", "markScored"],
    ],
  },
};

const FUND_PREFIX = "fund";
/** Every insurance fund. */
const FUND: ManagedContract = {
  contract: "InsuranceFund",
  abi: insuranceFundAbi,
  roles: { WIDENING: ["setSettings"], NARROWING: [], GUARDIAN: [] },
  open: [
    ...OF_EVERY_CONTRACT,
    ...["approve", "transfer", "transferFrom", "deposit", "mint", "withdraw", "redeem"],
    ...["requestExit", "cancelExit", "collect", "contribute"],
    // Refuse everybody but the vault.
    ...["suspendFor", "reserve", "coverSeries"],
  ],
};

/** Every hedging mandate. */
const HEDGE: ManagedContract = {
  contract: "HedgeMandate",
  abi: hedgeMandateAbi,
  roles: {
    WIDENING: ["setTerms", "resume", "release", "payFund"],
    NARROWING: ["endMandate"],
    GUARDIAN: ["pause", "unwind"],
  },
  // Refuse everybody but those whom the terms name, and some let anybody in once the terms have ended.
  open: [...OF_EVERY_CONTRACT, "reportNetDelta", "trade", "reduce", "postMargin", "takeMargin"],
};

/** Managed contracts of a deployment by their name in it. */
export function managedContracts(config: DeploymentConfig): Readonly<Record<string, ManagedContract>> {
  const funds = collateralsOf(config).map(({ name }) => [`${FUND_PREFIX}${name}`, FUND] as const);
  const hedges = hedgesOf(config).map(({ name }) => [name, HEDGE] as const);
  return { ...SINGLE, ...Object.fromEntries([...funds, ...hedges]) };
}

/** The table's entry for a name, `undefined` for a contract that is not managed. */
export function managedContract(name: string): ManagedContract | undefined {
  if (name.startsWith(HEDGE_PREFIX)) return HEDGE;
  return SINGLE[name] ?? (name.startsWith(FUND_PREFIX) ? FUND : undefined);
}

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
