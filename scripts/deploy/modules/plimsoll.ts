/** Ignition module: every contract of Plimsoll, configured, under one access manager that the DAO alone governs. */
import { type ArgumentType, buildModule, type NamedArtifactContractAtFuture } from "@nomicfoundation/ignition-core";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import {
  type ConfiguredClass,
  type ConfiguredGrid,
  classesOf,
  type DeploymentConfig,
  gridOf,
} from "../deployment-config.ts";
import type { Parties } from "../parties.ts";
import { deployClassFeeds } from "./class-feeds.ts";
import { deployFunds } from "./funds.ts";
import { type Builder, type Contract, type Deployer, deployGovernance, type Future, handOver } from "./governance.ts";
import { deployHedges } from "./hedges.ts";
import { addLoans } from "./loans.ts";
import { deployWatch } from "./watch.ts";

/** What a deployment needs besides its reviewed configuration. */
export interface ModuleInput {
  readonly config: DeploymentConfig;
  /** Signers, guardian and token. */
  readonly parties: Parties;
  /** Hash of the model bundle that reports may be based on. */
  readonly bundleHash: Hex;
  /** Goes into the configuration digest, so that two deployments at equal addresses never share a signing slot. */
  readonly salt: Hex;
}

type MarketConfig = DeploymentConfig["markets"][number];
/** A contract of this deployment, or the address of one that the network had before. */
type Made = Contract | string;
type CallableContract = NamedArtifactContractAtFuture<string>;

const QUOTE_PRICE_DECIMALS = 8;
const NO_SECOND_FEED: Address = "0x0000000000000000000000000000000000000000";

/** Builds the module; equal inputs give equal addresses on a fresh chain. */
export function buildPlimsollModule(input: ModuleInput) {
  return buildModule("Plimsoll", (m) => {
    const deployer = m.getAccount(0);
    const governance = deployGovernance(m, { ...input, deployer });
    const authority = governance.accessManager;
    const registries = deployRegistries(m, input, authority);
    const feeds = deployFeeds(m, input, authority);
    const riskOracle = deployRiskOracle(m, input, { authority, ...registries });
    const oracleCalls = m.contractAt("IRiskOracle", riskOracle, { id: "oracle_calls" });
    const { priceGuard, settlementOracle } = feeds;
    const vaultSettings = m.contract("OptionVaultSettings", [{ oracle: riskOracle, guard: priceGuard }]);
    const vaultExtension = m.contract("OptionVaultExtension", [vaultSettings]);
    const vault = m.contract("OptionVault", [authority, settlementOracle, input.config.liquidation, vaultExtension]);
    const vaultCalls = m.contractAt("IOptionVault", vault, { id: "vault_calls" });
    const test = deployTestContracts(m, input, deployer);
    const { funds, connected } = deployFunds(m, input.config, { authority, vault, vaultCalls, test });
    const quote = test.quote ?? input.config.quote;
    const hedgeGround = { parties: input.parties, authority, priceGuard, fund: funds.fundquote, quote };
    const { mandates, venues } = deployHedges(m, input.config, hedgeGround);
    const vaultRegistered = m.call(oracleCalls, "registerSource", [vault], { id: "register_vault" });
    const ground = { riskOracle, oracleCalls, priceGuard, classes: vault, tokens: test, after: vaultRegistered };
    const loans = addLoans(m, input.config, ground);
    const watch = deployWatch(m, { ...input, authority, riskOracle, oracleCalls, priceGuard });
    const configured = [
      ...configureClasses(m, input, oracleCalls),
      m.call(oracleCalls, "setModelAllowed", [input.bundleHash, true], { id: "allow_bundle" }),
      vaultRegistered,
      ...loans.calls,
      ...configureMarkets(m, input, { vault: vaultCalls, priceGuard, test }),
      ...configureSequencer(m, input, priceGuard),
      ...connected,
      ...watch.connected,
    ];
    const managed = { ...registries, ...feeds, riskOracle, vault, ...funds, ...mandates, ...watch.contracts };
    handOver(m, { ...input, ...governance, deployer, managed, after: configured });
    const views = deployClassFeeds(m, input.config, riskOracle);
    return {
      ...governance,
      ...managed,
      vaultExtension,
      vaultSettings,
      ...test,
      ...venues,
      ...loans.contracts,
      ...views,
    };
  });
}

function deployRegistries(m: Builder, { config, parties, salt }: ModuleInput, authority: Contract) {
  const { operators, oracle } = config;
  const set = [[...parties.signers], operators.threshold];
  return {
    signerRegistry: m.contract("SignerRegistry", [authority, oracle.signerOverlapSec, ...set]),
    ruleEngine: m.contract("RuleEngine"),
    riskOracleExtension: m.contract("RiskOracleExtension", [salt]),
  };
}

function deployRiskOracle(
  m: Builder,
  { config }: ModuleInput,
  on: ReturnType<typeof deployRegistries> & { readonly authority: Contract },
) {
  return m.contract("RiskOracle", [
    {
      authority: on.authority,
      verifier: on.signerRegistry,
      engine: on.ruleEngine,
      extension: on.riskOracleExtension,
      maxArrivalAgeSec: config.oracle.maxArrivalAgeSec,
      limits: { ...config.delivery },
    },
  ]);
}

function deployFeeds(m: Builder, { config }: ModuleInput, authority: Contract) {
  const priceGuard = m.contract("PriceGuard", [authority]);
  const settlementOracle = m.contract("SettlementOracle", [authority, priceGuard, config.settlement.maxDelaySec]);
  return { priceGuard, settlementOracle };
}

/** Tokens and feeds that the configuration asks to be made for tests, by their name in the deployment. */
function deployTestContracts(m: Builder, { config }: ModuleInput, deployer: Deployer): Record<string, Contract> {
  const made: Record<string, Contract> = {};
  if (config.quote === "test") {
    const decimals = config.markets[0]?.quoteDecimals ?? 0;
    made.quote = m.contract("TestToken", ["Test Dollar", "USDT0", decimals, deployer], { id: "quote" });
  }
  for (const { asset, base, baseDecimals, feed } of config.markets) {
    if (base === "test") {
      const args = [`Test ${asset}`, asset, baseDecimals, deployer];
      made[`base${asset}`] = m.contract("TestToken", args, { id: `base_${asset}` });
    }
    if (feed === "test") {
      const args = [QUOTE_PRICE_DECIMALS, `${asset} / USD`, deployer];
      made[`feed${asset}`] = m.contract("PhasedTestFeed", args, { id: `feed_${asset}` });
    }
  }
  return made;
}

function configureClasses(m: Builder, { config }: ModuleInput, riskOracle: CallableContract): Future[] {
  return config.markets.flatMap((_, index) =>
    classesOf(config, index + 1).map(({ classId, riskClass }) =>
      m.call(riskOracle, "setRiskClass", [classId, classArgument(riskClass)], { id: `class_${classId}` }),
    ),
  );
}

interface MarketTargets {
  readonly vault: CallableContract;
  readonly priceGuard: Contract;
  readonly test: Readonly<Record<string, Contract>>;
}

function configureMarkets(m: Builder, { config }: ModuleInput, { vault, priceGuard, test }: MarketTargets): Future[] {
  const done: Future[] = [];
  const quote = test.quote ?? config.quote;
  for (const [index, market] of config.markets.entries()) {
    const { asset, minBase, minQuote } = market;
    const base = test[`base${asset}`] ?? market.base;
    const feed = test[`feed${asset}`] ?? market.feed;
    // Market ids count from 1 in the order of the calls.
    const after = done.slice(-1);
    const added = m.call(vault, "addMarket", [base, quote, BigInt(minBase), BigInt(minQuote)], {
      id: `market_${asset}`,
      after,
    });
    const grid = gridArgument(gridOf(config, index + 1));
    done.push(
      m.call(vault, "setClassGrid", [index + 1, grid], { id: `grid_${asset}`, after: [added] }),
      m.call(vault, "setMarketValves", [index + 1, valvesArgument(config)], { id: `valves_${asset}`, after: [added] }),
      ...capsCalls(m, { vault, market, marketId: index + 1, after: added }),
      m.call(priceGuard, "setFeed", [index + 1, feedConfig(config, market, feed)], { id: `price_${asset}` }),
      added,
    );
  }
  return done;
}

interface CapsTarget {
  readonly vault: CallableContract;
  readonly market: MarketConfig;
  readonly marketId: number;
  readonly after: Future;
}

function capsCalls(m: Builder, { vault, market, marketId, after }: CapsTarget): Future[] {
  const { asset, caps } = market;
  return [
    m.call(vault, "setMarketCaps", [marketId, false, capsArgument(caps.calls)], {
      id: `caps_calls_${asset}`,
      after: [after],
    }),
    m.call(vault, "setMarketCaps", [marketId, true, capsArgument(caps.puts)], {
      id: `caps_puts_${asset}`,
      after: [after],
    }),
  ];
}

function capsArgument(caps: MarketConfig["caps"]["calls"]): ArgumentType {
  return {
    maxOpenInterestE8: BigInt(caps.maxOpenInterestE8),
    maxCollateral: BigInt(caps.maxCollateral),
    maxSizeE8: BigInt(caps.maxSizeE8),
    maxPositions: caps.maxPositions,
  };
}

/** An L2 whose sequencer is down serves old prices: its uptime feed stops them. */
function configureSequencer(m: Builder, { config }: ModuleInput, priceGuard: Contract): Future[] {
  const { sequencer } = config.prices;
  return sequencer === null ? [] : [m.call(priceGuard, "setSequencer", [{ ...sequencer }], { id: "sequencer" })];
}

/** Copies a class into the mutable shape that Ignition's types want. */
function classArgument(riskClass: ConfiguredClass["riskClass"]): ArgumentType {
  return { ...riskClass, tighten: { ...riskClass.tighten }, loosen: { ...riskClass.loosen } };
}

/** USD to 1e-8 USD. */
const E8 = 100_000_000n;

function valvesArgument({ valves }: DeploymentConfig): ArgumentType {
  return {
    effectBudgetE8: BigInt(valves.effectBudgetUsd) * E8,
    cautionLimitE8: BigInt(valves.cautionLimitUsd) * E8,
    windowSec: valves.windowSec,
  };
}

function gridArgument(grid: ConfiguredGrid): ArgumentType {
  return {
    moneynessEdgesBps: [...grid.moneynessEdgesBps],
    tenorEdgesSec: [...grid.tenorEdgesSec],
    classIds: [...grid.classIds],
  };
}

function feedConfig(config: DeploymentConfig, market: MarketConfig, feed: Made) {
  return {
    feed,
    decimals: QUOTE_PRICE_DECIMALS,
    maxAgeSec: config.prices.maxAgeSec,
    maxDeviationBps: 0,
    minPriceE8: BigInt(market.minPriceE8),
    maxPriceE8: BigInt(market.maxPriceE8),
    secondFeed: NO_SECOND_FEED,
    secondDecimals: 0,
    secondMaxAgeSec: 0,
    secondRequired: false,
  };
}
