/** Compound v3 by its published interface: market events, terms and prices of collateral, balances of accounts. */
import { type Log, type ParseEventLogsReturnType, parseEventLogs } from "viem";
import { compoundV3Abi, compoundV3Events } from "../../../chain/lending/compound-v3-abi.ts";
import type { Anchor } from "../../../domain/report.ts";
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
import { quoteUsd } from "./quote-price.ts";

/** Scale of prices, of every market in use. */
const PRICE_SCALE = 1e8;
/** Scale of factors. */
const FACTOR_SCALE = 1e18;

/** Creates the reader of one market. */
export function createCompoundV3(door: LendingDoor): LendingProtocol {
  let base: Address | null = null;
  const baseToken = async (): Promise<Address> => {
    // Fixed when a market is deployed.
    const market = { address: door.settings.address, abi: compoundV3Abi } as const;
    base ??= await door.chain.reader.readContract({ ...market, functionName: "baseToken" });
    return base;
  };
  return {
    readActions: async (range) => await readActions(door, await baseToken(), range),
    readTerms: async (at) => await readTerms(door, await baseToken(), at),
    readPrices: async (terms, at) => await readPrices(door, { terms, at, base: await baseToken() }),
    readHoldings: async (account, terms, at) =>
      await readHoldings(door, { account, terms, at, base: await baseToken() }),
    // An absorption takes all collateral, which the protocol then sells.
    soldPerDebt: () => Number.POSITIVE_INFINITY,
  };
}

async function readActions(
  { chain, settings }: LendingDoor,
  base: Address,
  { from, to }: BlockRange,
): Promise<LendingActions> {
  const query = { address: settings.address, events: compoundV3Events, fromBlock: from, toBlock: to } as const;
  const logs: readonly Log[] = await chain.reader.getLogs(query);
  const events = parseEventLogs({ abi: compoundV3Events, logs: [...logs], strict: true });
  return { actions: events.flatMap((event) => actionsOf(event, base)), undecodable: undecodableOf(logs, events) };
}

async function readTerms(
  { chain, settings }: LendingDoor,
  token: Address,
  at: Checkpoint,
): Promise<ReadonlyMap<string, TokenTerms>> {
  const { reader } = chain;
  const call = { address: settings.address, abi: compoundV3Abi, ...pinned(at) } as const;
  const [priceFeed, scale, count] = await Promise.all([
    reader.readContract({ ...call, functionName: "baseTokenPriceFeed" }),
    reader.readContract({ ...call, functionName: "baseScale" }),
    reader.readContract({ ...call, functionName: "numAssets" }),
  ]);
  const infos = await Promise.all(
    Array.from({ length: count }, async (_, place) =>
      reader.readContract({ ...call, functionName: "getAssetInfo", args: [place] }),
    ),
  );
  const lent: TokenTerms = { token, decimals: Math.log10(Number(scale)), threshold: 0, bonus: 1, priceFeed };
  const terms = infos.map(
    (info): TokenTerms => ({
      token: info.asset,
      decimals: Math.log10(Number(info.scale)),
      threshold: Number(info.liquidateCollateralFactor) / FACTOR_SCALE,
      bonus: 1,
      priceFeed: info.priceFeed,
    }),
  );
  return new Map([lent, ...terms].map((term) => [term.token.toLowerCase(), term]));
}

interface PricesQuestion {
  readonly terms: ReadonlyMap<string, TokenTerms>;
  readonly at: Anchor;
  readonly base: Address;
}

/** The market's own prices, in dollars: of a market that prices in a coin by the feed of its base token. */
async function readPrices(
  door: LendingDoor,
  { terms, at, base }: PricesQuestion,
): Promise<ReadonlyMap<string, number>> {
  const { chain, settings } = door;
  const call = { address: settings.address, abi: compoundV3Abi, functionName: "getPrice", ...pinned(at) } as const;
  const inQuote = await pricesOf(
    terms,
    async ({ priceFeed }) => Number(await chain.reader.readContract({ ...call, args: [priceFeed] })) / PRICE_SCALE,
  );
  const usd = await quoteUsd(door, inQuote.get(base.toLowerCase()) ?? null, at);
  return new Map([...inQuote].map(([token, price]) => [token, price * usd]));
}

interface HoldingsQuestion {
  readonly account: Address;
  readonly terms: ReadonlyMap<string, TokenTerms>;
  readonly at: Checkpoint;
  readonly base: Address;
}

async function readHoldings({ chain, settings }: LendingDoor, question: HoldingsQuestion): Promise<Holdings> {
  const { account, terms, at, base } = question;
  const { reader } = chain;
  const call = { address: settings.address, abi: compoundV3Abi, ...pinned(at) } as const;
  const lent = base.toLowerCase();
  const tokens = [...terms].filter(([token]) => token !== lent);
  const [debt, amounts] = await Promise.all([
    reader.readContract({ ...call, functionName: "borrowBalanceOf", args: [account] }),
    Promise.all(
      tokens.map(async ([, { token }]) =>
        reader.readContract({ ...call, functionName: "collateralBalanceOf", args: [account, token] }),
      ),
    ),
  ]);
  const held = tokens.map(([token], place): [string, bigint] => [token, amounts[place] ?? 0n]);
  const collateral = new Map(held.filter(([, amount]) => amount > 0n));
  // Without an event of its own a debt may arise wherever there is collateral.
  const mayOwe = debt > 0n || collateral.size > 0;
  return { account, collateral, debts: new Map(debt > 0n ? [[lent, debt]] : []), ownThreshold: null, mayOwe };
}

type CompoundEvent = ParseEventLogsReturnType<typeof compoundV3Events, undefined, true>[number];

/**
 * Base that is supplied repays debt first, base that is withdrawn is borrowed beyond what was supplied; events do not say which. Base
 * that is borrowed and transferred in one step names the borrower in no event at all: whoever gets collateral is read.
 */
function actionsOf(event: CompoundEvent, base: Address): readonly LendingAction[] {
  const { blockNumber } = event;
  const at = { blockNumber, mayBorrow: false };
  const look = (account: Address, mayBorrow: boolean): LendingAction => {
    return { blockNumber, mayBorrow, kind: null, account, token: null, amount: 0n };
  };
  switch (event.eventName) {
    case "Supply":
      return [{ ...at, kind: "deposit", account: event.args.dst, token: base, amount: event.args.amount }];
    case "Withdraw": {
      const { src: account, amount } = event.args;
      return [{ blockNumber, mayBorrow: true, kind: "withdrawal", account, token: base, amount }];
    }
    case "SupplyCollateral": {
      const { dst: account, asset: token, amount } = event.args;
      return [{ blockNumber, mayBorrow: true, kind: "deposit", account, token, amount }];
    }
    case "WithdrawCollateral": {
      const { src: account, asset: token, amount } = event.args;
      return [{ ...at, kind: "withdrawal", account, token, amount }];
    }
    case "TransferCollateral":
      return [look(event.args.from, false), look(event.args.to, true)];
    case "AbsorbDebt":
      return [look(event.args.borrower, false)];
    case "AbsorbCollateral": {
      const { borrower: account, asset: token, collateralAbsorbed: amount } = event.args;
      return [{ ...at, kind: "liquidation", account, token, amount }];
    }
  }
}
