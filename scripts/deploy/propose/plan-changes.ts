/** From a wanted configuration to calls: what differs from the chain, each through the quickest function that may do it. */
import { type Abi, getAddress } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { settlementOracleAbi } from "../../../oracle/chain/abi/settlement-oracle.ts";
import type { ChainClient } from "../../../oracle/chain/client.ts";
import type { RiskClass } from "../../../oracle/domain/risk-class.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { firstWidened } from "../../../oracle/rules/class-narrowing.ts";
import { type ConfiguredClass, classesOf, type DeploymentConfig, gridOf } from "../deployment-config.ts";
import type { VerificationRun } from "../verify/context.ts";
import { differencesOf } from "../verify/difference.ts";
import { planLimits } from "./plan-limits.ts";

/** One call of a proposal. */
export interface ProposedCall {
  readonly target: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** What it does, for readers of the proposal. */
  readonly title: string;
  /** Bounds that a class would have; undefined for calls that change no class. */
  readonly newClass?: ConfiguredClass | undefined;
}

/** Where the calls go and what is there now. */
export interface PlanInput {
  readonly chain: ChainClient;
  readonly at: VerificationRun["at"];
  readonly classes: ReadonlyMap<number, RiskClass>;
}

type Reader = ChainClient["reader"];

/** Calls that make classes, grids, feeds, least collaterals, liquidation, settlement and every limit what the configuration says. */
export async function planConfig(config: DeploymentConfig, input: PlanInput): Promise<readonly ProposedCall[]> {
  const wanted = config.markets.flatMap((_, index) => classesOf(config, index + 1));
  const classes = wanted.flatMap(({ classId, riskClass }) => planClass(classId, riskClass, input));
  const markets = await Promise.all(config.markets.map((_, index) => planMarket(config, index + 1, input)));
  return [...classes, ...markets.flat(), ...(await planSettings(config, input)), ...(await planLimits(config, input))];
}

/** The call that gives a class new bounds: the narrowing function wherever it takes them. */
export function planClass(
  classId: number,
  wanted: RiskClass,
  { at, classes }: Pick<PlanInput, "at" | "classes">,
): readonly ProposedCall[] {
  const live = classes.get(classId);
  const changes = live === undefined ? [] : differencesOf(live, wanted);
  if (live !== undefined && changes.length === 0) return [];
  const widened = live === undefined ? "new class" : firstWidened(live, wanted);
  const functionName = widened === null ? "narrowRiskClass" : "setRiskClass";
  const detail = live === undefined ? "new" : changes.join(", ");
  const title = `class ${classId}: ${detail}`;
  const newClass = { classId, riskClass: wanted };
  const target = at("riskOracle");
  return [{ target, abi: riskOracleAbi, functionName, args: [classId, wanted], title, newClass }];
}

async function planMarket(config: DeploymentConfig, marketId: number, { chain, at }: PlanInput) {
  const market = config.markets[marketId - 1];
  if (market === undefined) return [];
  const { reader } = chain;
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const args = [marketId] as const;
  const live = await reader.readContract({ ...vault, functionName: "market", args });
  const call = (functionName: string, more: readonly unknown[], changes: readonly string[]): readonly ProposedCall[] =>
    changes.length === 0
      ? []
      : [
          {
            target: vault.address,
            abi: vault.abi,
            functionName,
            args: [marketId, ...more],
            title: `market ${marketId} ${functionName}: ${changes.join(", ")}`,
          },
        ];
  const { minBase, minQuote } = market;
  const least = differencesOf({ minBase: live.minBase, minQuote: live.minQuote }, { minBase, minQuote });
  const grid = gridOf(config, marketId);
  const liveGrid = await reader.readContract({ ...vault, functionName: "classGrid", args });
  return [
    ...call("updateMarket", [live.live, BigInt(minBase), BigInt(minQuote)], least),
    ...call("setClassGrid", [grid], differencesOf(liveGrid, grid)),
    ...(await planFeed(reader, at, { config, marketId })),
  ];
}

async function planFeed(
  reader: Reader,
  at: PlanInput["at"],
  { config, marketId }: { readonly config: DeploymentConfig; readonly marketId: number },
): Promise<readonly ProposedCall[]> {
  const market = config.markets[marketId - 1];
  if (market === undefined) return [];
  const guard = { address: at("priceGuard"), abi: priceGuardAbi } as const;
  const live = await reader.readContract({ ...guard, functionName: "feedConfig", args: [marketId] });
  const feed = market.feed === "test" ? live.feed : getAddress(market.feed);
  const wanted = {
    ...live,
    feed,
    maxAgeSec: config.prices.maxAgeSec,
    minPriceE8: BigInt(market.minPriceE8),
    maxPriceE8: BigInt(market.maxPriceE8),
  };
  const changes = differencesOf(live, wanted);
  if (changes.length === 0) return [];
  const title = `feed of market ${marketId}: ${changes.join(", ")}`;
  return [{ target: guard.address, abi: guard.abi, functionName: "setFeed", args: [marketId, wanted], title }];
}

async function planSettings(config: DeploymentConfig, { chain, at }: PlanInput): Promise<readonly ProposedCall[]> {
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const settlement = { address: at("settlementOracle"), abi: settlementOracleAbi } as const;
  const live = await chain.reader.readContract({ ...vault, functionName: "liquidationSettings" });
  const liveDelaySec = await chain.reader.readContract({ ...settlement, functionName: "maxDelaySec" });
  const liquidation = differencesOf(live, config.liquidation);
  const { maxDelaySec } = config.settlement;
  const calls: ProposedCall[] = [];
  if (liquidation.length > 0) {
    const title = `liquidation: ${liquidation.join(", ")}`;
    const args = [config.liquidation];
    calls.push({ target: vault.address, abi: vault.abi, functionName: "setLiquidationSettings", args, title });
  }
  if (liveDelaySec !== maxDelaySec) {
    const title = `settlement: maxDelaySec ${liveDelaySec} → ${maxDelaySec}`;
    calls.push({
      target: settlement.address,
      abi: settlement.abi,
      functionName: "setMaxDelay",
      args: [maxDelaySec],
      title,
    });
  }
  return calls;
}
