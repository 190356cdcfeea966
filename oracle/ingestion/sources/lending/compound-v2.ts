/**
 * Compound v2 by its published interface: events of all markets of a Comptroller, terms and prices, balances of accounts. A market is
 * named by its cToken everywhere; amounts are units of the underlying.
 */
import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  type Log,
  type ParseEventLogsReturnType,
  parseEventLogs,
} from "viem";
import { compoundV2Events, comptrollerAbi, cTokenAbi } from "../../../chain/lending/compound-v2-abi.ts";
import { PlimsollError } from "../../../domain/errors.ts";
import type { Address } from "../../../domain/units.ts";
import type { Checkpoint } from "../checkpoints.ts";
import type { BlockRange } from "../log-ranges.ts";
import { pinned } from "../pinned.ts";
import {
  type Holdings,
  type LendingAction,
  type LendingActions,
  type LendingDoor,
  type LendingProtocol,
  pricesOf,
  type TokenTerms,
  undecodableOf,
} from "./lending-protocol.ts";

/** Scale of factors and exchange rates. */
const MANTISSA = 10n ** 18n;
/** Prices are USD of one underlying unit × 1e36. */
const PRICE_DECIMALS = 36;
/** Of the chain's own coin, whose market has no underlying token. */
const COIN_DECIMALS = 18;
/** Compound's close factor until it is read. */
const HALF = 0.5;

/** Creates the reader of the markets of one Comptroller. */
export function createCompoundV2(door: LendingDoor): LendingProtocol {
  let closeFactor = HALF;
  return {
    readActions: async (range) => await readActions(door, range),
    readTerms: async (at) => {
      const call = { ...comptrollerOf(door), functionName: "closeFactorMantissa", ...pinned(at) } as const;
      closeFactor = share(await door.chain.reader.readContract(call));
      return await readTerms(door, at);
    },
    readPrices: async (terms, at) => await readPrices(door, terms, at),
    readHoldings: async (account, _, at) => await readHoldings(door, account, at),
    soldPerDebt: (_, bonus) => closeFactor * bonus,
  };
}

function comptrollerOf({ settings }: LendingDoor) {
  return { address: settings.address, abi: comptrollerAbi } as const;
}

function share(mantissa: bigint): number {
  return Number(mantissa) / Number(MANTISSA);
}

async function readActions(door: LendingDoor, { from, to }: BlockRange): Promise<LendingActions> {
  const { reader } = door.chain;
  // Of now: a market that is listed later has no events before.
  const markets = await reader.readContract({ ...comptrollerOf(door), functionName: "getAllMarkets" });
  const address = [door.settings.address, ...markets];
  const query = { address, events: compoundV2Events, fromBlock: from, toBlock: to } as const;
  const logs: readonly Log[] = await reader.getLogs(query);
  const events = parseEventLogs({ abi: compoundV2Events, logs: [...logs], strict: true });
  const actions = await Promise.all(events.map(async (event) => await actionOf(door, event)));
  return { actions, undecodable: undecodableOf(logs, events) };
}

type CompoundEvent = ParseEventLogsReturnType<typeof compoundV2Events, undefined, true>[number];

async function actionOf(door: LendingDoor, event: CompoundEvent): Promise<LendingAction> {
  const { blockNumber, address: token } = event;
  const moved = { blockNumber, token, mayBorrow: false };
  switch (event.eventName) {
    case "Mint":
      return { ...moved, kind: "deposit", account: event.args.minter, amount: event.args.mintAmount };
    case "Redeem":
      return { ...moved, kind: "withdrawal", account: event.args.redeemer, amount: event.args.redeemAmount };
    case "Borrow":
      return {
        ...moved,
        mayBorrow: true,
        kind: "borrow",
        account: event.args.borrower,
        amount: event.args.borrowAmount,
      };
    case "RepayBorrow":
      return { ...moved, kind: "repayment", account: event.args.borrower, amount: event.args.repayAmount };
    case "LiquidateBorrow": {
      const { borrower: account, cTokenCollateral, seizeTokens } = event.args;
      const amount = await underlyingOf(door, cTokenCollateral, seizeTokens);
      return { ...moved, kind: "liquidation", account, token: cTokenCollateral, amount };
    }
    case "MarketEntered":
    case "MarketExited":
      return { ...moved, kind: null, account: event.args.account, token: null, amount: 0n };
  }
}

/** At the rate of now, which interest alone moves: RPCs need not keep the state of old blocks. */
async function underlyingOf({ chain }: LendingDoor, address: Address, cTokens: bigint): Promise<bigint> {
  const call = { address, abi: cTokenAbi, functionName: "exchangeRateStored" } as const;
  return (cTokens * (await chain.reader.readContract(call))) / MANTISSA;
}

async function readTerms(door: LendingDoor, at: Checkpoint): Promise<ReadonlyMap<string, TokenTerms>> {
  const { reader } = door.chain;
  const comptroller = { ...comptrollerOf(door), ...pinned(at) } as const;
  const [markets, incentive, priceFeed] = await Promise.all([
    reader.readContract({ ...comptroller, functionName: "getAllMarkets" }),
    reader.readContract({ ...comptroller, functionName: "liquidationIncentiveMantissa" }),
    reader.readContract({ ...comptroller, functionName: "oracle" }),
  ]);
  const terms = await Promise.all(
    markets.map(async (token): Promise<[string, TokenTerms]> => {
      const [[, factor], decimals] = await Promise.all([
        reader.readContract({ ...comptroller, functionName: "markets", args: [token] }),
        readDecimals(door, token, at),
      ]);
      const bonus = Math.max(1, share(incentive));
      return [token.toLowerCase(), { token, decimals, threshold: share(factor), bonus, priceFeed }];
    }),
  );
  return new Map(terms);
}

async function readDecimals({ chain }: LendingDoor, cToken: Address, at: Checkpoint): Promise<number> {
  const { reader } = chain;
  const call = { abi: cTokenAbi, ...pinned(at) } as const;
  let address: Address;
  try {
    address = await reader.readContract({ ...call, address: cToken, functionName: "underlying" });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return COIN_DECIMALS;
  }
  return await reader.readContract({ ...call, address, functionName: "decimals" });
}

/** Whether the market itself has no answer; anything else says nothing about it. */
function isRefusal(error: unknown): boolean {
  const isOwn = (inner: unknown) =>
    inner instanceof ContractFunctionRevertedError || inner instanceof ContractFunctionZeroDataError;
  return error instanceof BaseError && error.walk(isOwn) !== null;
}

async function readPrices(
  { chain }: LendingDoor,
  terms: ReadonlyMap<string, TokenTerms>,
  at: Checkpoint,
): Promise<ReadonlyMap<string, number>> {
  return await pricesOf(terms, async ({ token, decimals, priceFeed: address }) => {
    const oracle = { address, abi: comptrollerAbi, ...pinned(at) } as const;
    const price = await chain.reader.readContract({ ...oracle, functionName: "getUnderlyingPrice", args: [token] });
    return Number(price) / 10 ** (PRICE_DECIMALS - decimals);
  });
}

async function readHoldings(door: LendingDoor, account: Address, at: Checkpoint): Promise<Holdings> {
  const { reader } = door.chain;
  const comptroller = { ...comptrollerOf(door), ...pinned(at) } as const;
  const used = await reader.readContract({ ...comptroller, functionName: "getAssetsIn", args: [account] });
  const collateral = new Map<string, bigint>();
  const debts = new Map<string, bigint>();
  const snapshots = await Promise.all(
    used.map(async (address) => {
      const market = { address, abi: cTokenAbi, ...pinned(at) } as const;
      return await reader.readContract({ ...market, functionName: "getAccountSnapshot", args: [account] });
    }),
  );
  used.forEach((address, place) => {
    const [code, tokens, borrowed, rate] = snapshots[place] ?? [1n, 0n, 0n, 0n];
    if (code !== 0n) throw snapshotRefused(address, account, code);
    const held = (tokens * rate) / MANTISSA;
    if (held > 0n) collateral.set(address.toLowerCase(), held);
    if (borrowed > 0n) debts.set(address.toLowerCase(), borrowed);
  });
  return { account, collateral, debts, ownThreshold: null, mayOwe: debts.size > 0 };
}

function snapshotRefused(market: Address, account: Address, code: bigint): PlimsollError<"LENDING_SNAPSHOT_REFUSED"> {
  return new PlimsollError({
    code: "LENDING_SNAPSHOT_REFUSED",
    problem: `The market ${market} answers for ${account} with its error ${code}, not 0.`,
    remedy: "The account is left out of the book and counted; the market may be broken.",
    context: { market, account, code },
  });
}
