/** The insurance fund (ERC-4626 with queued exits) in the reference model. */
import type { Address } from "../../../oracle/domain/units.ts";
import { minBigint } from "../../../oracle/rules/margin.ts";
import { coverDown } from "../../../oracle/rules/settlement.ts";
import type { ActionOf } from "./calls.ts";
import { claimFor, transfer } from "./money.ts";
import {
  type Context,
  type Cover,
  type FundFigures,
  type FundSetup,
  pair,
  refuse,
  type Ticket,
  type World,
} from "./world.ts";

const BPS = 10_000n;
/** Virtual shares: a million for the one virtual unit of assets. */
const VIRTUAL_SHARES = 10n ** 6n;
const MAX_UINT128 = 2n ** 128n - 1n;
const DAY_SEC = 86_400;
const EXPIRY_SECOND = 28_800;
const NO_FIGURES: FundFigures = { assets: 0n, reserved: 0n, receivable: 0n, openSeries: 0, supply: 0n };
const NO_TICKET: Ticket = { shares: 0n, from: 0, until: 0 };

/** Figures of a fund. */
export function figuresOf(world: World, fund: Address): FundFigures {
  return world.funds.get(fund) ?? NO_FIGURES;
}

/** Shares of an account. */
export function sharesOf(world: World, fund: Address, account: Address): bigint {
  return world.shares.get(pair(fund, account)) ?? 0n;
}

/** Exit of an account. */
export function ticketOf(world: World, fund: Address, account: Address): Ticket {
  return world.tickets.get(pair(fund, account)) ?? NO_TICKET;
}

/** Cover of a series, `undefined` before the fund has heard of it. */
export function coverOf(world: World, fund: Address, seriesId: bigint): Cover | undefined {
  return world.covers.get(pair(fund, seriesId));
}

/** Whether deposits and exits are possible. */
export function isFundOpen(world: World, fund: Address, nowSec: number): boolean {
  const { openSeries, receivable } = figuresOf(world, fund);
  const sinceExpiry = (nowSec + DAY_SEC - EXPIRY_SECOND) % DAY_SEC;
  return openSeries === 0 && receivable === 0n && sinceExpiry >= setupOf(world, fund).settlementWindowSec;
}

/** Assets of the caller for new shares. */
export function deposit({ world, by, nowSec }: Context, { fund, assets }: ActionOf<"fundDeposit">): bigint {
  const figures = figuresOf(world, fund);
  const most = isFundOpen(world, fund, nowSec) ? MAX_UINT128 - figures.assets : 0n;
  if (assets > most) refuse("ERC4626ExceededMaxDeposit", by, assets, most);
  const shares = (assets * (figures.supply + VIRTUAL_SHARES)) / (figures.assets + 1n);
  transfer(world, setupOf(world, fund).token, { from: by, to: fund, amount: assets });
  world.funds.set(fund, { ...figures, assets: figures.assets + assets, supply: figures.supply + shares });
  world.shares.set(pair(fund, by), sharesOf(world, fund, by) + shares);
  return shares;
}

/** Shares of the caller begin to wait; all of them anew. */
export function requestExit({ world, by, nowSec }: Context, { fund, shares }: ActionOf<"fundRequestExit">): undefined {
  const total = ticketOf(world, fund, by).shares + shares;
  if (total === 0n) refuse("FundNoTicket", by);
  if (total > MAX_UINT128) refuse("FundSharesTooMany", total);
  const { coolDownSec, exitWindowSec } = setupOf(world, fund);
  const from = nowSec + coolDownSec;
  world.tickets.set(pair(fund, by), { shares: total, from, until: from + exitWindowSec });
  moveShares(world, fund, { from: by, to: fund, amount: shares });
}

/** The caller takes waiting shares back. */
export function cancelExit({ world, by }: Context, { fund }: ActionOf<"fundCancelExit">): undefined {
  const { shares } = ticketOf(world, fund, by);
  if (shares === 0n) refuse("FundNoTicket", by);
  world.tickets.delete(pair(fund, by));
  moveShares(world, fund, { from: fund, to: by, amount: shares });
}

/** Ripe shares of the caller for assets. */
export function exit({ world, by, nowSec }: Context, { fund, shares }: ActionOf<"fundExit">): bigint {
  const figures = figuresOf(world, fund);
  const ticket = ticketOf(world, fund, by);
  const isRipe = nowSec >= ticket.from && nowSec < ticket.until && isFundOpen(world, fund, nowSec);
  const most = isRipe ? ticket.shares : 0n;
  if (shares > most) refuse("ERC4626ExceededMaxRedeem", by, shares, most);
  const assets = (shares * (figures.assets + 1n)) / (figures.supply + VIRTUAL_SHARES);
  const left = ticket.shares - shares;
  if (left === 0n) world.tickets.delete(pair(fund, by));
  else world.tickets.set(pair(fund, by), { ...ticket, shares: left });
  world.shares.set(pair(fund, fund), sharesOf(world, fund, fund) - shares);
  world.funds.set(fund, { ...figures, assets: figures.assets - assets, supply: figures.supply - shares });
  transfer(world, setupOf(world, fund).token, { from: fund, to: by, amount: assets });
  return assets;
}

/** Fees and what was lent in excess come home. */
export function collect({ world }: Context, { fund }: ActionOf<"fundCollect">): bigint {
  const { token } = setupOf(world, fund);
  const amount = claimFor(world, token, { account: fund, to: fund });
  const figures = figuresOf(world, fund);
  const fees = amount - figures.receivable;
  world.funds.set(fund, { ...figures, assets: figures.assets + fees, receivable: 0n });
  return fees;
}

/** Deposits and exits wait for a series. */
export function suspendFor(world: World, fund: Address, seriesId: bigint): void {
  const cover = coverOf(world, fund, seriesId);
  if (cover?.status === "DONE") refuse("FundSeriesClosed", seriesId);
  if (cover !== undefined) return;
  const figures = figuresOf(world, fund);
  world.covers.set(pair(fund, seriesId), { reserved: 0n, loss: 0n, status: "OPEN" });
  world.funds.set(fund, { ...figures, openSeries: figures.openSeries + 1 });
}

/** Lends the vault the worst that can be missing. */
export function reserve(
  world: World,
  fund: Address,
  { seriesId, amount }: { readonly seriesId: bigint; readonly amount: bigint },
): void {
  suspendFor(world, fund, seriesId);
  const figures = figuresOf(world, fund);
  const limit = reservationLimit(world, fund);
  if (amount > limit) refuse("FundReservationTooLarge", seriesId, amount, limit);
  world.covers.set(pair(fund, seriesId), { reserved: amount, loss: 0n, status: "OPEN" });
  world.funds.set(fund, { ...figures, reserved: figures.reserved + amount });
  transfer(world, setupOf(world, fund).token, { from: fund, to: world.setup.vault, amount });
}

/** Most that a series may borrow now. */
export function reservationLimit(world: World, fund: Address): bigint {
  const { assets, reserved, receivable } = figuresOf(world, fund);
  const { utilisationBps } = setupOf(world, fund);
  const reservable = (assets * utilisationBps) / BPS;
  const left = reservable > reserved ? reservable - reserved : 0n;
  return minBigint(seriesCap(world, fund), minBigint(left, assets - reserved - receivable));
}

/** Pays for a completed series, out of what it was lent or out of what is free. */
export function coverSeries(
  world: World,
  fund: Address,
  { seriesId, missing }: { readonly seriesId: bigint; readonly missing: bigint },
): { readonly paid: bigint; readonly owedBack: bigint } {
  const cover = coverOf(world, fund, seriesId);
  if (cover?.status === "DONE") refuse("FundSeriesClosed", seriesId);
  const figures = figuresOf(world, fund);
  const lent = cover?.reserved ?? 0n;
  const free = figures.assets - figures.reserved - figures.receivable;
  const unlent = coverDown(missing, { free, cap: seriesCap(world, fund) });
  const paid = lent === 0n ? unlent : minBigint(missing, lent);
  const owedBack = lent === 0n ? 0n : lent - paid;
  world.covers.set(pair(fund, seriesId), { reserved: 0n, loss: paid, status: "DONE" });
  world.funds.set(fund, {
    ...figures,
    assets: figures.assets - paid,
    reserved: figures.reserved - lent,
    receivable: figures.receivable + owedBack,
    openSeries: figures.openSeries - (cover === undefined ? 0 : 1),
  });
  if (lent === 0n) transfer(world, setupOf(world, fund).token, { from: fund, to: world.setup.vault, amount: paid });
  return { paid, owedBack };
}

function seriesCap(world: World, fund: Address): bigint {
  return (figuresOf(world, fund).assets * setupOf(world, fund).seriesCapBps) / BPS;
}

function setupOf(world: World, fund: Address): FundSetup {
  const found = world.setup.funds.find((candidate) => candidate.fund === fund);
  if (found === undefined) throw new RangeError(`${fund} is no fund of the setup.`);
  return found;
}

/** Shares are an ERC-20 of the fund. */
function moveShares(
  world: World,
  fund: Address,
  move: { readonly from: Address; readonly to: Address; readonly amount: bigint },
): void {
  const held = sharesOf(world, fund, move.from);
  if (held < move.amount) refuse("ERC20InsufficientBalance", move.from, held, move.amount);
  world.shares.set(pair(fund, move.from), held - move.amount);
  world.shares.set(pair(fund, move.to), sharesOf(world, fund, move.to) + move.amount);
}
