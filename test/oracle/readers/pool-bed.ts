/** Uniswap's own v2 and v3 contracts on anvil, with a pool of each between a coin of 18 and a dollar of 6 decimals. */
import v2Factory from "@uniswap/v2-core/build/UniswapV2Factory.json" with { type: "json" };
import v3Factory from "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json" with {
  type: "json",
};
import { type Abi, getAddress, parseAbi } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { z } from "zod";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import type { PoolState } from "../../../oracle/domain/chain-signals.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import { createPoolProvider } from "../../../oracle/ingestion/providers/pools/pool-provider.ts";
import type { PoolSettings } from "../../../oracle/ingestion/providers/pools/pool-reader.ts";
import type { Provider } from "../../../oracle/ingestion/providers/provider.ts";
import { ANVIL_KEY, type Anvil } from "../../helpers/anvil.ts";
import { createDeployer } from "../chain/oracle-fixture.ts";

const hexSchema = z.custom<Hex>((value) => typeof value === "string" && value.length > 0);
const artifactSchema = z.object({ abi: z.custom<Abi>(Array.isArray), bytecode: hexSchema });
const V3_FACTORY = artifactSchema.parse(v3Factory);
const v2Artifact = artifactSchema.parse(v2Factory);
const V2_FACTORY = { ...v2Artifact, bytecode: `0x${v2Artifact.bytecode}` as const };
const TRADER: Abi = parseAbi([
  "function mint(address pool, int24 lower, int24 upper, uint128 liquidity)",
  "function swap(address pool, bool zeroForOne, int256 amount, uint160 sqrtPriceLimitX96) returns (int256 amount0, int256 amount1)",
]);
const POOL: Abi = parseAbi([
  "function initialize(uint160 sqrtPriceX96)",
  "function increaseObservationCardinalityNext(uint16 count)",
  "function mint(address to) returns (uint256)",
  "function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data)",
]);
const FACTORY = parseAbi([
  "function getPool(address, address, uint24) view returns (address)",
  "function getPair(address, address) view returns (address)",
]);
const TOKEN: Abi = parseAbi(["function mint(address, uint256)", "function transfer(address, uint256)"]);

const COIN_DECIMALS = 18;
const DOLLAR_DECIMALS = 6;
/** 5 basis points, ticks ten apart. */
const FEE = 500;
export const FEE_SHARE = FEE / 1e6;
const UNUSED_FEE = 3_000;
const PLENTY = 10n ** 30n;
const PLENTY_OF_GAS = 5_000_000n;
const Q96 = 2 ** 96;
const TICK_SPACING = 10;
const [V2_DOLLARS, V2_COINS] = [2_000_000n * 10n ** 6n, 1_000n * 10n ** 18n];

/** Contracts and what moves them. */
export interface PoolBed {
  readonly chain: ChainClient;
  readonly coin: Address;
  readonly dollar: Address;
  readonly trader: Address;
  readonly v3: Address;
  readonly v2: Address;
  /** A v3 pool that nobody has given a price. */
  readonly unused: Address;
  readonly isCoinToken0: boolean;
  deploy(path: string, args: readonly unknown[]): Promise<Address>;
  send(to: Address, abi: Abi, name: string, args: readonly unknown[]): Promise<void>;
  control(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Root × 2⁹⁶ of raw token 1 per token 0 at a price, USD a coin. */
  rootX96(priceUsd: number): bigint;
  /** Gives the v3 pool liquidity between two prices, USD. */
  addLiquidity(from: number, to: number, liquidity: bigint): Promise<void>;
  /** Trades the v3 pool to a price at any cost; without `send` it only says what that exchanges. */
  tradeTo(priceUsd: number): Promise<void>;
  quoteTo(priceUsd: number): Promise<{ readonly coins: number; readonly dollars: number }>;
  /** Sells dollars to the v2 pair for coins. */
  buyFromPair(coins: bigint, dollars: bigint): Promise<void>;
  provider(change?: Partial<PoolSettings>, rpcUrl?: string): Provider;
  /** Asks once with the chain's own time. @throws when there is no answer. */
  read(provider: Provider): Promise<PoolState>;
  nowSec(): Promise<number>;
}

/** Price at which both pools begin, USD. */
export const START_USD = 2_000;

interface Ground {
  readonly anvil: Anvil;
  readonly chain: ChainClient;
  readonly owner: Address;
  deploy(code: { readonly abi: Abi; readonly bytecode: Hex }, args: readonly unknown[]): Promise<Address>;
  deployOwn(path: string, args: readonly unknown[]): Promise<Address>;
  send: PoolBed["send"];
}

type Contracts = Pick<PoolBed, "coin" | "dollar" | "trader" | "v3" | "v2" | "unused" | "isCoinToken0">;

/** Deploys everything; v3 has a price, memory for its mean, and liquidity in four ranges, so that bands cross ticks. */
export async function poolBed(anvil: Anvil): Promise<PoolBed> {
  const ground = await openGround(anvil);
  const contracts = await deployContracts(ground);
  const { chain } = ground;
  const nowSec = async (): Promise<number> => Number((await chain.reader.getBlock()).timestamp);
  const bed: PoolBed = {
    ...{ ...contracts, ...tradesOf(ground, contracts), chain, deploy: ground.deployOwn, send: ground.send, nowSec },
    control: async (method, params) => await chain.reader.transport.request({ method, params }),
    rootX96: (usd) => rootX96(usd, contracts.isCoinToken0),
    provider: (change, rpcUrl = anvil.rpcUrl) =>
      createPoolProvider({
        ...{ id: "pool-test", everySec: 60, connect: async () => await connectTo(rpcUrl, anvil.chainId) },
        settings: {
          ...{ protocol: "uniswap-v3", asset: "ETH", pool: contracts.v3, coin: contracts.coin },
          ...{ coinDecimals: COIN_DECIMALS, quoteDecimals: DOLLAR_DECIMALS, quoteFeed: null },
          ...{ windowBlocks: 300, confirmations: 0, maxLagSec: 600, twapSec: 60 },
          ...change,
        },
      }),
    read: async (provider) => {
      const said = await provider.ask(await nowSec());
      if (!said.ok) throw new Error(`${said.reason}: ${said.detail}`);
      const [state] = said.value;
      if (state?.kind !== "pool") throw new Error("no pool was told");
      return state;
    },
  };
  await openV3(bed);
  return bed;
}

async function connectTo(rpcUrl: string, chainId: number): Promise<ChainClient> {
  return await connectChain({ rpcUrl, chainId, pollingIntervalMs: 20, retries: 0 });
}

async function openGround(anvil: Anvil): Promise<Ground> {
  const account = privateKeyToAccount(ANVIL_KEY);
  const chain = await connectTo(anvil.rpcUrl, anvil.chainId);
  const wallet = chain.signer(account);
  return {
    ...{ anvil, chain, owner: account.address, deployOwn: createDeployer(chain, account).deploy },
    deploy: async (code, args) => {
      const hash = await wallet.deployContract({ ...code, args: [...args] });
      return getAddress((await chain.reader.waitForTransactionReceipt({ hash })).contractAddress ?? "0x");
    },
    send: async (address, abi, functionName, args) => {
      // An estimate for this second misses what the first trade of the next one writes for the mean price.
      const hash = await wallet.writeContract({ address, abi, functionName, args: [...args], gas: PLENTY_OF_GAS });
      const { status } = await chain.reader.waitForTransactionReceipt({ hash });
      if (status !== "success") throw new Error(`${functionName} reverted`);
    },
  };
}

async function deployContracts({ chain, owner, deploy, deployOwn, send }: Ground): Promise<Contracts> {
  const coin = await deployOwn("local/TestToken", ["Coin", "COIN", COIN_DECIMALS, owner]);
  const dollar = await deployOwn("local/TestToken", ["Dollar", "USD", DOLLAR_DECIMALS, owner]);
  const trader = await deployOwn("local/PoolTrader", []);
  const factory3 = await deploy(V3_FACTORY, []);
  const factory2 = await deploy(V2_FACTORY, [owner]);
  for (const fee of [FEE, UNUSED_FEE]) await send(factory3, V3_FACTORY.abi, "createPool", [coin, dollar, fee]);
  await send(factory2, V2_FACTORY.abi, "createPair", [coin, dollar]);
  const poolOf = async (fee: number): Promise<Address> => {
    const call = { address: factory3, abi: FACTORY, functionName: "getPool" } as const;
    return await chain.reader.readContract({ ...call, args: [coin, dollar, fee] });
  };
  const pairCall = { address: factory2, abi: FACTORY, functionName: "getPair" } as const;
  const v2 = await chain.reader.readContract({ ...pairCall, args: [coin, dollar] });
  for (const token of [coin, dollar])
    for (const holder of [trader, owner]) await send(token, TOKEN, "mint", [holder, PLENTY]);
  await send(coin, TOKEN, "transfer", [v2, V2_COINS]);
  await send(dollar, TOKEN, "transfer", [v2, V2_DOLLARS]);
  await send(v2, POOL, "mint", [owner]);
  const isCoinToken0 = BigInt(coin) < BigInt(dollar);
  return { coin, dollar, trader, v2, v3: await poolOf(FEE), unused: await poolOf(UNUSED_FEE), isCoinToken0 };
}

/** Raw token 1 per token 0 at a price, USD a coin. */
function rawPrice(usd: number, isCoinToken0: boolean): number {
  const dollarsPerCoin = usd * 10 ** (DOLLAR_DECIMALS - COIN_DECIMALS);
  return isCoinToken0 ? dollarsPerCoin : 1 / dollarsPerCoin;
}

function rootX96(usd: number, isCoinToken0: boolean): bigint {
  return BigInt(Math.round(Math.sqrt(rawPrice(usd, isCoinToken0)) * Q96));
}

function tradesOf(
  { chain, owner, send }: Ground,
  { dollar, trader, v2, v3, isCoinToken0 }: Contracts,
): Pick<PoolBed, "addLiquidity" | "tradeTo" | "quoteTo" | "buyFromPair"> {
  const swapArgs = async (usd: number): Promise<readonly [Address, boolean, bigint, bigint]> => {
    const target = rootX96(usd, isCoinToken0);
    const [now] = await chain.reader.readContract({ address: v3, abi: SLOT, functionName: "slot0" });
    return [v3, target < now, PLENTY, target];
  };
  return {
    addLiquidity: async (from, to, liquidity) => {
      const tickOf = (usd: number): number => Math.log(rawPrice(usd, isCoinToken0)) / Math.log(1.0001);
      const ticks = [from, to].map((usd) => Math.round(tickOf(usd) / TICK_SPACING) * TICK_SPACING);
      await send(trader, TRADER, "mint", [v3, Math.min(...ticks), Math.max(...ticks), liquidity]);
    },
    tradeTo: async (usd) => await send(trader, TRADER, "swap", await swapArgs(usd)),
    quoteTo: async (usd) => {
      const call = { address: trader, abi: TRADER, functionName: "swap", args: await swapArgs(usd) };
      const { result } = await chain.reader.simulateContract({ ...call, account: owner });
      const [amount0, amount1] = z.tuple([z.bigint(), z.bigint()]).parse(result);
      const [coins, dollars] = isCoinToken0 ? [amount0, amount1] : [amount1, amount0];
      return { coins: Number(coins) / 10 ** COIN_DECIMALS, dollars: Number(dollars) / 10 ** DOLLAR_DECIMALS };
    },
    buyFromPair: async (coins, dollars) => {
      await send(dollar, TOKEN, "transfer", [v2, dollars]);
      await send(v2, POOL, "swap", [...(isCoinToken0 ? [coins, 0n] : [0n, coins]), owner, "0x"]);
    },
  };
}

const SLOT = parseAbi(["function slot0() view returns (uint160, int24, uint16, uint16, uint16, uint8, bool)"]);

async function openV3(bed: PoolBed): Promise<void> {
  await bed.send(bed.v3, POOL, "initialize", [bed.rootX96(START_USD)]);
  await bed.send(bed.v3, POOL, "increaseObservationCardinalityNext", [100]);
  const UNIT = 10n ** 17n;
  await bed.addLiquidity(1_000, 4_000, UNIT);
  await bed.addLiquidity(1_985, 2_013, 7n * UNIT);
  await bed.addLiquidity(1_930, 1_975, 3n * UNIT);
  await bed.addLiquidity(2_031, 2_090, 5n * UNIT);
}
