/** Aave v3 by its published interface: pool events, reserves' terms and prices, balances of accounts. */
import { type Log, type ParseEventLogsReturnType, parseEventLogs } from "viem";
import { type ChainClient, isTransportFailure } from "../../../chain/client.ts";
import {
  aaveV3DataAbi,
  aaveV3Events,
  aaveV3OracleAbi,
  aaveV3PoolAbi,
  aaveV3ProviderAbi,
} from "../../../chain/lending/aave-v3-abi.ts";
import { PlimsollError } from "../../../domain/errors.ts";
import { type Address, BPS, fromFixedPoint } from "../../../domain/units.ts";
import type { Checkpoint } from "../checkpoints.ts";
import type { BlockRange } from "../log-ranges.ts";
import { pinned } from "../pinned.ts";
import {
  type Holdings,
  type LendingAction,
  type LendingActions,
  type LendingDoor,
  type LendingProtocol,
  type LoanSize,
  pricesOf,
  type TokenTerms,
  undecodableOf,
} from "./lending-protocol.ts";

/** Below this health a liquidation may repay the whole debt, above it half (Aave v3, `CLOSE_FACTOR_HF_THRESHOLD`). */
const WHOLE_BELOW_HEALTH = 0.95;
const CLOSE_FACTOR = 0.5;
/** Loans with less collateral or debt are repaid as a whole, USD (Aave v3.3, `MIN_BASE_MAX_CLOSE_FACTOR_THRESHOLD`). */
const WHOLE_BELOW_USD = 2_000;
/** Two bits a reserve: borrowed, collateral. */
const BORROWED = 1n;
const COLLATERAL = 2n;
const BITS_PER_RESERVE = 2n;

/** Contracts of a pool. */
interface PoolParts {
  readonly data: Address;
  readonly oracle: Address;
}

/** Creates the reader of one pool. */
export function createAaveV3(door: LendingDoor): LendingProtocol {
  let parts: PoolParts | null = null;
  return {
    readActions: async (range) => await readActions(door, range),
    readTerms: async (at) => {
      parts = await readParts(door, at);
      return await readTerms(door, parts, at);
    },
    readPrices: async (terms, at) => await readPrices(door, terms, at),
    readHoldings: async (account, terms, at) => {
      // They move with governance alone, as the terms do, and are asked for with them.
      const { data } = parts ?? (await readParts(door, at));
      return await readHoldings(door, { account, terms, at, data });
    },
    soldPerDebt,
  };
}

async function readActions({ chain, settings }: LendingDoor, { from, to }: BlockRange): Promise<LendingActions> {
  const query = { address: settings.address, events: aaveV3Events, fromBlock: from, toBlock: to } as const;
  const logs: readonly Log[] = await chain.reader.getLogs(query);
  const events = parseEventLogs({ abi: aaveV3Events, logs: [...logs], strict: true });
  return { actions: events.map(actionOf), undecodable: undecodableOf(logs, events) };
}

async function readParts({ chain, settings }: LendingDoor, at: Checkpoint): Promise<PoolParts> {
  const { reader } = chain;
  const pool = { address: settings.address, abi: aaveV3PoolAbi, ...pinned(at) } as const;
  const address = await reader.readContract({ ...pool, functionName: "ADDRESSES_PROVIDER" });
  const provider = { address, abi: aaveV3ProviderAbi, ...pinned(at) } as const;
  const [data, oracle] = await Promise.all([
    reader.readContract({ ...provider, functionName: "getPoolDataProvider" }),
    reader.readContract({ ...provider, functionName: "getPriceOracle" }),
  ]);
  return { data, oracle };
}

async function readTerms(
  { chain, settings }: LendingDoor,
  { data, oracle }: PoolParts,
  at: Checkpoint,
): Promise<ReadonlyMap<string, TokenTerms>> {
  const { reader } = chain;
  const pool = { address: settings.address, abi: aaveV3PoolAbi, ...pinned(at) } as const;
  const contract = { address: data, abi: aaveV3DataAbi, ...pinned(at) } as const;
  const reserves = await reader.readContract({ ...pool, functionName: "getReservesList" });
  const terms = await Promise.all(
    reserves.map(async (token): Promise<TokenTerms> => {
      const call = { ...contract, functionName: "getReserveConfigurationData", args: [token] } as const;
      const [decimals, , threshold, bonus] = await reader.readContract(call);
      return {
        token,
        decimals: Number(decimals),
        threshold: Number(threshold) / BPS,
        bonus: Math.max(1, Number(bonus) / BPS),
        priceFeed: oracle,
      };
    }),
  );
  return new Map(terms.map((term) => [term.token.toLowerCase(), term]));
}

async function readPrices(
  { chain }: LendingDoor,
  terms: ReadonlyMap<string, TokenTerms>,
  at: Checkpoint,
): Promise<ReadonlyMap<string, number>> {
  const [first] = terms.values();
  if (first === undefined) return new Map();
  const { reader } = chain;
  const oracle = { address: first.priceFeed, abi: aaveV3OracleAbi, ...pinned(at) } as const;
  const unit = Number(await reader.readContract({ ...oracle, functionName: "BASE_CURRENCY_UNIT" }));
  const tokens = [...terms.values()].map(({ token }) => token);
  try {
    const prices = await reader.readContract({ ...oracle, functionName: "getAssetsPrices", args: [tokens] });
    return new Map([...terms.keys()].map((token, place) => [token, Number(prices[place] ?? 0n) / unit]));
  } catch (error) {
    if (isTransportFailure(error)) throw error;
    // One source that reverts takes all answers with it: each is asked by itself.
    const call = { ...oracle, functionName: "getAssetPrice" } as const;
    return await pricesOf(
      terms,
      async ({ token }) => Number(await reader.readContract({ ...call, args: [token] })) / unit,
    );
  }
}

function soldPerDebt({ collateralUsd, debtUsd, health }: LoanSize, bonus: number): number {
  const isWhole = health < WHOLE_BELOW_HEALTH || Math.min(collateralUsd, debtUsd) < WHOLE_BELOW_USD;
  return bonus * (isWhole ? 1 : CLOSE_FACTOR);
}

interface HoldingsQuestion {
  readonly account: Address;
  /** In the order of the pool's list of reserves. */
  readonly terms: ReadonlyMap<string, TokenTerms>;
  readonly at: Checkpoint;
  /** The pool's data provider. */
  readonly data: Address;
}

/**
 * The account's bits say which reserves are worth asking about. They keep their places when a reserve is dropped, the list of reserves
 * closes up: where a bit contradicts the reserve at its place, all reserves are asked.
 */
async function readHoldings({ chain, settings }: LendingDoor, question: HoldingsQuestion): Promise<Holdings> {
  const { account, at } = question;
  const { reader } = chain;
  const pool = { address: settings.address, abi: aaveV3PoolAbi, args: [account], ...pinned(at) } as const;
  const [{ data: bits }, mode, [, totalDebt, , threshold]] = await Promise.all([
    reader.readContract({ ...pool, functionName: "getUserConfiguration" }),
    reader.readContract({ ...pool, functionName: "getUserEMode" }),
    reader.readContract({ ...pool, functionName: "getUserAccountData" }),
  ]);
  const balances = await readBalances(chain, bits, question);
  const collateral = new Map<string, bigint>();
  const debts = new Map<string, bigint>();
  for (const { token, supplied, debt, isCollateral } of balances) {
    if (isCollateral && supplied > 0n) collateral.set(token, supplied);
    if (debt > 0n) debts.set(token, debt);
  }
  if (totalDebt > 0n && debts.size === 0) throw debtUnseen(settings.address, account, totalDebt);
  // In efficiency mode the pool's own mean over the account's collateral stands for the tokens' thresholds.
  const ownThreshold = mode === 0n ? null : fromFixedPoint(threshold, Math.log10(BPS));
  return { account, collateral, debts, ownThreshold, mayOwe: debts.size > 0 };
}

/** Of the reserves that the bits name, of all where they contradict. */
async function readBalances(
  { reader }: ChainClient,
  bits: bigint,
  { account, terms, at, data }: HoldingsQuestion,
): Promise<readonly ReserveBalance[]> {
  const contract = { address: data, abi: aaveV3DataAbi, functionName: "getUserReserveData", ...pinned(at) } as const;
  const read = async (place: number, { token }: TokenTerms): Promise<ReserveBalance> => {
    const [supplied, stable, variable, , , , , , isCollateral] = await reader.readContract({
      ...contract,
      args: [token, account],
    });
    return { place, token: token.toLowerCase(), supplied, debt: stable + variable, isCollateral };
  };
  const reserves = [...terms.values()].map((term, place) => ({ term, place }));
  const used = reserves.filter(({ place }) => reserveBits(bits, place) !== 0n);
  const flagged = await Promise.all(used.map(async ({ term, place }) => await read(place, term)));
  const isShifted =
    bits >> (BITS_PER_RESERVE * BigInt(terms.size)) !== 0n || flagged.some((balance) => contradicts(bits, balance));
  return isShifted ? await Promise.all(reserves.map(async ({ term, place }) => await read(place, term))) : flagged;
}

/** Of an account, at the reserve's place in the list. */
interface ReserveBalance {
  readonly place: number;
  readonly token: string;
  readonly supplied: bigint;
  readonly debt: bigint;
  readonly isCollateral: boolean;
}

/** Of shifted bits the highest always does: it lands on a reserve that the account does not use. */
function contradicts(bits: bigint, { place, debt, isCollateral }: ReserveBalance): boolean {
  const own = reserveBits(bits, place);
  return ((own & BORROWED) !== 0n) !== debt > 0n || ((own & COLLATERAL) !== 0n) !== isCollateral;
}

function debtUnseen(pool: Address, account: Address, debt: bigint): PlimsollError<"LENDING_DEBT_UNSEEN"> {
  return new PlimsollError({
    code: "LENDING_DEBT_UNSEEN",
    problem: `The pool ${pool} says that ${account} owes ${debt} of its base currency, and no reserve has a debt of it.`,
    remedy: "The account is counted as unreadable, and read again.",
    context: { pool, account, debt },
  });
}

function reserveBits(bits: bigint, place: number): bigint {
  return (bits >> (BITS_PER_RESERVE * BigInt(place))) & (BORROWED | COLLATERAL);
}

type AaveEvent = ParseEventLogsReturnType<typeof aaveV3Events, undefined, true>[number];

/** Debt arises in a `Borrow` alone; what else touches an account matters once it has debt. */
function actionOf(event: AaveEvent): LendingAction {
  const { blockNumber } = event;
  const moved = { blockNumber, mayBorrow: false };
  switch (event.eventName) {
    case "Supply":
      return { ...moved, kind: "deposit", account: event.args.onBehalfOf, ...amountOf(event.args) };
    case "Withdraw":
      return { ...moved, kind: "withdrawal", account: event.args.user, ...amountOf(event.args) };
    case "Borrow":
      return { blockNumber, mayBorrow: true, kind: "borrow", account: event.args.onBehalfOf, ...amountOf(event.args) };
    case "Repay":
      return { ...moved, kind: "repayment", account: event.args.user, ...amountOf(event.args) };
    case "LiquidationCall": {
      const { user: account, collateralAsset: token, liquidatedCollateralAmount: amount } = event.args;
      return { ...moved, kind: "liquidation", account, token, amount };
    }
    case "UserEModeSet":
      return { ...moved, kind: null, account: event.args.user, token: null, amount: 0n };
  }
}

function amountOf({ reserve, amount }: { readonly reserve: Address; readonly amount: bigint }) {
  return { token: reserve, amount };
}
