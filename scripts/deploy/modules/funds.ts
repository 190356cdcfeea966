/** Ignition part: one insurance fund for each collateral token, named to the vault with its terms. */
import type { NamedArtifactContractAtFuture } from "@nomicfoundation/ignition-core";
import { collateralsOf } from "../collaterals.ts";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { Builder, Contract, Future } from "./governance.ts";

/** What the funds stand on. */
export interface FundGround {
  readonly authority: Contract;
  readonly vault: Contract;
  readonly vaultCalls: NamedArtifactContractAtFuture<string>;
  /** Tokens that the deployment makes, by their name in it. */
  readonly test: Readonly<Record<string, Contract>>;
}

/** Contracts and calls of the part. */
export interface FundsPart {
  /** Funds by `fund` + the token's name. */
  readonly funds: Readonly<Record<string, Contract>>;
  readonly connected: readonly Future[];
}

/** Adds the funds to a module. */
export function deployFunds(m: Builder, config: DeploymentConfig, ground: FundGround): FundsPart {
  const { authority, vault, vaultCalls, test } = ground;
  const { feeBps, ...limits } = config.fund;
  const funds: Record<string, Contract> = {};
  const connected: Future[] = [];
  for (const { name, address, settleBounty } of collateralsOf(config)) {
    const token = test[name] ?? address;
    const args = [authority, vault, token, { ...limits }, `Plimsoll cover ${name}`, `pc-${name}`];
    const fund = m.contract("InsuranceFund", args, { id: `fund_${name}` });
    const terms = { fund, feeBps, settleBounty };
    funds[`fund${name}`] = fund;
    connected.push(m.call(vaultCalls, "setFund", [token, terms], { id: `cover_${name}` }));
  }
  return { funds, connected };
}
