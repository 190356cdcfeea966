/** Doubles of Aave v3 and Compound v3 on anvil, with three tokens, and readers of them over kept cursors. */
import { type Abi, parseAbi } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import type { Anchor } from "../../../oracle/domain/report.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type {
  LendingCursorState,
  LendingCursorStore,
} from "../../../oracle/ingestion/sources/lending/lending-cursor.ts";
import {
  createLendingMarkets,
  type LendingMarkets,
} from "../../../oracle/ingestion/sources/lending/lending-markets.ts";
import type { LendingMarketSettings } from "../../../oracle/ingestion/sources/lending/lending-settings.ts";
import { SYSTEM_TIMERS } from "../../../oracle/platform/timers.ts";
import { createLocalClient } from "../../../oracle/simulation/agents/local-world.ts";
import { ANVIL_KEY, type Anvil } from "../../helpers/anvil.ts";
import { createDeployer } from "../chain/oracle-fixture.ts";

/** Tokens need no code: the doubles move none. */
export const WETH: Address = "0x00000000000000000000000000000000000000e1";
export const WSTETH: Address = "0x00000000000000000000000000000000000000e2";
export const USDC: Address = "0x00000000000000000000000000000000000000d1";
/** Of ETH, of which a staked coin is worth more, and of the dollar; USD. */
export const PRICES: ReadonlyMap<Address, number> = new Map([
  [WETH, 2_000],
  [WSTETH, 2_400],
  [USDC, 1],
]);
const NOW_SEC = 1_900_000_000;
const E8 = 100_000_000n;
const E18 = 10n ** 18n;
const DECIMALS = 18n;
const DOLLAR_DECIMALS = 6n;

const AAVE: Abi = parseAbi([
  "function setReserve(address, uint256, uint256, uint256)",
  "function setPrice(address, uint256)",
  "function supply(address, uint256, address, uint16)",
  "function withdraw(address, uint256, address)",
  "function borrow(address, uint256, uint256, uint16, address)",
  "function repay(address, uint256, uint256, address)",
  "function liquidationCall(address, address, address, uint256, bool)",
  "function setUserEMode(uint8)",
]);
const COMET: Abi = parseAbi([
  "function addAsset(address, uint64, uint64, uint64)",
  "function setPrice(address, uint256)",
  "function supply(address, uint256)",
  "function withdraw(address, uint256)",
  "function transferAsset(address, address, uint256)",
  "function absorb(address, address[])",
]);

/** A store in memory. */
export interface KeptStore extends LendingCursorStore {
  state: LendingCursorState | null;
}

/** Both markets on one chain. */
export interface LendingBed {
  readonly deploy: (path: string, args: readonly unknown[]) => Promise<Address>;
  readonly chain: ChainClient;
  readonly aave: Address;
  readonly comet: Address;
  /** Unlocked accounts. */
  readonly people: readonly Address[];
  /** Sends a call and waits for it. @throws when it reverts. */
  act(to: "aave" | "comet", as: Address, call: readonly [name: string, ...args: unknown[]]): Promise<void>;
  head(): Promise<Anchor>;
  control(method: string, params: readonly unknown[]): Promise<unknown>;
  settings(
    protocol: LendingMarketSettings["protocol"],
    further?: Partial<LendingMarketSettings>,
  ): LendingMarketSettings;
}

/** Coins in units of 1e-18. */
export const coins = (amount: number): bigint => BigInt(Math.round(amount * Number(E8))) * (E18 / E8);
/** Dollars in units of 1e-6. */
export const dollars = (amount: number): bigint => BigInt(Math.round(amount * 1e6));
/** USD × 1e8. */
export const priceE8 = (usd: number): bigint => BigInt(Math.round(usd * Number(E8)));

/** Deploys both. */
export async function lendingBed(anvil: Anvil): Promise<LendingBed> {
  const chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20, retries: 0 });
  const { deploy } = createDeployer(chain, privateKeyToAccount(ANVIL_KEY));
  const client = createLocalClient(anvil.rpcUrl);
  const people = await client.getAddresses();
  const aave = await deploy("local/AavePoolDouble", []);
  const comet = await deploy("local/CometDouble", [USDC, 10n ** DOLLAR_DECIMALS]);
  const act: LendingBed["act"] = async (to, as, [functionName, ...args]) => {
    const call = to === "aave" ? { address: aave, abi: AAVE } : { address: comet, abi: COMET };
    const hash = await client.writeContract({ ...call, functionName, args, account: as });
    const { status } = await client.waitForTransactionReceipt({ hash });
    if (status !== "success") throw new Error(`${functionName} reverted`);
  };
  const [owner] = people;
  if (owner === undefined) throw new Error("anvil has no accounts");
  for (const token of [WETH, WSTETH]) {
    await act("aave", owner, ["setReserve", token, DECIMALS, 8_000n, 10_500n]);
    await act("comet", owner, ["addAsset", token, E18, (8n * E18) / 10n, (95n * E18) / 100n]);
  }
  await act("aave", owner, ["setReserve", USDC, DOLLAR_DECIMALS, 7_500n, 10_450n]);
  for (const [token, usd] of PRICES)
    for (const to of ["aave", "comet"] as const) await act(to, owner, ["setPrice", token, priceE8(usd)]);
  return {
    chain,
    deploy,
    aave,
    comet,
    people,
    act,
    head: async () => {
      const { number, hash, timestamp } = await chain.reader.getBlock();
      return { blockNumber: number, blockHash: hash, timestampSec: Number(timestamp) };
    },
    control: async (method, params) => await chain.reader.transport.request({ method, params }),
    settings: (protocol, further) => ({
      ...{ protocol, address: protocol === "aave-v3" ? aave : comet, fromBlock: 0n, confirmations: 0 },
      ...{ assets: { ETH: [WETH, WSTETH] }, largeUsd: 1_000_000, maxAccounts: 100 },
      ...further,
    }),
  };
}

/** A store that outlives its reader. */
export function keptStore(): KeptStore {
  const store: KeptStore = {
    state: null,
    load: async () => store.state,
    save: async (state) => {
      store.state = state;
    },
  };
  return store;
}

/** Reads markets of the bed. */
export function readerOf(
  { chain }: LendingBed,
  markets: readonly LendingMarketSettings[],
  store: LendingCursorStore = keptStore(),
): LendingMarkets {
  return createLendingMarkets({
    chain,
    markets,
    storeOf: () => store,
    clock: { nowSec: () => NOW_SEC, nowMs: () => NOW_SEC * 1_000 },
    timers: SYSTEM_TIMERS,
    // No test of the doubles waits for it.
    budgetMs: 60_000,
  });
}

/** Receive time of the bed's clock. */
export const RECEIVED_SEC = NOW_SEC;
