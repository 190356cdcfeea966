/** The real contracts on an in-process chain, reached without a client library: one call, one answer, one block. */
import hre from "hardhat";
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, type Hex, numberToHex } from "viem";
import { contractErrorsAbi } from "../../../oracle/chain/abi/contract-errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { Call } from "./calls.ts";
import { type Request, requestOf } from "./encode.ts";
import { GENESIS_SEC } from "./ground.ts";
import type { Setup } from "./world.ts";

/** What the chain did with a call. */
export type Answer =
  | { readonly ok: true; readonly returned: unknown }
  | { readonly ok: false; readonly code: string; readonly args: readonly unknown[] };

/** Raw access to a chain of the test's own. */
export interface Chain {
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Word in storage. */
  storage(address: Address, slot: Hex): Promise<bigint>;
  /** A read. */
  read(request: Request): Promise<unknown>;
  /** Runs a call in a block of its own at the call's time. */
  execute(setup: Setup, call: Call): Promise<Answer>;
}

/** No call of the tests needs a tenth of it. */
const GAS = numberToHex(10_000_000);
const GAS_PRICE = numberToHex(10_000_000_000);
const DATA_PATTERN = /^0x[0-9a-f]*$/i;

/** A fresh network with Hardhat's accounts. */
export async function openChain() {
  const override = { initialDate: new Date(GENESIS_SEC * 1_000) };
  const connection = await hre.network.create({ network: "local", override });
  const request = async (method: string, params: readonly unknown[]): Promise<unknown> =>
    await connection.provider.request({ method, params: [...params] });
  return { viem: connection.viem, chain: chainOf(request), close: async () => await connection.close() };
}

function chainOf(request: Chain["request"]): Chain {
  return {
    request,
    storage: async (address, slot) => BigInt(hexOf(await request("eth_getStorageAt", [address, slot, "latest"]))),
    read: async (wanted) => {
      const data = encodeFunctionData(wanted);
      const answer = hexOf(await request("eth_call", [{ to: wanted.to, data }, "latest"]));
      return decodeFunctionResult({ ...wanted, data: answer });
    },
    execute: async (setup, call) => await execute(request, call, await requestOf(setup, call)),
  };
}

/** What a refused call does to the state is nothing: only what would go through is sent. */
async function execute(request: Chain["request"], call: Call, wanted: Request): Promise<Answer> {
  const data = encodeFunctionData(wanted);
  const transaction = { from: call.by, to: wanted.to, data, gas: GAS, gasPrice: GAS_PRICE };
  await request("evm_setNextBlockTimestamp", [call.atSec]);
  try {
    const answer = hexOf(await request("eth_call", [transaction, "pending"]));
    await request("eth_sendTransaction", [transaction]);
    return { ok: true, returned: answer === "0x" ? undefined : decodeFunctionResult({ ...wanted, data: answer }) };
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): Answer {
  // One level deeper where the provider does not know the contract that refused.
  const data = dataOf(dataOf(error)) ?? dataOf(error);
  if (typeof data !== "string" || !DATA_PATTERN.test(data) || data.length < 10) throw error;
  const { errorName, args } = decodeErrorResult({ abi: contractErrorsAbi, data: hexOf(data) });
  return { ok: false, code: errorName, args: args ?? [] };
}

function dataOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, "data") : undefined;
}

function hexOf(value: unknown): Hex {
  if (typeof value !== "string" || !value.startsWith("0x")) throw new TypeError(`${String(value)} is no hex string.`);
  return `0x${value.slice(2)}`;
}
