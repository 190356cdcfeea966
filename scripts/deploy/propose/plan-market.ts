/** A market that a configuration does not have yet: its entry, with caps to begin with, and the calls that add it. */
import { type Abi, encodeFunctionData, zeroAddress } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { priceGuardAbi } from "../../../oracle/chain/abi/price-guard.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import { classesOf, type DeploymentConfig, gridOf } from "../deployment-config.ts";

type MarketConfig = DeploymentConfig["markets"][number];
type Caps = MarketConfig["caps"]["calls"];

/** What the user says of the market. */
export interface NewMarketWishes {
  readonly asset: string;
  readonly base: Address;
  readonly feed: Address;
  readonly baseDecimals: number;
  /** USD. */
  readonly spot: number;
  /** Existing market whose caps are scaled. */
  readonly like: string;
  /** Share of them to begin with, in (0, 1]. */
  readonly capShare: number;
}

/** One call of the DAO, in the order in which they must be executed. */
export interface NewMarketCall {
  readonly contract: "riskOracle" | "vault" | "priceGuard";
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly calldata: Hex;
}

/** Band of prices that the guard takes, about the price at which the market begins. */
const PRICE_BELOW = 50;
const PRICE_ABOVE = 20;
const E8 = 100_000_000;
/** Least collateral of a call, USD. */
const LEAST_USD = 10;
const FEED_DECIMALS = 8;
const PERCENT = 10_000;

/**
 * Entry of the market: prices within a fiftieth and twentyfold of spot; caps in USD like those of `like`, times the share.
 *
 * @throws PlimsollError `MARKET_EXISTS`, `MARKET_UNKNOWN` for a `like` that is not there.
 */
export function newMarketEntry(config: DeploymentConfig, wishes: NewMarketWishes): MarketConfig {
  const { asset, base, feed, baseDecimals, spot } = wishes;
  if (config.markets.some((market) => market.asset === asset)) throw exists(asset);
  const like = config.markets.find((market) => market.asset === wishes.like);
  if (like === undefined) throw unknown(wishes.like);
  const priceE8 = BigInt(Math.round(spot * E8));
  const maxPriceE8 = priceE8 * BigInt(PRICE_ABOVE);
  const scale = { maxPriceE8, baseDecimals, share: BigInt(Math.round(wishes.capShare * PERCENT)), like };
  return {
    asset,
    base,
    feed,
    baseDecimals,
    quoteDecimals: like.quoteDecimals,
    minBase: atLeastOne((BigInt(LEAST_USD * E8) * 10n ** BigInt(baseDecimals)) / priceE8),
    minQuote: like.minQuote,
    minPriceE8: atLeastOne(priceE8 / BigInt(PRICE_BELOW)),
    maxPriceE8: atLeastOne(maxPriceE8),
    caps: { calls: scaledCaps(like.caps.calls, scale, "coins"), puts: scaledCaps(like.caps.puts, scale, "usd") },
  };
}

interface CapScale {
  readonly maxPriceE8: bigint;
  readonly baseDecimals: number;
  readonly share: bigint;
  readonly like: MarketConfig;
}

/** Sizes are contracts: as many more as the coin is cheaper, by the ceilings of both prices, so that USD amounts compare. */
function scaledCaps(caps: Caps, { maxPriceE8, baseDecimals, share, like }: CapScale, unit: "coins" | "usd"): Caps {
  const dearer = BigInt(like.maxPriceE8);
  const size = (text: string): string => atLeastOne((BigInt(text) * dearer * share) / (maxPriceE8 * BigInt(PERCENT)));
  const coins = (text: string): string => {
    const scaled = BigInt(text) * dearer * share * 10n ** BigInt(baseDecimals);
    return atLeastOne(scaled / (maxPriceE8 * BigInt(PERCENT) * 10n ** BigInt(like.baseDecimals)));
  };
  const usd = (text: string): string => atLeastOne((BigInt(text) * share) / BigInt(PERCENT));
  return {
    maxOpenInterestE8: size(caps.maxOpenInterestE8),
    maxCollateral: unit === "coins" ? coins(caps.maxCollateral) : usd(caps.maxCollateral),
    maxSizeE8: size(caps.maxSizeE8),
    maxPositions: caps.maxPositions,
  };
}

/** Calls that add the last market of a configuration: classes first, so that the grid finds them; caps before risk is opened. */
export function newMarketCalls(config: DeploymentConfig): readonly NewMarketCall[] {
  const marketId = config.markets.length;
  const market = config.markets.at(-1);
  if (market === undefined) return [];
  const { effectBudgetUsd, cautionLimitUsd, windowSec } = config.valves;
  const usd = (amount: number): bigint => BigInt(amount) * BigInt(E8);
  const valves = { effectBudgetE8: usd(effectBudgetUsd), cautionLimitE8: usd(cautionLimitUsd), windowSec };
  const quote = config.quote === "test" ? zeroAddress : config.quote;
  return [
    ...classesOf(config, marketId).map(({ classId, riskClass }) =>
      callOf("riskOracle", riskOracleAbi, "setRiskClass", [classId, riskClass]),
    ),
    callOf("priceGuard", priceGuardAbi, "setFeed", [marketId, feedOf(config, market)]),
    callOf("vault", optionVaultAbi, "addMarket", [market.base, quote, BigInt(market.minBase), BigInt(market.minQuote)]),
    callOf("vault", optionVaultAbi, "setClassGrid", [marketId, gridOf(config, marketId)]),
    callOf("vault", optionVaultAbi, "setMarketValves", [marketId, valves]),
    callOf("vault", optionVaultAbi, "setMarketCaps", [marketId, false, market.caps.calls]),
    callOf("vault", optionVaultAbi, "setMarketCaps", [marketId, true, market.caps.puts]),
  ];
}

function feedOf(config: DeploymentConfig, market: MarketConfig) {
  return {
    feed: market.feed,
    decimals: FEED_DECIMALS,
    maxAgeSec: config.prices.maxAgeSec,
    maxDeviationBps: 0,
    minPriceE8: BigInt(market.minPriceE8),
    maxPriceE8: BigInt(market.maxPriceE8),
    secondFeed: zeroAddress,
    secondDecimals: 0,
    secondMaxAgeSec: 0,
    secondRequired: false,
  };
}

function callOf(
  contract: NewMarketCall["contract"],
  abi: Abi,
  functionName: string,
  args: readonly unknown[],
): NewMarketCall {
  return { contract, functionName, args, calldata: encodeFunctionData({ abi, functionName, args: [...args] }) };
}

function atLeastOne(value: bigint): string {
  return (value > 0n ? value : 1n).toString();
}

function exists(asset: string): PlimsollError<"MARKET_EXISTS"> {
  return new PlimsollError({
    code: "MARKET_EXISTS",
    problem: `The configuration has a market of ${asset} already.`,
    remedy: "Change it with `npm run propose`, or name another configuration with --config.",
    context: { asset },
  });
}

function unknown(asset: string): PlimsollError<"MARKET_UNKNOWN"> {
  return new PlimsollError({
    code: "MARKET_UNKNOWN",
    problem: `The configuration has no market of ${asset}.`,
    remedy: "Name one of its markets with --like.",
    context: { asset },
  });
}
