/** The contracts of a local run by their role, from the names that the deployment gave them. */
import { PlimsollError } from "../../domain/errors.ts";
import type { Address } from "../../domain/units.ts";
import type { LocalContracts, LocalFund, LocalHedge, LocalMarket } from "../../simulation/agents/local-world.ts";

/** Addresses of a deployment by name. */
export type DeployedAddresses = Readonly<Record<string, Address>>;

/** The part of a deployment's configuration that a local run needs. */
export interface LocalMarketConfig {
  readonly asset: string;
  readonly baseDecimals: number;
  readonly quoteDecimals: number;
}

/** Contracts of the oracle side. */
export interface OracleContracts {
  readonly oracle: Address;
  readonly signerRegistry: Address;
  readonly vault: Address;
}

/** Picks the contracts that operators read. */
export function oracleContracts(addresses: DeployedAddresses): OracleContracts {
  return {
    oracle: pickContract(addresses, "riskOracle"),
    signerRegistry: pickContract(addresses, "signerRegistry"),
    vault: pickContract(addresses, "vault"),
  };
}

/** Picks the contracts that actors use. */
export function localContracts(
  addresses: DeployedAddresses,
  token: Address,
  markets: readonly LocalMarketConfig[],
): LocalContracts {
  return {
    vault: pickContract(addresses, "vault"),
    token,
    oracle: pickContract(addresses, "riskOracle"),
    settlementOracle: pickContract(addresses, "settlementOracle"),
    loans: addresses.loans ?? null,
    markets: markets.map(
      (market, index): LocalMarket => ({
        ...market,
        marketId: index + 1,
        base: pickContract(addresses, `base${market.asset}`),
        quote: pickContract(addresses, "quote"),
        feed: pickContract(addresses, `feed${market.asset}`),
      }),
    ),
    funds: localFunds(addresses, markets),
    hedges: localHedges(addresses, markets),
  };
}

/** Funds of the quote token and of every base token, as the module names them. */
function localFunds(addresses: DeployedAddresses, markets: readonly LocalMarketConfig[]): readonly LocalFund[] {
  const tokens = new Map(markets.map(({ asset, baseDecimals }) => [`base${asset}`, baseDecimals]));
  const [first] = markets;
  if (first !== undefined) tokens.set("quote", first.quoteDecimals);
  return [...tokens].map(([name, decimals]) => ({
    fund: pickContract(addresses, `fund${name}`),
    token: pickContract(addresses, name),
    decimals,
  }));
}

/** Mandates of the markets that have one. */
function localHedges(addresses: DeployedAddresses, markets: readonly LocalMarketConfig[]): readonly LocalHedge[] {
  return markets.flatMap(({ asset, quoteDecimals }) => {
    const mandate = addresses[`hedge${asset}`];
    if (mandate === undefined) return [];
    return [
      {
        asset,
        mandate,
        venue: pickContract(addresses, `perp${asset}`),
        token: pickContract(addresses, "quote"),
        decimals: quoteDecimals,
      },
    ];
  });
}

/**
 * One contract by its name.
 *
 * @throws PlimsollError `DEPLOYMENT_INCOMPLETE`.
 */
export function pickContract(addresses: DeployedAddresses, name: string): Address {
  const address = addresses[name];
  if (address !== undefined) return address;
  throw new PlimsollError({
    code: "DEPLOYMENT_INCOMPLETE",
    problem: `The deployment has no contract named ${name}.`,
    remedy: "Deploy again; the module in scripts/deploy/modules names every contract.",
    context: { name },
  });
}
