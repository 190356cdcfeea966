/** Ignition module: every contract of Plimsoll, configured, and owned by the timelock at the end. */
import {
  type ArgumentType,
  buildModule,
  type NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import {
  type ConfiguredClass,
  type ConfiguredGrid,
  classesOf,
  type DeploymentConfig,
  gridOf,
} from "../deployment-config.ts";

/** What a deployment needs besides its reviewed configuration. */
export interface ModuleInput {
  readonly config: DeploymentConfig;
  /** Operators' signer addresses in bitmap order. */
  readonly signers: readonly Address[];
  /** Hash of the model bundle that reports may be based on. */
  readonly bundleHash: Hex;
  /** Goes into the configuration digest, so that two deployments at equal addresses never share a signing slot. */
  readonly salt: Hex;
}

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = NamedArtifactContractDeploymentFuture<string>;
type Future = ReturnType<Builder["call"]>;

const QUOTE_PRICE_DECIMALS = 8;
const EMPTY_BYTES32: Hex = `0x${"00".repeat(32)}`;
const NO_SECOND_FEED: Address = "0x0000000000000000000000000000000000000000";

/** Builds the module; equal inputs give equal addresses on a fresh chain. */
export function buildPlimsollModule(input: ModuleInput) {
  return buildModule("Plimsoll", (m) => {
    const deployer = m.getAccount(0);
    const timelock = m.contract("PlimsollTimelock", [0, [deployer], [deployer], deployer]);
    const registries = deployRegistries(m, input, deployer);
    const feeds = deployFeeds(m, input, deployer);
    const riskOracle = m.contract("RiskOracle", [
      {
        owner: deployer,
        verifier: registries.signerRegistry,
        engine: registries.ruleEngine,
        models: registries.modelRegistry,
        deploymentSalt: input.salt,
        maxArrivalAgeSec: input.config.oracle.maxArrivalAgeSec,
      },
    ]);
    const vault = m.contract("OptionVault", [
      deployer,
      riskOracle,
      feeds.priceGuard,
      feeds.settlementOracle,
      input.config.liquidation,
    ]);
    const configured = [
      ...configureClasses(m, input, riskOracle),
      m.call(registries.modelRegistry, "setAllowed", [input.bundleHash, true], { id: "allow_bundle" }),
      m.call(riskOracle, "registerSource", [vault], { id: "register_vault" }),
      ...configureMarkets(m, input, { vault, ...feeds }),
    ];
    const { signerRegistry, modelRegistry } = registries;
    const owned = { signerRegistry, modelRegistry, ...feedOwners(feeds), riskOracle, vault };
    handOver(m, { timelock, deployer, owned, after: configured, delaySec: input.config.timelock.delaySec });
    const { tokens, testFeeds } = feeds;
    return { timelock, riskOracle, vault, ...registries, ...feedOwners(feeds), ...tokens, ...testFeeds };
  });
}

function deployRegistries(m: Builder, { config, signers }: ModuleInput, deployer: ReturnType<Builder["getAccount"]>) {
  const { operators, oracle } = config;
  return {
    signerRegistry: m.contract("SignerRegistry", [
      deployer,
      deployer,
      oracle.signerOverlapSec,
      [...signers],
      operators.threshold,
    ]),
    ruleEngine: m.contract("RuleEngine"),
    modelRegistry: m.contract("ModelRegistry", [deployer]),
  };
}

type Feeds = ReturnType<typeof deployFeeds>;

function deployFeeds(m: Builder, { config }: ModuleInput, deployer: ReturnType<Builder["getAccount"]>) {
  const priceGuard = m.contract("PriceGuard", [deployer]);
  const settlementOracle = m.contract("SettlementOracle", [deployer, priceGuard, config.settlement.maxDelaySec]);
  const [first] = config.markets;
  const quote = m.contract("TestToken", ["Test Dollar", "USDT0", first?.quoteDecimals ?? 0, deployer], { id: "quote" });
  const tokens: Record<string, Contract> = { quote };
  const testFeeds: Record<string, Contract> = {};
  for (const { asset, baseDecimals } of config.markets) {
    tokens[`base${asset}`] = m.contract("TestToken", [`Test ${asset}`, asset, baseDecimals, deployer], {
      id: `base_${asset}`,
    });
    testFeeds[`feed${asset}`] = m.contract("PhasedTestFeed", [QUOTE_PRICE_DECIMALS, `${asset} / USD`, deployer], {
      id: `feed_${asset}`,
    });
  }
  return { priceGuard, settlementOracle, tokens, testFeeds };
}

function feedOwners({ priceGuard, settlementOracle }: Feeds) {
  return { priceGuard, settlementOracle };
}

function configureClasses(m: Builder, { config }: ModuleInput, riskOracle: Contract): Future[] {
  return config.markets.flatMap((_, index) =>
    classesOf(config, index + 1).map(({ classId, riskClass }) =>
      m.call(riskOracle, "setRiskClass", [classId, classArgument(riskClass)], { id: `class_${classId}` }),
    ),
  );
}

function configureMarkets(m: Builder, { config }: ModuleInput, target: Feeds & { readonly vault: Contract }): Future[] {
  let previous: Future | null = null;
  const done: Future[] = [];
  for (const [index, market] of config.markets.entries()) {
    const { asset } = market;
    const { vault, priceGuard, tokens, testFeeds } = target;
    const [base, feed] = [tokens[`base${asset}`], testFeeds[`feed${asset}`]];
    if (base === undefined || feed === undefined || tokens.quote === undefined) continue;
    // Market ids count from 1 in the order of the calls.
    const added: Future = m.call(
      vault,
      "addMarket",
      [base, tokens.quote, BigInt(market.minBase), BigInt(market.minQuote)],
      {
        id: `market_${asset}`,
        after: previous === null ? [] : [previous],
      },
    );
    previous = added;
    done.push(
      m.call(vault, "setClassGrid", [index + 1, gridArgument(gridOf(config, index + 1))], {
        id: `grid_${asset}`,
        after: [added],
      }),
      m.call(priceGuard, "setFeed", [index + 1, feedConfig(config, market, feed)], { id: `price_${asset}` }),
    );
  }
  return done;
}

/** Copies a class into the mutable shape that Ignition's types want. */
function classArgument(riskClass: ConfiguredClass["riskClass"]): ArgumentType {
  return { ...riskClass, tighten: { ...riskClass.tighten }, loosen: { ...riskClass.loosen } };
}

function gridArgument(grid: ConfiguredGrid): ArgumentType {
  return {
    moneynessEdgesBps: [...grid.moneynessEdgesBps],
    tenorEdgesSec: [...grid.tenorEdgesSec],
    classIds: [...grid.classIds],
  };
}

function feedConfig(config: DeploymentConfig, market: DeploymentConfig["markets"][number], feed: Contract) {
  return {
    feed,
    decimals: QUOTE_PRICE_DECIMALS,
    maxAgeSec: config.prices.maxAgeSec,
    maxDeviationBps: 0,
    minPriceE8: BigInt(market.minPriceE8),
    maxPriceE8: BigInt(market.maxPriceE8),
    secondFeed: NO_SECOND_FEED,
    secondDecimals: 0,
  };
}

interface HandOver {
  readonly timelock: Contract;
  readonly deployer: ReturnType<Builder["getAccount"]>;
  readonly owned: Readonly<Record<string, Contract>>;
  readonly after: readonly Future[];
  readonly delaySec: number;
}

/**
 * Ownership passes in two steps: the deployer offers, the timelock accepts. The timelock starts without delay for that
 * one batch, and the batch itself ends by setting the delay; then the deployer gives up the admin role.
 */
function handOver(m: Builder, { timelock, deployer, owned, after, delaySec }: HandOver): void {
  const contracts = Object.entries(owned);
  const offers = contracts.map(([name, contract]) =>
    m.call(contract, "transferOwnership", [timelock], { id: `offer_${name}`, after: [...after] }),
  );
  const accepts = contracts.map(([name, contract]) =>
    m.encodeFunctionCall(contract, "acceptOwnership", [], { id: `accept_${name}` }),
  );
  const setDelay = m.encodeFunctionCall(timelock, "updateDelay", [delaySec], { id: "encode_delay" });
  const targets = [...contracts.map(([, contract]) => contract), timelock];
  const values = targets.map(() => 0n);
  const payloads = [...accepts, setDelay];
  const batch = [targets, values, payloads, EMPTY_BYTES32, EMPTY_BYTES32] as const;
  const scheduled = m.call(timelock, "scheduleBatch", [...batch, 0], { id: "schedule_handover", after: offers });
  const executed = m.call(timelock, "executeBatch", [...batch], { id: "execute_handover", after: [scheduled] });
  m.call(timelock, "renounceRole", [EMPTY_BYTES32, deployer], { id: "renounce_admin", after: [executed] });
}
