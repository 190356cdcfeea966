/** Classes, markets, limits, feeds, signers and models, each value against the reviewed configuration. */
import { parseEventLogs, zeroAddress } from "viem";
import { insuranceFundAbi } from "../../../oracle/chain/abi/insurance-fund.ts";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { signerRegistryAbi } from "../../../oracle/chain/abi/signer-registry.ts";
import { collateralsOf } from "../collaterals.ts";
import { classesOf, gridOf } from "../deployment-config.ts";
import type { VerificationRun } from "./context.ts";

const FEED_DECIMALS = 8;
/** USD to 1e-8 USD. */
const E8 = 100_000_000n;

/** Compares every value that was configured. */
export async function verifyParameters(run: VerificationRun): Promise<void> {
  await verifyClasses(run);
  await verifyMarkets(run);
  await verifySequencer(run);
  await verifyFunds(run);
  await verifySigners(run);
  await verifyModels(run);
}

async function verifyClasses({ reader, comparison, at, config }: VerificationRun): Promise<void> {
  const contract = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const expected = config.markets.flatMap((_, index) => classesOf(config, index + 1));
  const ids = await reader.readContract({ ...contract, functionName: "classIds" });
  const ascending = (left: number, right: number) => left - right;
  comparison.same(
    "riskOracle.classIds",
    expected.map(({ classId }) => classId).sort(ascending),
    [...ids].sort(ascending),
  );
  for (const { classId, riskClass } of expected) {
    if (!ids.includes(classId)) continue;
    const actual = await reader.readContract({ ...contract, functionName: "riskClass", args: [classId] });
    comparison.same(`riskOracle.class ${classId}`, riskClass, actual);
  }
}

async function verifyMarkets(run: VerificationRun): Promise<void> {
  const { reader, comparison, at, config } = run;
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const count = await reader.readContract({ ...vault, functionName: "marketCount" });
  comparison.same("vault.marketCount", config.markets.length, count);
  for (const [index, { asset, minBase, minQuote, baseDecimals, quoteDecimals }] of config.markets.entries()) {
    const marketId = index + 1;
    if (marketId > count) continue;
    const [base, quote] = [at(`base${asset}`), at("quote")];
    const market = await reader.readContract({ ...vault, functionName: "market", args: [marketId] });
    const expected = { base, minBase, quote, minQuote, baseDecimals, quoteDecimals, live: true };
    comparison.same(`vault.market ${marketId}`, expected, market);
    const grid = await reader.readContract({ ...vault, functionName: "classGrid", args: [marketId] });
    comparison.same(`vault.classGrid ${marketId}`, gridOf(config, marketId), grid);
    await verifyLimits(run, marketId);
    await verifyFeed(run, marketId, asset);
  }
  const settings = await reader.readContract({ ...vault, functionName: "liquidationSettings" });
  comparison.same("vault.liquidationSettings", config.liquidation, settings);
}

/** Caps of both sides and the valves. */
async function verifyLimits({ reader, comparison, at, config }: VerificationRun, marketId: number): Promise<void> {
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const caps = config.markets[marketId - 1]?.caps;
  for (const [side, isPut] of [
    ["calls", false],
    ["puts", true],
  ] as const) {
    const actual = await reader.readContract({ ...vault, functionName: "marketCaps", args: [marketId, isPut] });
    comparison.same(`vault.market ${marketId}.${side}.caps`, caps?.[side], actual);
  }
  const [valves] = await reader.readContract({ ...vault, functionName: "marketValves", args: [marketId] });
  const { effectBudgetUsd, cautionLimitUsd, windowSec } = config.valves;
  const expected = {
    effectBudgetE8: BigInt(effectBudgetUsd) * E8,
    cautionLimitE8: BigInt(cautionLimitUsd) * E8,
    windowSec,
  };
  comparison.same(`vault.market ${marketId}.valves`, expected, valves);
}

async function verifyFeed({ reader, comparison, at, config }: VerificationRun, marketId: number, asset: string) {
  const contract = { address: at("priceGuard"), abi: priceGuardAbi } as const;
  const market = config.markets[marketId - 1];
  const expected = {
    feed: at(`feed${asset}`),
    decimals: FEED_DECIMALS,
    maxAgeSec: config.prices.maxAgeSec,
    maxDeviationBps: 0,
    minPriceE8: market?.minPriceE8,
    maxPriceE8: market?.maxPriceE8,
    secondFeed: zeroAddress,
    secondDecimals: 0,
    secondMaxAgeSec: 0,
    secondRequired: false,
  };
  const actual = await reader.readContract({ ...contract, functionName: "feedConfig", args: [marketId] });
  comparison.same(`priceGuard.market ${marketId}`, expected, actual);
}

async function verifySequencer({ reader, comparison, at, config }: VerificationRun): Promise<void> {
  const contract = { address: at("priceGuard"), abi: priceGuardAbi } as const;
  const expected = config.prices.sequencer ?? { feed: zeroAddress, graceSec: 0, maxAgeSec: 0 };
  const actual = await reader.readContract({ ...contract, functionName: "sequencer" });
  comparison.same("priceGuard.sequencer", expected, actual);
}

async function verifyFunds({ reader, comparison, at, config }: VerificationRun): Promise<void> {
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const { feeBps, ...limits } = config.fund;
  for (const { name, settleBounty } of collateralsOf(config)) {
    const fund = { address: at(`fund${name}`), abi: insuranceFundAbi } as const;
    const terms = await reader.readContract({ ...vault, functionName: "fundOf", args: [at(name)] });
    comparison.same(`vault.fund of ${name}`, { fund: fund.address, feeBps, settleBounty }, terms);
    const settings = await reader.readContract({ ...fund, functionName: "settings" });
    comparison.same(`fund${name}.settings`, limits, settings);
    const covers = {
      vault: await reader.readContract({ ...fund, functionName: "VAULT" }),
      asset: await reader.readContract({ ...fund, functionName: "asset" }),
    };
    comparison.same(`fund${name}`, { vault: vault.address, asset: at(name) }, covers);
  }
}

async function verifySigners({ reader, comparison, at, config, parties }: VerificationRun): Promise<void> {
  const contract = { address: at("signerRegistry"), abi: signerRegistryAbi } as const;
  const [, signers, threshold] = await reader.readContract({ ...contract, functionName: "currentSet" });
  comparison.same("signerRegistry.signers", parties.signers, signers);
  comparison.same("signerRegistry.threshold", config.operators.threshold, threshold);
  const overlapSec = await reader.readContract({ ...contract, functionName: "OVERLAP_SEC" });
  comparison.same("signerRegistry.overlapSec", config.oracle.signerOverlapSec, overlapSec);
}

/** Allowed are the deployment's bundle and nothing else. */
async function verifyModels({ reader, comparison, at, record }: VerificationRun): Promise<void> {
  const logs = await reader.getLogs({ address: at("riskOracle"), fromBlock: BigInt(record.firstBlock) });
  const allowed = new Set<string>();
  for (const { args } of parseEventLogs({ abi: riskOracleAbi, logs, eventName: "ModelAllowed" })) {
    if (args.allowed) allowed.add(args.bundleHash);
    else allowed.delete(args.bundleHash);
  }
  comparison.same("riskOracle.models", [record.bundleHash], [...allowed]);
}
