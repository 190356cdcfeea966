/** Deploys the whole system for the reference model, funds its actors, and says what world that is. */
import hre from "hardhat";
import {
  type Abi,
  encodeDeployData,
  encodeFunctionData,
  getAddress,
  type Hex,
  numberToHex,
  zeroAddress,
  zeroHash,
} from "viem";
import { z } from "zod";
import type { Address } from "../../../oracle/domain/units.ts";
import { type Chain, openChain } from "./chain.ts";
import { BUNDLE, SIGNERS } from "./encode.ts";
import { firstWorld } from "./first-world.ts";
import {
  ACTORS,
  ARRIVAL_AGE_SEC,
  CLASSES,
  FIRST_SETTINGS,
  FIRST_VALVES,
  FUND_SETTINGS,
  GRID,
  MARKETS,
  MAX_AGE_SEC,
  type MarketPlan,
  POOR_PARTS,
  PRICE_RANGE,
  QUOTE,
  SETTLEMENT_DELAY_SEC,
  START_SEC,
  THRESHOLD,
  WIDE_LIMITS,
} from "./ground.ts";
import type { MarketSetup, Setup, TokenSetup, World } from "./world.ts";

const DAY_SEC = 86_400;
const HOUR_SEC = 3_600;
const UNLIMITED = 2n ** 256n - 1n;
const GAS = numberToHex(15_000_000);
const GAS_PRICE = numberToHex(10_000_000_000);

/** A deployed system, the world that the model starts from, and the end of both. */
export interface Deployment {
  readonly chain: Chain;
  readonly world: World;
  close(): Promise<void>;
}

const receiptSchema = z.object({ contractAddress: z.string().nullable(), status: z.literal("0x1") });
const accountsSchema = z.array(z.string().transform((text) => getAddress(text)));

interface Deployer {
  readonly admin: Address;
  readonly actors: readonly Address[];
  deploy(name: string, args?: readonly unknown[]): Promise<Address>;
  send(name: string, to: Address, functionName: string, args: readonly unknown[], from?: Address): Promise<void>;
  read(name: string, to: Address, functionName: string): Promise<unknown>;
}

/** Deploys everything on a chain of its own. */
export async function deploySystem(): Promise<Deployment> {
  const { chain, close } = await openChain();
  const deployer = await deployerOn(chain);
  const setup = await deployAll(deployer);
  await chain.request("evm_setNextBlockTimestamp", [START_SEC]);
  await chain.request("evm_mine", []);
  return { chain, world: firstWorld(setup), close };
}

async function deployerOn(chain: Chain): Promise<Deployer> {
  const accounts = accountsSchema.parse(await chain.request("eth_accounts", []));
  const [admin = zeroAddress, ...others] = accounts;
  const transact = async (from: Address, call: { readonly to?: Address; readonly data: Hex }) => {
    const hash = await chain.request("eth_sendTransaction", [{ from, ...call, gas: GAS, gasPrice: GAS_PRICE }]);
    return receiptSchema.parse(await chain.request("eth_getTransactionReceipt", [hash]));
  };
  const abiOf = async (name: string): Promise<Abi> => (await hre.artifacts.readArtifact(name)).abi;
  return {
    admin,
    actors: others.slice(0, ACTORS),
    deploy: async (name, args = []) => {
      const { abi, bytecode } = await hre.artifacts.readArtifact(name);
      const data = encodeDeployData({ abi, bytecode: `0x${bytecode.slice(2)}`, args: [...args] });
      const { contractAddress } = await transact(admin, { data });
      return getAddress(contractAddress ?? zeroAddress);
    },
    send: async (name, to, functionName, args, from = admin) => {
      const data = encodeFunctionData({ abi: await abiOf(name), functionName, args: [...args] });
      await transact(from, { to, data });
    },
    read: async (name, to, functionName) => await chain.read({ to, abi: await abiOf(name), functionName, args: [] }),
  };
}

async function deployAll(deployer: Deployer): Promise<Setup> {
  const { admin, actors, deploy, send } = deployer;
  const authority = await deploy("PlimsollAccessManager", [admin, DAY_SEC, HOUR_SEC]);
  const oracle = await deployOracle(deployer, authority);
  const guard = await deploy("PriceGuard", [authority]);
  const settlement = await deploy("SettlementOracle", [authority, guard, SETTLEMENT_DELAY_SEC]);
  const extension = await deploy("OptionVaultExtension", [await deploy("OptionVaultSettings", [{ oracle, guard }])]);
  const vault = await deploy("OptionVault", [authority, settlement, FIRST_SETTINGS, extension]);
  await send("IRiskOracle", oracle, "registerSource", [vault]);
  const quote = await deployToken(deployer, vault, { symbol: "USD", ...QUOTE });
  const markets: MarketSetup[] = [];
  for (const plan of MARKETS)
    markets.push(await addMarket(deployer, { plan, vault, guard, quote, id: markets.length + 1 }));
  const funds = [];
  // The third token has no fund.
  for (const { token } of [quote, ...markets.slice(0, 1).map(({ base }) => base)]) {
    funds.push(await deployFund(deployer, { authority, vault, token }));
  }
  const optionToken = z.string().parse(await deployer.read("IOptionVault", vault, "TOKEN"));
  return {
    ...{ vault, oracle, settlement, admin, actors, markets, funds },
    optionToken: getAddress(optionToken),
    tokens: [quote, ...markets.map(({ base }) => base)].map(({ token }) => token),
    classes: CLASSES,
    maxArrivalAgeSec: ARRIVAL_AGE_SEC,
    maxSettlementDelaySec: SETTLEMENT_DELAY_SEC,
    threshold: THRESHOLD,
  };
}

async function deployOracle({ deploy, send }: Deployer, authority: Address): Promise<Address> {
  const signers = SIGNERS.map(({ address }) => address);
  const oracle = await deploy("RiskOracle", [
    {
      authority,
      verifier: await deploy("SignerRegistry", [authority, HOUR_SEC, signers, THRESHOLD]),
      engine: await deploy("RuleEngine"),
      extension: await deploy("RiskOracleExtension", [zeroHash]),
      maxArrivalAgeSec: ARRIVAL_AGE_SEC,
      limits: WIDE_LIMITS,
    },
  ]);
  for (const [id, riskClass] of CLASSES) await send("IRiskOracle", oracle, "setRiskClass", [id, riskClass]);
  await send("IRiskOracle", oracle, "setModelAllowed", [BUNDLE, true]);
  return oracle;
}

async function deployToken(
  { admin, actors, deploy, send }: Deployer,
  vault: Address,
  { symbol, decimals, supply }: { readonly symbol: string; readonly decimals: number; readonly supply: bigint },
): Promise<TokenSetup> {
  const token = await deploy("TestToken", [`Test ${symbol}`, symbol, decimals, admin]);
  for (const [index, actor] of actors.entries()) {
    await send("TestToken", token, "mint", [actor, index === actors.length - 1 ? supply / POOR_PARTS : supply]);
    await send("TestToken", token, "approve", [vault, UNLIMITED], actor);
  }
  return { token, decimals };
}

interface MarketOrder {
  readonly plan: MarketPlan;
  readonly id: number;
  readonly vault: Address;
  readonly guard: Address;
  readonly quote: TokenSetup;
}

async function addMarket(deployer: Deployer, { plan, id, vault, guard, quote }: MarketOrder): Promise<MarketSetup> {
  const { admin, deploy, send } = deployer;
  const base = await deployToken(deployer, vault, plan);
  const feed = await deploy("PhasedTestFeed", [8, `${plan.symbol} / USD`, admin]);
  await send("PhasedTestFeed", feed, "push", [plan.spotE8, BigInt(START_SEC)]);
  const second = { secondFeed: zeroAddress, secondDecimals: 0, secondMaxAgeSec: 0, secondRequired: false };
  const limits = { ...PRICE_RANGE, maxAgeSec: MAX_AGE_SEC, maxDeviationBps: 0 };
  await send("PriceGuard", guard, "setFeed", [id, { feed, decimals: 8, ...limits, ...second }]);
  await send("IOptionVault", vault, "addMarket", [base.token, quote.token, ...plan.least]);
  await send("IOptionVault", vault, "setClassGrid", [id, GRID]);
  await send("IOptionVault", vault, "setMarketValves", [id, FIRST_VALVES]);
  return { feed, base, quote, ...PRICE_RANGE, maxAgeSec: MAX_AGE_SEC, ...GRID };
}

async function deployFund(
  { actors, deploy, send }: Deployer,
  { authority, vault, token }: { readonly authority: Address; readonly vault: Address; readonly token: Address },
) {
  const fund = await deploy("InsuranceFund", [authority, vault, token, FUND_SETTINGS, "Cover", "COV"]);
  for (const actor of actors) await send("TestToken", token, "approve", [fund, UNLIMITED], actor);
  const { utilisationBps, seriesCapBps, ...times } = FUND_SETTINGS;
  return { fund, token, ...times, utilisationBps: BigInt(utilisationBps), seriesCapBps: BigInt(seriesCapBps) };
}
