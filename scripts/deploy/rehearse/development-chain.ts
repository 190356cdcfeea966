/** A development chain as a rehearsal drives it: any account acts, the clock goes where it should, and all can be undone. */
import {
  type Abi,
  createTestClient,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  http,
  publicActions,
  walletActions,
} from "viem";
import type { ChainClient } from "../../../oracle/chain/client.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { VerificationRun } from "../verify/context.ts";

/** One call of a contract, as viem's `readContract` takes it. */
export interface ContractCall {
  readonly to: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
}

/** The answer of a call, or the name of the error that it ends with. */
export type Simulated = { readonly answer: unknown } | { readonly refusal: string };

/** A chain on which nobody else depends. */
export interface DevelopmentChain {
  readonly chain: ChainClient;
  readonly at: VerificationRun["at"];
  /** Time of the newest block, seconds. */
  now(): Promise<number>;
  /** Sends a call from any account in a block of its own, at `timestampSec` if given; throws `REHEARSAL_CALL_FAILED`. */
  send(from: Address, call: ContractCall, timestampSec?: number): Promise<void>;
  /** Deploys creation code with arguments from the node's first account. */
  deploy(artifact: { readonly abi: Abi; readonly bytecode: Hex }, args: readonly unknown[]): Promise<Address>;
  /** What a call from an account would answer, or the name of the error that it would end with. */
  simulate(from: Address, call: ContractCall): Promise<Simulated>;
  /** Mines one block at a time that lies ahead. */
  mineAt(timestampSec: number): Promise<void>;
  /** Runs something and takes the chain back to where it was, whatever comes of it. */
  undone<Result>(act: () => Promise<Result>): Promise<Result>;
  /** The node's first account: it deployed, and owns tokens and feeds that were made for tests. */
  readonly deployer: Address;
}

const POLLING_MS = 20;
const GAS_MONEY_WEI = 10n ** 20n;
/** Given, not estimated: an estimate runs before the block time that is set for the transaction. */
const GAS = 15_000_000n;

type Client = ReturnType<typeof createClient>;

/** Anvil understands Hardhat's names of these methods. */
function createClient({ rpcUrl, reader }: ChainClient) {
  const transport = http(rpcUrl);
  return createTestClient({
    mode: "hardhat",
    chain: reader.chain,
    transport,
    pollingInterval: POLLING_MS,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions);
}

/**
 * Takes control of a development node.
 *
 * @throws PlimsollError `REHEARSAL_NODE_REFUSED` for a node without unlocked accounts.
 */
export async function controlChain(chain: ChainClient, at: VerificationRun["at"]): Promise<DevelopmentChain> {
  const client = createClient(chain);
  const [deployer] = await client.getAddresses();
  if (deployer === undefined) throw noAccounts(chain.rpcUrl);
  return {
    chain,
    at,
    deployer,
    now: async () => Number((await client.getBlock()).timestamp),
    send: async (from, { to, ...call }, timestampSec) => {
      const data = encodeFunctionData(mutable(call));
      const { status } = await transact(client, { from, to, data, timestampSec }).catch((cause: unknown) => {
        throw callFailed(call.functionName, to, cause);
      });
      if (status !== "success") throw callFailed(call.functionName, to);
    },
    deploy: async ({ abi, bytecode }, args) => {
      const data = encodeDeployData({ abi, bytecode, args: [...args] });
      const { contractAddress, status } = await transact(client, { from: deployer, to: null, data });
      const isMade = status === "success" && contractAddress !== null && contractAddress !== undefined;
      if (!isMade) throw callFailed("constructor", deployer);
      return contractAddress;
    },
    simulate: async (from, call) => await simulate(client, from, call),
    mineAt: async (timestampSec) => {
      await client.setNextBlockTimestamp({ timestamp: BigInt(timestampSec) });
      await client.mine({ blocks: 1 });
    },
    undone: async (act) => {
      const id = await client.snapshot();
      try {
        return await act();
      } finally {
        await client.revert({ id });
      }
    },
  };
}

interface Transaction {
  readonly from: Address;
  readonly to: Address | null;
  readonly data: Hex;
  readonly timestampSec?: number | undefined;
}

/** From any account: contracts hold no ether of their own to pay for gas. */
async function transact(client: Client, { from, to, data, timestampSec }: Transaction) {
  await client.setBalance({ address: from, value: GAS_MONEY_WEI });
  await client.impersonateAccount({ address: from });
  if (timestampSec !== undefined) await client.setNextBlockTimestamp({ timestamp: BigInt(timestampSec) });
  const hash = await client.sendTransaction({ account: from, to, data, gas: GAS });
  return await client.waitForTransactionReceipt({ hash });
}

async function simulate(client: Client, from: Address, { to, ...call }: ContractCall): Promise<Simulated> {
  try {
    const { data = "0x" } = await client.call({ account: from, to, data: encodeFunctionData(mutable(call)) });
    return { answer: decodeFunctionResult({ ...mutable(call), data }) };
  } catch (error) {
    const refusal = revertOf(error)?.code;
    if (refusal === undefined) throw error;
    return { refusal };
  }
}

function mutable({ abi, functionName, args }: Omit<ContractCall, "to">) {
  return { abi, functionName, args: [...args] };
}

function callFailed(functionName: string, to: Address, cause?: unknown): PlimsollError {
  const reason = revertOf(cause)?.code ?? (cause instanceof Error ? cause.message : "it reverted");
  return new PlimsollError({
    code: "REHEARSAL_CALL_FAILED",
    problem: `The rehearsal's call ${functionName} of ${to} failed: ${reason}.`,
    remedy: "Mend what it names; a chain whose breaker is not NORMAL, for one, takes no rehearsal.",
    context: { functionName, to, reason },
    cause,
  });
}

function noAccounts(rpcUrl: string): PlimsollError {
  return new PlimsollError({
    code: "REHEARSAL_NODE_REFUSED",
    problem: `The node at ${rpcUrl} has no unlocked accounts.`,
    remedy: "Rehearse on anvil or on Hardhat's network.",
    context: { rpcUrl },
  });
}
