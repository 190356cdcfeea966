/** The actors and contracts of a local run, and the client that acts for them on a development chain. */
import { createTestClient, type Hash, http, publicActions, type TransactionReceipt, walletActions } from "viem";
import { hardhat } from "viem/chains";
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { Address } from "../../domain/units.ts";

/** One market of the vault on a local network. */
export interface LocalMarket {
  readonly marketId: number;
  readonly asset: AssetSymbol;
  readonly base: Address;
  readonly baseDecimals: number;
  readonly quote: Address;
  readonly quoteDecimals: number;
  readonly feed: Address;
}

/** Insurance fund of one collateral token. */
export interface LocalFund {
  readonly fund: Address;
  readonly token: Address;
  readonly decimals: number;
}

/** Hedging mandate of a market with its venue. */
export interface LocalHedge {
  readonly asset: AssetSymbol;
  readonly mandate: Address;
  readonly venue: Address;
  /** Margin token: the quote. */
  readonly token: Address;
  readonly decimals: number;
}

/** Contracts that the actors use. */
export interface LocalContracts {
  readonly vault: Address;
  readonly token: Address;
  readonly oracle: Address;
  readonly settlementOracle: Address;
  /** The sample loan market, or `null` where none is deployed. */
  readonly loans: Address | null;
  readonly markets: readonly LocalMarket[];
  readonly funds: readonly LocalFund[];
  /** None where no mandate is deployed. */
  readonly hedges: readonly LocalHedge[];
}

/** Unlocked accounts of the development chain by role. */
export interface LocalActors {
  readonly deployer: Address;
  readonly transmitters: readonly Address[];
  readonly keeper: Address;
  readonly holders: readonly Address[];
  readonly writers: readonly Address[];
}

/** A client for a chain whose accounts are unlocked and whose time may be set. */
export type LocalClient = ReturnType<typeof createLocalClient>;

const POLLING_MS = 25;
const TRANSMITTERS = 4;
const HOLDERS = 3;
const WRITERS = 6;
const LEAST_ACCOUNTS = 10;

/** Creates the client of the actors; calls made in one tick travel in one HTTP request. */
export function createLocalClient(rpcUrl: string) {
  return createTestClient({
    chain: hardhat,
    mode: "hardhat",
    transport: http(rpcUrl, { batch: { wait: 0 } }),
    pollingInterval: POLLING_MS,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions);
}

/**
 * Gives the chain's unlocked accounts their roles. Fewer than 14 accounts (anvil has 10) share the writers' roles.
 *
 * @throws PlimsollError `CHAIN_ACCOUNTS_MISSING` for a node with fewer than 10 unlocked accounts.
 */
export async function assignActors(client: LocalClient): Promise<LocalActors> {
  const accounts = await client.getAddresses();
  const [deployer, ...others] = accounts;
  if (deployer === undefined || accounts.length < LEAST_ACCOUNTS) {
    throw new PlimsollError({
      code: "CHAIN_ACCOUNTS_MISSING",
      problem: `The node has ${accounts.length} unlocked accounts; a local run needs at least ${LEAST_ACCOUNTS}.`,
      remedy: "Start anvil or hardhat node with --accounts 20, or leave out --rpc-url.",
      context: { accounts: accounts.length },
    });
  }
  const transmitters = others.slice(0, TRANSMITTERS);
  const rest = others.slice(TRANSMITTERS);
  const [keeper = deployer, ...people] = rest;
  const holders = people.slice(0, Math.min(HOLDERS, people.length - 1));
  const writers = people.slice(holders.length, holders.length + WRITERS);
  return { deployer, transmitters, keeper, holders, writers };
}

/**
 * Waits for a transaction of a local actor.
 *
 * @throws PlimsollError `LOCAL_TRANSACTION_REVERTED` naming what was done.
 */
export async function confirm(client: LocalClient, hash: Hash, action: string): Promise<TransactionReceipt> {
  const receipt = await client.waitForTransactionReceipt({ hash });
  if (receipt.status === "success") return receipt;
  throw new PlimsollError({
    code: "LOCAL_TRANSACTION_REVERTED",
    problem: `The transaction to ${action} reverted in block ${receipt.blockNumber}.`,
    remedy: "Replay it with debug_traceTransaction to see the custom error.",
    context: { hash, action },
  });
}

/** Moves the chain's clock to a time, in a block of its own; does nothing when the chain is already there. */
export async function advanceChainTo(client: LocalClient, timeSec: number): Promise<void> {
  const block = await client.getBlock();
  if (Number(block.timestamp) >= timeSec) return;
  await client.setNextBlockTimestamp({ timestamp: BigInt(Math.floor(timeSec)) });
  await client.mine({ blocks: 1 });
}
