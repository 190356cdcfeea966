/** A chain of made answers: calls by the name of their function, one log list, one block. */
import assert from "node:assert/strict";
import {
  type Abi,
  createPublicClient,
  custom,
  decodeFunctionData,
  defineChain,
  encodeFunctionResult,
  type Hex,
} from "viem";
import {
  aaveV3DataAbi,
  aaveV3OracleAbi,
  aaveV3PoolAbi,
  aaveV3ProviderAbi,
} from "../../../oracle/chain/lending/aave-v3-abi.ts";
import { comptrollerAbi, cTokenAbi } from "../../../oracle/chain/lending/compound-v2-abi.ts";
import { compoundV3Abi } from "../../../oracle/chain/lending/compound-v3-abi.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { LendingDoor } from "../../../oracle/ingestion/sources/lending/lending-protocol.ts";
import type { LendingMarketSettings } from "../../../oracle/ingestion/sources/lending/lending-settings.ts";
import { WETH } from "./lending-bed.ts";

/** Address of the market of {@link doorOf}. */
export const MADE_MARKET: Address = "0x00000000000000000000000000000000000000a1";
/** Hash of every block. */
export const BLOCK_HASH: Hex = `0x${"ab".repeat(32)}`;
const CHAIN_ID = 31_337;
const ABI: Abi = [
  ...aaveV3PoolAbi,
  ...aaveV3ProviderAbi,
  ...aaveV3DataAbi,
  ...aaveV3OracleAbi,
  ...comptrollerAbi,
  ...cTokenAbi,
  ...compoundV3Abi,
];

/** By the name of the function; what they throw is the RPC's answer. */
export type Answers = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** A chain that answers calls by the name of the function, with one market at {@link MADE_MARKET}. */
export function doorOf(
  protocol: LendingMarketSettings["protocol"],
  answers: Answers,
  logs: readonly object[] = [],
): LendingDoor {
  const request = async ({ method, params }: { method: string; params?: readonly [{ readonly data: Hex }] }) => {
    if (method === "eth_getLogs") return logs;
    if (method.startsWith("eth_getBlock"))
      return { number: "0x1", hash: BLOCK_HASH, timestamp: "0x1", transactions: [] };
    const { functionName, args = [] } = decodeFunctionData({ abi: ABI, data: params?.[0].data ?? "0x" });
    const result = answers[functionName]?.(...args);
    return encodeFunctionResult({ abi: ABI, functionName, result });
  };
  const chain = defineChain({
    id: CHAIN_ID,
    name: "made",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: ["http://127.0.0.1"] } },
  });
  const reader = createPublicClient({ chain, transport: custom({ request }, { retryCount: 0 }) });
  const signer = () => assert.fail("a reader signs nothing");
  const limits = { fromBlock: 0n, confirmations: 0, assets: { ETH: [WETH] }, largeUsd: 1, maxAccounts: 1 };
  return {
    chain: { rpcUrl: "", chainId: CHAIN_ID, reader, signer },
    settings: { protocol, address: MADE_MARKET, ...limits },
  };
}
