/** Terms of a simulated vault from the reviewed configuration of a deployment. */
import type { AssetSymbol } from "../../oracle/domain/market.ts";
import type { VaultTerms } from "../../oracle/simulation/vault/vault-terms.ts";
import { classesOf, type DeploymentConfig, gridOf } from "./deployment-config.ts";

const E8 = 10n ** 8n;
/** An asset without a market in the configuration is listed as this one is, its amounts in the same number of coins. */
const MODEL_MARKET: AssetSymbol = "ETH";

/** Terms of the market of an asset; an asset that the configuration does not list gets those of ETH. */
export function configuredTerms(config: DeploymentConfig, asset: AssetSymbol): VaultTerms {
  const own = config.markets.findIndex((market) => market.asset === asset);
  const place =
    own >= 0
      ? own
      : Math.max(
          0,
          config.markets.findIndex((market) => market.asset === MODEL_MARKET),
        );
  const market = config.markets[place];
  if (market === undefined) throw new RangeError("A deployment has at least one market; the schema says so.");
  const marketId = place + 1;
  const { liquidation, valves, delivery } = config;
  return {
    marketId,
    decimals: { call: market.baseDecimals, put: market.quoteDecimals },
    minCollateral: { call: BigInt(market.minBase), put: BigInt(market.minQuote) },
    settleBounty: { call: 0n, put: BigInt(config.settlement.quoteBounty) },
    classes: new Map(classesOf(config, marketId).map(({ classId, riskClass }) => [classId, riskClass])),
    grid: gridOf(config, marketId),
    delivery,
    orderlySec: liquidation.orderlySec,
    lateSec: liquidation.lateSec,
    coolOffSec: liquidation.coolOffSec,
    flagLifeSec: liquidation.flagLifeSec,
    targetHealthBps: liquidation.targetHealthBps,
    flagBountyBps: liquidation.flagBountyBps,
    feeBps: config.fund.feeBps,
    effectBudgetE8: BigInt(valves.effectBudgetUsd) * E8,
    effectWindowSec: valves.windowSec,
  };
}
