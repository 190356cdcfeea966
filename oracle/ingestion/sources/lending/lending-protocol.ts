/** What every lending protocol tells a node, in one form: its events as actions, terms of its tokens, holdings of accounts. */
import type { Log } from "viem";
import { type ChainClient, isTransportFailure } from "../../../chain/client.ts";
import type { LendingActionKind } from "../../../domain/lending.ts";
import type { AssetSymbol } from "../../../domain/market.ts";
import type { Anchor } from "../../../domain/report.ts";
import type { Address } from "../../../domain/units.ts";
import type { Checkpoint } from "../checkpoints.ts";
import type { BlockRange } from "../log-ranges.ts";
import type { LendingMarketSettings } from "./lending-settings.ts";

/** One event of a market: what was done on whose account. */
export interface LendingAction {
  /** `null` where no amount moved, and the account must only be looked at again. */
  readonly kind: LendingActionKind | null;
  readonly account: Address;
  /** Token that moved, of a liquidation the collateral; `null` with `kind`. */
  readonly token: Address | null;
  /** Token units. */
  readonly amount: bigint;
  readonly blockNumber: bigint;
  /** Whether the account may owe something from now on that it did not before. */
  readonly mayBorrow: boolean;
}

/** Actions of a range of blocks, and logs that were none. */
export interface LendingActions {
  readonly actions: readonly LendingAction[];
  readonly undecodable: number;
}

/** Terms of one token, as they change with governance alone. */
export interface TokenTerms {
  readonly token: Address;
  readonly decimals: number;
  /** Share of the value at and above which debt may be liquidated, 0…1. */
  readonly threshold: number;
  /** Value that a liquidator receives for each USD that he repays; at least 1. */
  readonly bonus: number;
  /** Contract that is asked for its price. */
  readonly priceFeed: Address;
}

/** Amounts of one account. Tokens are lower case. */
export interface Holdings {
  readonly account: Address;
  readonly collateral: ReadonlyMap<string, bigint>;
  readonly debts: ReadonlyMap<string, bigint>;
  /** Threshold of all collateral of this account, where its own mode replaces those of the tokens; `null` otherwise. */
  readonly ownThreshold: number | null;
  /** Whether it owes something, or may from now on without an event that says so. */
  readonly mayOwe: boolean;
}

/** A protocol's own way to tell it. Views are asked at exact blocks. */
export interface LendingProtocol {
  /** @throws viem's errors. */
  readActions(range: BlockRange): Promise<LendingActions>;
  /** By lower-case token. @throws viem's errors. */
  readTerms(at: Checkpoint): Promise<ReadonlyMap<string, TokenTerms>>;
  /** USD by lower-case token, for those tokens of `terms` that have a price. @throws viem's errors where none has; `LENDING_QUOTE_UNKNOWN`. */
  readPrices(terms: ReadonlyMap<string, TokenTerms>, at: Anchor): Promise<ReadonlyMap<string, number>>;
  /** @throws viem's errors. */
  readHoldings(account: Address, terms: ReadonlyMap<string, TokenTerms>, at: Checkpoint): Promise<Holdings>;
  /**
   * USD of collateral that the first liquidation sells for each USD of debt.
   *
   * @param bonus of the collateral, at least 1.
   */
  soldPerDebt(position: LoanSize, bonus: number): number;
}

/** What a close factor depends on. */
export interface LoanSize {
  readonly collateralUsd: number;
  readonly debtUsd: number;
  /** Weighted collateral over debt. */
  readonly health: number;
}

/** A market and the chain it lives on. */
export interface LendingDoor {
  readonly chain: ChainClient;
  readonly settings: LendingMarketSettings;
}

/** Logs that do not decode, given those that did. */
export function undecodableOf(logs: readonly Log[], decoded: readonly unknown[]): number {
  return logs.length - decoded.length;
}

/** Stable id of a market, e.g. in provenance. */
export function sourceIdOf({ protocol, address }: Pick<LendingMarketSettings, "protocol" | "address">): string {
  return `${protocol}:${address.toLowerCase()}`;
}

/** Asset of a token by the settings, and the token that is the asset itself; `null` for what is not followed. */
export function assetOf(
  { assets }: Pick<LendingMarketSettings, "assets">,
  token: string,
): { readonly asset: AssetSymbol; readonly coin: string } | null {
  for (const [asset, tokens] of Object.entries(assets)) {
    const [coin] = tokens;
    if (coin !== undefined && tokens.some((one) => one.toLowerCase() === token))
      return { asset, coin: coin.toLowerCase() };
  }
  return null;
}

/**
 * Prices of tokens that are asked for one by one: a token whose price is refused is left out and costs nobody else theirs. Where every
 * one is refused, or the line is dead, nothing is said about the tokens.
 *
 * @throws the first refusal when nothing was told; viem's errors of a dead line.
 */
export async function pricesOf(
  terms: ReadonlyMap<string, TokenTerms>,
  ask: (term: TokenTerms) => Promise<number>,
): Promise<ReadonlyMap<string, number>> {
  const tokens = [...terms];
  const answers = await Promise.allSettled(tokens.map(async ([, term]) => await ask(term)));
  const refusals = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  const deadLine = refusals.find(isTransportFailure);
  if (deadLine !== undefined) throw deadLine;
  if (refusals.length > 0 && refusals.length === tokens.length) throw refusals[0];
  return new Map(
    tokens.flatMap(([token], place): [string, number][] => {
      const answer = answers[place];
      return answer?.status === "fulfilled" ? [[token, answer.value]] : [];
    }),
  );
}
