/** Limits that move no requirement: delivery, insurance funds, caps and valves of markets, the sequencer's feed. */
import { type Abi, zeroAddress } from "viem";
import { insuranceFundAbi } from "../../../oracle/chain/abi/insurance-fund.ts";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { collateralsOf } from "../collaterals.ts";
import type { DeploymentConfig } from "../deployment-config.ts";
import { differencesOf } from "../verify/difference.ts";
import type { PlanInput, ProposedCall } from "./plan-changes.ts";

/** USD to 1e-8 USD. */
const E8 = 100_000_000n;

type Delivery = DeploymentConfig["delivery"];

/** Calls that make every limit what the configuration says. */
export async function planLimits(config: DeploymentConfig, input: PlanInput): Promise<readonly ProposedCall[]> {
  const markets = await Promise.all(config.markets.map((_, index) => planMarketLimits(config, index + 1, input)));
  return [
    ...(await planDelivery(config, input)),
    ...(await planFunds(config, input)),
    ...markets.flat(),
    ...(await planSequencer(config, input)),
  ];
}

interface Change {
  readonly subject: string;
  readonly target: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly live: unknown;
  readonly wanted: unknown;
}

/** No call where nothing differs. */
function callOf({ subject, live, wanted, ...call }: Change): readonly ProposedCall[] {
  const changes = differencesOf(live, wanted);
  return changes.length === 0 ? [] : [{ ...call, title: `${subject}: ${changes.join(", ")}` }];
}

async function planDelivery({ delivery }: DeploymentConfig, { chain, at }: PlanInput) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const live = await chain.reader.readContract({ ...oracle, functionName: "deliveryLimits" });
  const functionName = isNarrower(delivery, live) ? "narrowDeliveryLimits" : "setDeliveryLimits";
  const call = { target: oracle.address, abi: oracle.abi, functionName, args: [delivery] };
  return callOf({ ...call, subject: "delivery", live, wanted: delivery });
}

/** `DeliveryRules.areNarrower`: the window stays, the cool-down does not shrink, nothing else grows. */
function isNarrower(next: Delivery, old: Delivery): boolean {
  const { windowSec, coolDownSec, ...caps } = old;
  const upper: Readonly<Record<string, number>> = caps;
  const noneGrows = Object.entries(next).every(([name, value]) => value <= (upper[name] ?? value));
  return noneGrows && next.windowSec === windowSec && next.coolDownSec >= coolDownSec;
}

async function planFunds(config: DeploymentConfig, { chain, at }: PlanInput): Promise<readonly ProposedCall[]> {
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const { feeBps, ...limits } = config.fund;
  const calls: ProposedCall[] = [];
  for (const { name, settleBounty } of collateralsOf(config)) {
    const fund = { address: at(`fund${name}`), abi: insuranceFundAbi } as const;
    const token = at(name);
    const live = await chain.reader.readContract({ ...fund, functionName: "settings" });
    const setSettings = { target: fund.address, abi: fund.abi, functionName: "setSettings", args: [limits] };
    calls.push(...callOf({ ...setSettings, subject: `fund of ${name}`, live, wanted: limits }));
    const liveTerms = await chain.reader.readContract({ ...vault, functionName: "fundOf", args: [token] });
    const wanted = { fund: fund.address, feeBps, settleBounty };
    const setFund = { target: vault.address, abi: vault.abi, functionName: "setFund", args: [token, wanted] };
    calls.push(...callOf({ ...setFund, subject: `cover of ${name}`, live: liveTerms, wanted }));
  }
  return calls;
}

async function planMarketLimits(config: DeploymentConfig, marketId: number, { chain, at }: PlanInput) {
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const to = { target: vault.address, abi: vault.abi };
  const caps = config.markets[marketId - 1]?.caps;
  const calls: ProposedCall[] = [];
  for (const [side, isPut] of [
    ["calls", false],
    ["puts", true],
  ] as const) {
    const wanted = caps?.[side];
    const live = await chain.reader.readContract({ ...vault, functionName: "marketCaps", args: [marketId, isPut] });
    const args = [marketId, isPut, wanted];
    const subject = `caps on ${side} of market ${marketId}`;
    calls.push(...callOf({ ...to, functionName: "setMarketCaps", args, subject, live, wanted }));
  }
  const [live] = await chain.reader.readContract({ ...vault, functionName: "marketValves", args: [marketId] });
  const { effectBudgetUsd, cautionLimitUsd, windowSec } = config.valves;
  const wanted = {
    effectBudgetE8: BigInt(effectBudgetUsd) * E8,
    cautionLimitE8: BigInt(cautionLimitUsd) * E8,
    windowSec,
  };
  const valves = { ...to, functionName: "setMarketValves", args: [marketId, wanted] };
  return [...calls, ...callOf({ ...valves, subject: `valves of market ${marketId}`, live, wanted })];
}

async function planSequencer({ prices }: DeploymentConfig, { chain, at }: PlanInput) {
  const guard = { address: at("priceGuard"), abi: priceGuardAbi } as const;
  const live = await chain.reader.readContract({ ...guard, functionName: "sequencer" });
  const wanted = prices.sequencer ?? { feed: zeroAddress, graceSec: 0, maxAgeSec: 0 };
  const call = { target: guard.address, abi: guard.abi, functionName: "setSequencer", args: [wanted] };
  return callOf({ ...call, subject: "sequencer", live, wanted });
}
