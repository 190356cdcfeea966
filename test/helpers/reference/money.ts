/** Tokens, longs and claims of the reference model. */
import { zeroAddress } from "viem";
import type { Address } from "../../../oracle/domain/units.ts";
import { type Context, pair, refuse, type World } from "./world.ts";

/** Balance of a token. */
export function balanceOf(world: World, token: Address, account: Address): bigint {
  return world.balances.get(pair(token, account)) ?? 0n;
}

/** Longs of a series. */
export function longsOf(world: World, seriesId: bigint, account: Address): bigint {
  return world.longs.get(pair(seriesId, account)) ?? 0n;
}

/** What an account may claim of a token. */
export function claimOf(world: World, token: Address, account: Address): bigint {
  return world.claims.get(pair(token, account)) ?? 0n;
}

/** Moves tokens; refuses what `from` does not have. */
export function transfer(
  world: World,
  token: Address,
  move: { readonly from: Address; readonly to: Address; readonly amount: bigint },
): void {
  const held = balanceOf(world, token, move.from);
  if (held < move.amount) refuse("ERC20InsufficientBalance", move.from, held, move.amount);
  world.balances.set(pair(token, move.from), held - move.amount);
  world.balances.set(pair(token, move.to), balanceOf(world, token, move.to) + move.amount);
}

/** Takes tokens from the caller into the vault. */
export function pull({ world, by }: Context, token: Address, amount: bigint): void {
  transfer(world, token, { from: by, to: world.setup.vault, amount });
}

/** Pays tokens out of the vault. */
export function push(world: World, token: Address, to: Address, amount: bigint): void {
  if (amount !== 0n) transfer(world, token, { from: world.setup.vault, to, amount });
}

/** Adds to what an account may claim. */
export function credit(world: World, token: Address, account: Address, amount: bigint): void {
  if (amount !== 0n) world.claims.set(pair(token, account), claimOf(world, token, account) + amount);
}

/** Makes longs. */
export function mintLongs(world: World, seriesId: bigint, to: Address, amountE8: bigint): void {
  if (to === zeroAddress) refuse("ERC6909InvalidReceiver", zeroAddress);
  world.longs.set(pair(seriesId, to), longsOf(world, seriesId, to) + amountE8);
}

/** Destroys longs; refuses what `from` does not have. */
export function burnLongs(world: World, seriesId: bigint, from: Address, amountE8: bigint): void {
  const held = longsOf(world, seriesId, from);
  if (held < amountE8) refuse("ERC6909InsufficientBalance", from, held, amountE8, seriesId);
  world.longs.set(pair(seriesId, from), held - amountE8);
}

/** `transfer` of the option token. */
export function transferLongs(
  { world, by }: Context,
  { seriesId, to, amountE8 }: { readonly seriesId: bigint; readonly to: Address; readonly amountE8: bigint },
): boolean {
  if (to === zeroAddress) refuse("ERC6909InvalidReceiver", zeroAddress);
  burnLongs(world, seriesId, by, amountE8);
  mintLongs(world, seriesId, to, amountE8);
  return true;
}

/** Pays out what an account may claim. */
export function claimFor(
  world: World,
  token: Address,
  { account, to }: { readonly account: Address; readonly to: Address },
): bigint {
  const amount = claimOf(world, token, account);
  if (amount === 0n) refuse("VaultNothingToClaim", token, account);
  world.claims.set(pair(token, account), 0n);
  push(world, token, to, amount);
  return amount;
}
