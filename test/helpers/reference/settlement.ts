/** Settlement, redemption and claims in the reference model. */
import { zeroAddress } from "viem";
import type { Address } from "../../../oracle/domain/units.ts";
import type { ChainSeries } from "../../../oracle/rules/series-id.ts";
import { redemptionDown, settlementShares, worstShortfallUp } from "../../../oracle/rules/settlement.ts";
import type { ActionOf } from "./calls.ts";
import { coverSeries, reserve, suspendFor } from "./fund.ts";
import {
  bookOf,
  marketOf,
  payoffOf,
  plausible,
  requireExpired,
  roundIdOf,
  seriesOf,
  shortsOf,
  sideOf,
  sumOf,
} from "./markets.ts";
import { burnLongs, claimFor, credit, push } from "./money.ts";
import { retire } from "./positions.ts";
import { type Context, type Hold, pair, refuse, type SeriesBook, type Side, type World } from "./world.ts";

const DAY_SEC = 86_400;
const EXPIRY_SECOND = 28_800;

/** Proves a settlement price by the first round at or after expiry. */
export function settlePrice({ world, nowSec }: Context, action: ActionOf<"settlePrice">): bigint {
  const { marketId, expirySec, round } = action;
  if (expirySec % DAY_SEC !== EXPIRY_SECOND) refuse("SettlementExpiryOffGrid", expirySec);
  const key = pair(marketId, expirySec);
  if (world.settled.has(key)) refuse("SettlementAlreadyFinal", marketId, expirySec);
  if (nowSec < expirySec) refuse("SettlementBeforeExpiry", expirySec, BigInt(nowSec));
  const market = marketOf(world, marketId);
  const rounds = world.rounds.get(marketId) ?? [];
  const { answer, updatedAt } = rounds[round - 1] ?? { answer: 0n, updatedAt: 0 };
  const delaySec = world.setup.maxSettlementDelaySec;
  const isInside = updatedAt >= expirySec && updatedAt <= expirySec + delaySec && updatedAt <= nowSec;
  if (!isInside) refuse("SettlementRoundOutOfWindow", roundIdOf(round), BigInt(updatedAt), expirySec, delaySec);
  const before = rounds[round - 2];
  if (before === undefined) return refuse("SettlementRoundUnproven", roundIdOf(round), 0n, 0n);
  if (before.updatedAt >= expirySec) {
    refuse("SettlementRoundUnproven", roundIdOf(round), roundIdOf(round - 1), BigInt(before.updatedAt));
  }
  const priceE8 = plausible(market, answer);
  world.settled.set(key, priceE8);
  return priceE8;
}

/** Settles positions; the bounties go to the caller. */
export function settle(context: Context, { ids }: ActionOf<"settle">): bigint {
  return BigInt(ids.filter((id) => settleOne(context, id)).length);
}

function settleOne(context: Context, id: number): boolean {
  const { world, nowSec, by } = context;
  const position = world.positions.get(id);
  if (position === undefined) return refuse("VaultPositionUnknown", BigInt(id));
  if (position.sizeE8 === 0n) return false;
  const { seriesId, sizeE8, collateral, owner } = position;
  const series = seriesOf(seriesId);
  requireExpired(series, seriesId, nowSec);
  const book = pricedBook(world, seriesId, series);
  const side = sideOf(world, series);
  const bountyOffered = world.fundTerms.get(side.token)?.settleBounty ?? 0n;
  const payoff = payoffOf(world, series, book.priceE8);
  const { owed, paid, refund, bounty } = settlementShares(payoff, { sizeE8, collateral, bountyOffered });
  retire(world, id, position);
  credit(world, side.token, owner, refund);
  credit(world, side.token, by, bounty);
  world.series.set(seriesId, { ...book, pot: book.pot + paid, owed: book.owed + owed });
  if (shortsOf(world, seriesId).length === 0) complete(context, seriesId, side);
  return true;
}

/** The series with its price; the first time its longs are counted, which are as many as its shorts. */
function pricedBook(world: World, seriesId: bigint, { marketId, expirySec }: ChainSeries): SeriesBook {
  const book = bookOf(world, seriesId);
  if (book.priceE8 !== 0n) return book;
  const priceE8 = world.settled.get(pair(marketId, expirySec));
  if (priceE8 === undefined) return refuse("VaultSettlementPriceMissing", seriesId);
  return { ...book, priceE8, longsLeftE8: sumOf(shortsOf(world, seriesId), "sizeE8") };
}

/** The fund pays what is missing, as far as it goes; then the payout ratio is fixed. */
function complete(context: Context, seriesId: bigint, side: Side): void {
  const { world } = context;
  const book = bookOf(world, seriesId);
  const missing = book.owed - book.pot;
  const fund = book.hold === "NONE" ? (world.fundTerms.get(side.token)?.fund ?? zeroAddress) : book.lender;
  const isCovered = book.hold !== "NONE" || (missing !== 0n && fund !== zeroAddress);
  const { paid, owedBack } =
    isCovered && fund !== null ? coverSeries(world, fund, { seriesId, missing }) : { paid: 0n, owedBack: 0n };
  if (fund !== null) credit(world, side.token, fund, owedBack);
  const closed = { ...book, pot: book.pot + paid, hold: "COMPLETE" as const, lender: null, lent: 0n };
  world.series.set(seriesId, closed);
  if (closed.longsLeftE8 === 0n) sweepDust(world, seriesId, side.token);
}

function sweepDust(world: World, seriesId: bigint, token: Address): void {
  const book = bookOf(world, seriesId);
  const fund = world.fundTerms.get(token)?.fund ?? zeroAddress;
  const dust = book.pot - book.paidOut;
  if (dust === 0n || fund === zeroAddress) return;
  world.series.set(seriesId, { ...book, paidOut: book.paidOut + dust });
  credit(world, token, fund, dust);
}

/** The fund lends the worst that can be missing, so that longs are paid before the last position is settled. */
export function openEarly({ world, nowSec }: Context, { seriesId }: ActionOf<"openEarly">): bigint {
  const series = seriesOf(seriesId);
  requireExpired(series, seriesId, nowSec);
  const side = sideOf(world, series);
  requireIncomplete(world, seriesId);
  if (bookOf(world, seriesId).hold === "LENT") refuse("VaultSeriesHeld", seriesId);
  const book = pricedBook(world, seriesId, series);
  const payoff = payoffOf(world, series, book.priceE8);
  if (payoff.intrinsicE8 === 0n) refuse("VaultSeriesWorthless", seriesId);
  const shorts = shortsOf(world, seriesId);
  const unsettled = { sizeE8: sumOf(shorts, "sizeE8"), count: BigInt(shorts.length) };
  const lent = worstShortfallUp(payoff, { ...unsettled, missing: book.owed - book.pot });
  const fund = hold(world, seriesId, { book, side, as: "LENT", lent });
  reserve(world, fund, { seriesId, amount: lent });
  return lent;
}

/** The fund's deposits and exits wait for the series. */
export function holdFund({ world, nowSec }: Context, { seriesId }: ActionOf<"holdFund">): undefined {
  const series = seriesOf(seriesId);
  requireExpired(series, seriesId, nowSec);
  const side = sideOf(world, series);
  requireIncomplete(world, seriesId);
  const book = bookOf(world, seriesId);
  if (book.hold !== "NONE") refuse("VaultSeriesHeld", seriesId);
  const fund = hold(world, seriesId, { book, side, as: "WAITING", lent: 0n });
  suspendFor(world, fund, seriesId);
}

function requireIncomplete(world: World, seriesId: bigint): void {
  if (shortsOf(world, seriesId).length === 0) refuse("VaultSeriesComplete", seriesId);
}

/** The fund that waits already, or else the token's. */
function hold(
  world: World,
  seriesId: bigint,
  {
    book,
    side,
    as,
    lent,
  }: { readonly book: SeriesBook; readonly side: Side; readonly as: Hold; readonly lent: bigint },
): Address {
  const ofToken = world.fundTerms.get(side.token)?.fund ?? zeroAddress;
  const fund = book.hold === "NONE" ? ofToken : (book.lender ?? zeroAddress);
  if (fund === zeroAddress) refuse("VaultFundMissing", side.token);
  world.series.set(seriesId, { ...book, hold: as, lender: fund, lent });
  return fund;
}

/** Longs of the caller for their payoff times pot/owed. */
export function redeem(context: Context, { seriesId, amountE8, to }: ActionOf<"redeem">): bigint {
  if (to === zeroAddress) refuse("VaultReceiverZero");
  return pay(context.world, { holder: context.by, seriesId, amountE8, to });
}

/** As {@link redeem} for somebody else; contracts redeem for themselves. */
export function redeemFor({ world, by }: Context, { holder, seriesId, amountE8 }: ActionOf<"redeemFor">): bigint {
  if (holder !== by && holder === world.setup.vault) refuse("VaultHolderIsContract", holder);
  return pay(world, { holder, seriesId, amountE8, to: holder });
}

interface Redemption {
  readonly holder: Address;
  readonly seriesId: bigint;
  readonly amountE8: bigint;
  readonly to: Address;
}

function pay(world: World, { holder, seriesId, amountE8, to }: Redemption): bigint {
  const book = bookOf(world, seriesId);
  if (book.priceE8 === 0n) refuse("VaultSettlementPriceMissing", seriesId);
  const unsettled = shortsOf(world, seriesId).length;
  const isOpen = unsettled === 0 || book.hold === "LENT";
  if (!isOpen) refuse("VaultSeriesIncomplete", seriesId, unsettled);
  const series = seriesOf(seriesId);
  const side = sideOf(world, series);
  const payoff = payoffOf(world, series, book.priceE8);
  const debt = unsettled === 0 ? book : { pot: 1n, owed: 1n };
  const payout = redemptionDown(payoff, amountE8, debt);
  burnLongs(world, seriesId, holder, amountE8);
  if (payoff.intrinsicE8 !== 0n) {
    const longsLeftE8 = book.longsLeftE8 - amountE8;
    world.series.set(seriesId, { ...book, longsLeftE8, paidOut: book.paidOut + payout });
    if (longsLeftE8 === 0n && unsettled === 0) sweepDust(world, seriesId, side.token);
  }
  push(world, side.token, to, payout);
  return payout;
}

/** Pays out what the caller may claim. */
export function claim({ world, by }: Context, { token, to }: ActionOf<"claim">): bigint {
  if (to === zeroAddress) refuse("VaultReceiverZero");
  return claimFor(world, token, { account: by, to });
}
