/**
 * Reads one lending market at an anchor: events up to a confirmed block, holdings of the accounts with debt as of that block, prices
 * as of the anchor. Each look is bounded, so that no round waits for a market's whole history.
 */
import { type ChainClient, isTransportFailure } from "../../../chain/client.ts";
import type { LendingFault, LendingReading, LendingReject } from "../../../domain/lending.ts";
import type { Anchor } from "../../../domain/report.ts";
import type { Address } from "../../../domain/units.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { Checkpoint } from "../checkpoints.ts";
import { createAaveV3 } from "./aave-v3.ts";
import { createCompoundV2 } from "./compound-v2.ts";
import { createCompoundV3 } from "./compound-v3.ts";
import {
  createLendingCursor,
  type LendingCursor,
  type LendingCursorStore,
  type LendingLook,
} from "./lending-cursor.ts";
import { createLendingHistory, type LendingHistory, type ValuedAction } from "./lending-history.ts";
import {
  assetOf,
  type Holdings,
  type LendingAction,
  type LendingDoor,
  type LendingProtocol,
  sourceIdOf,
  type TokenTerms,
} from "./lending-protocol.ts";
import type { LendingMarketSettings } from "./lending-settings.ts";
import { type LendingValues, loanAccountOf, usdOf } from "./loan-account.ts";

/** What a market is read with. */
export interface LendingMarketOptions {
  readonly chain: ChainClient;
  readonly settings: LendingMarketSettings;
  readonly store: LendingCursorStore;
  readonly clock: Clock;
}

/** Reads one market. */
export interface LendingMarket {
  /**
   * What the market says at `anchor`; nothing before its first confirmed block.
   *
   * @throws PlimsollError `ANCHOR_NOT_CANONICAL`, `LOG_RANGE_REFUSED`; viem's errors.
   */
  readAt(anchor: Anchor): Promise<LendingReading>;
}

const PROTOCOLS: Readonly<Record<LendingMarketSettings["protocol"], (door: LendingDoor) => LendingProtocol>> = {
  "aave-v3": createAaveV3,
  "compound-v2": createCompoundV2,
  "compound-v3": createCompoundV3,
};
/** Accounts read in one look, about six calls each, and of these at once: what a look has read stays, however it ends. */
const READS_PER_LOOK = 250;
const READS_AT_ONCE = 50;
/** Interest and what no event tells are caught up with after this time, seconds; so are terms. */
const MAX_AGE_SEC = 1_800;
/** An account that the market does not tell is asked for again after this time, so that such accounts stand in nobody's way. */
const RETRY_SEC = 300;
/** Age of what an event has touched: its old holdings count until it is read again, before all others. */
const TOUCHED_SEC = 0;

interface KnownHoldings {
  readonly holdings: Holdings;
  readonly readSec: number;
}

interface KnownTerms {
  readonly terms: ReadonlyMap<string, TokenTerms>;
  readonly readSec: number;
}

interface Market {
  readonly options: LendingMarketOptions;
  readonly protocol: LendingProtocol;
  readonly cursor: LendingCursor;
  readonly history: LendingHistory;
  readonly known: Map<Address, KnownHoldings>;
  /** When accounts were not told by the market, until they are. */
  readonly refused: Map<Address, number>;
  terms: KnownTerms | null;
}

/** Creates a reader; its cursor goes on where the store's last one ended. */
export function createLendingMarket(options: LendingMarketOptions): LendingMarket {
  const { chain, settings, store, clock } = options;
  const protocol = PROTOCOLS[settings.protocol](options);
  const cursor = createLendingCursor({ chain, protocol, fromBlock: settings.fromBlock, store });
  const history = createLendingHistory({ chain, clock });
  const market: Market = { options, protocol, cursor, history, known: new Map(), refused: new Map(), terms: null };
  return { readAt: async (anchor) => await readAt(market, anchor) };
}

async function readAt(market: Market, anchor: Anchor): Promise<LendingReading> {
  const { chain, settings } = market.options;
  const number = anchor.blockNumber - BigInt(settings.confirmations);
  if (number < settings.fromBlock) return { accounts: [], events: [], rejected: [] };
  const block = settings.confirmations === 0 ? null : await chain.reader.getBlock({ blockNumber: number });
  const confirmed = { blockNumber: number, blockHash: block?.hash ?? anchor.blockHash };
  const look = await market.cursor.advance(confirmed);
  forget(market, look);
  const terms = await termsAt(market, confirmed, anchor.timestampSec);
  const prices = await market.protocol.readPrices(terms, anchor);
  const values = { settings, protocol: market.protocol, terms, prices };
  const unpricedEvents = await noteEvents(market, look.actions, values);
  await market.cursor.commit();
  const faults = new Map<LendingFault, number>();
  count(faults, "event-undecodable", look.undecodable);
  count(faults, "event-unpriced", unpricedEvents);
  const isCaughtUp = look.stoodAt >= confirmed.blockNumber;
  count(faults, "catching-up", Number(confirmed.blockNumber - look.stoodAt));
  const open = look.open.slice(0, settings.maxAccounts);
  count(faults, "account-beyond-limit", look.open.length - open.length);
  // Who is followed is not known before the history is read: until then nobody is read.
  if (isCaughtUp) await readAccounts(market, { open, at: confirmed, atSec: anchor.timestampSec, terms, faults });
  const accounts = open.flatMap((account) => {
    const holdings = market.known.get(account)?.holdings;
    if (holdings === undefined) return [];
    const { loan, unpriced } = loanAccountOf(holdings, values);
    count(faults, "token-unpriced", unpriced);
    return loan ?? [];
  });
  return { accounts, events: market.history.events(), rejected: rejectsOf(settings, faults) };
}

function count(faults: Map<LendingFault, number>, reason: LendingFault, more: number): void {
  if (more > 0) faults.set(reason, (faults.get(reason) ?? 0) + more);
}

function rejectsOf(
  settings: LendingMarketSettings,
  faults: ReadonlyMap<LendingFault, number>,
): readonly LendingReject[] {
  const sourceId = sourceIdOf(settings);
  return [...faults].map(([reason, number]) => ({ sourceId, reason, count: number }));
}

/** What an event has touched, or a reorganisation has undone, must be read again. */
function forget(market: Market, look: LendingLook): void {
  for (const { account } of look.actions) {
    const known = market.known.get(account);
    if (known !== undefined) market.known.set(account, { ...known, readSec: TOUCHED_SEC });
    market.refused.delete(account);
  }
  if (look.rolledBackTo === null) return;
  market.known.clear();
  market.history.forgetAfter(look.rolledBackTo);
}

async function termsAt(market: Market, at: Checkpoint, atSec: number): Promise<ReadonlyMap<string, TokenTerms>> {
  const isRecent = market.terms !== null && Math.abs(atSec - market.terms.readSec) < MAX_AGE_SEC;
  if (market.terms !== null && isRecent) return market.terms.terms;
  const terms = await market.protocol.readTerms(at);
  market.terms = { terms, readSec: atSec };
  return terms;
}

/** Keeps liquidations and large amounts. @returns how many have no price. */
async function noteEvents(market: Market, actions: readonly LendingAction[], values: LendingValues): Promise<number> {
  const valued = actions.map((action) => valuedOf(action, values));
  const { largeUsd } = values.settings;
  const worth = valued.flatMap((action) => action ?? []);
  await market.history.add(worth.filter(({ kind, amountUsd }) => kind === "liquidation" || amountUsd >= largeUsd));
  return actions.filter(({ kind }) => kind !== null).length - worth.length;
}

function valuedOf(action: LendingAction, values: LendingValues): ValuedAction | null {
  const { kind, token, account, amount, blockNumber } = action;
  if (kind === null || token === null) return null;
  const amountUsd = usdOf(values, token.toLowerCase(), amount);
  if (amountUsd === null) return null;
  const { settings } = values;
  const asset = assetOf(settings, token.toLowerCase())?.asset ?? null;
  const { protocol } = settings;
  return { kind, protocol, account, token, asset, amountUsd, blockNumber, sourceId: sourceIdOf(settings) };
}

interface AccountsQuestion {
  readonly open: readonly Address[];
  readonly at: Checkpoint;
  readonly atSec: number;
  readonly terms: ReadonlyMap<string, TokenTerms>;
  readonly faults: Map<LendingFault, number>;
}

/** Reads accounts that are not known first, then those that were read longest ago; clears those without debt. */
async function readAccounts(market: Market, { open, at, atSec, terms, faults }: AccountsQuestion): Promise<void> {
  const readSec = (account: Address): number => market.known.get(account)?.readSec ?? TOUCHED_SEC;
  const isWaiting = (account: Address): boolean =>
    atSec - (market.refused.get(account) ?? Number.NEGATIVE_INFINITY) < RETRY_SEC;
  const due = open
    .filter((account) => atSec - readSec(account) >= MAX_AGE_SEC && !isWaiting(account))
    .sort((left, right) => readSec(left) - readSec(right));
  const now = due.slice(0, READS_PER_LOOK);
  count(
    faults,
    "account-pending",
    due.slice(READS_PER_LOOK).filter((account) => readSec(account) === TOUCHED_SEC).length,
  );
  for (let first = 0; first < now.length; first += READS_AT_ONCE)
    await readBatch(market, now.slice(first, first + READS_AT_ONCE), { at, atSec, terms });
  count(faults, "account-unreadable", open.filter((account) => market.refused.has(account)).length);
}

async function readBatch(
  market: Market,
  batch: readonly Address[],
  { at, atSec, terms }: Pick<AccountsQuestion, "at" | "atSec" | "terms">,
): Promise<void> {
  const readings = await Promise.all(batch.map(async (account) => await readOrNull(market, account, { terms, at })));
  batch.forEach((account, place) => {
    if (readings[place] === null) market.refused.set(account, atSec);
    else market.refused.delete(account);
  });
  const found = readings.flatMap((holdings) => holdings ?? []);
  const cleared = found.filter(({ mayOwe }) => !mayOwe).map(({ account }) => account);
  for (const holdings of found) market.known.set(holdings.account, { holdings, readSec: atSec });
  for (const account of cleared) market.known.delete(account);
  await market.cursor.clear(cleared, at.blockNumber);
}

/** An account that the market does not tell is counted, and stays as it was last told; a dead line is not the account's fault. */
async function readOrNull(
  { protocol }: Market,
  account: Address,
  { terms, at }: { readonly terms: ReadonlyMap<string, TokenTerms>; readonly at: Checkpoint },
): Promise<Holdings | null> {
  try {
    return await protocol.readHoldings(account, terms, at);
  } catch (error) {
    if (isTransportFailure(error)) throw error;
    return null;
  }
}
