/** Collateral tokens of a deployment: each has an insurance fund of its own. */
import type { DeploymentConfig } from "./deployment-config.ts";

/** A collateral token as the configuration knows it. */
export interface ConfiguredCollateral {
  /** Name in a deployment; its insurance fund is named `fund` + this. */
  readonly name: string;
  /** Address, or `test` for a token that the deployment makes. */
  readonly address: string;
  readonly settleBounty: bigint;
}

/** The quote token and every base token; only settling puts earns a bounty. */
export function collateralsOf({ quote, markets, settlement }: DeploymentConfig): readonly ConfiguredCollateral[] {
  const bases = markets.map(({ asset, base }) => ({ name: `base${asset}`, address: base, settleBounty: 0n }));
  return [{ name: "quote", address: quote, settleBounty: BigInt(settlement.quoteBounty) }, ...bases];
}
