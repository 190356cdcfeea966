/** A keeper that ends expired series: proves the price, settles every short, redeems longs that are worth something. */
import { optionTokenAbi } from "../../chain/abi/option-token.ts";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../chain/abi/phased-test-feed.ts";
import { settlementOracleAbi } from "../../chain/abi/settlement-oracle.ts";
import type { Position } from "../../domain/positions.ts";
import type { Address } from "../../domain/units.ts";
import { confirm, type LocalActors, type LocalClient, type LocalContracts } from "./local-world.ts";
import { marketOf } from "./writers.ts";

/** What the keeper acts on. */
export interface SettlementInput {
  readonly client: LocalClient;
  readonly actors: LocalActors;
  readonly contracts: LocalContracts;
  /** Positions that are neither closed nor settled. */
  readonly positions: readonly Position[];
  /** Chain time, seconds. */
  readonly atSec: number;
}

/** What was ended. */
export interface SettlementOutcome {
  readonly settled: readonly bigint[];
  /** Redemptions of longs by their holders. */
  readonly redeemed: number;
  /** Claims of writers paid out. */
  readonly claimed: number;
  /** What holders of the completed series miss, token units of each series' own collateral. */
  readonly shortfall: bigint;
}

/** Settles everything that has expired. Safe to run again after a crash at any point. */
export async function runSettlementKeeper(input: SettlementInput): Promise<SettlementOutcome> {
  const expired = input.positions.filter((position) => position.expirySec <= input.atSec);
  if (expired.length === 0) return { settled: [], redeemed: 0, claimed: 0, shortfall: 0n };
  for (const position of uniqueBy(expired, (one) => `${one.asset}:${one.expirySec}`)) await provePrice(input, position);
  await send(input, "settle", [expired.map((position) => position.id)]);
  let redeemed = 0;
  let shortfall = 0n;
  for (const series of uniqueBy(expired, (one) => one.seriesId.toString())) {
    shortfall += await seriesShortfall(input, series.seriesId);
    redeemed += await redeemSeries(input, series.seriesId);
  }
  const claimed = await claimAll(input);
  return { settled: expired.map((position) => position.id), redeemed, claimed, shortfall };
}

function uniqueBy(positions: readonly Position[], keyOf: (position: Position) => string): readonly Position[] {
  return [...new Map(positions.map((position) => [keyOf(position), position])).values()];
}

async function provePrice(input: SettlementInput, position: Position): Promise<void> {
  const market = marketOf(input.contracts, position.asset);
  const [, isFinal] = await input.client.readContract({
    address: input.contracts.settlementOracle,
    abi: settlementOracleAbi,
    functionName: "settlementPrice",
    args: [market.marketId, position.expirySec],
  });
  if (isFinal) return;
  const roundId = await firstRoundAtOrAfter(input, market.feed, position.expirySec);
  const hash = await input.client.writeContract({
    address: input.contracts.settlementOracle,
    abi: settlementOracleAbi,
    functionName: "settlePrice",
    args: [market.marketId, position.expirySec, roundId],
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, `settle the price of ${position.asset} at ${position.expirySec}`);
}

/** Walks back from the newest round: expiries are recent when they are settled. */
async function firstRoundAtOrAfter(input: SettlementInput, feed: Address, expirySec: number): Promise<bigint> {
  const read = async (roundId: bigint) => {
    const [, , , updatedAt] = await input.client.readContract({
      address: feed,
      abi: phasedTestFeedAbi,
      functionName: "getRoundData",
      args: [roundId],
    });
    return updatedAt;
  };
  const [latest] = await input.client.readContract({
    address: feed,
    abi: phasedTestFeedAbi,
    functionName: "latestRoundData",
  });
  let roundId = latest;
  while ((await read(roundId - 1n)) >= BigInt(expirySec)) roundId -= 1n;
  return roundId;
}

async function send(input: SettlementInput, functionName: "settle", args: [readonly bigint[]]): Promise<void> {
  const hash = await input.client.writeContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName,
    args,
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, "settle positions");
}

async function seriesShortfall(input: SettlementInput, seriesId: bigint): Promise<bigint> {
  const state = await input.client.readContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName: "seriesState",
    args: [seriesId],
  });
  return state.owed - state.pot;
}

async function redeemSeries(input: SettlementInput, seriesId: bigint): Promise<number> {
  const { client, contracts, actors } = input;
  const state = await client.readContract({
    address: contracts.vault,
    abi: optionVaultAbi,
    functionName: "seriesState",
    args: [seriesId],
  });
  // Longs that expired worthless are left alone: redeeming them costs gas and pays nothing.
  if (state.owed === 0n || state.unsettledCount !== 0) return 0;
  let count = 0;
  for (const holder of [...actors.holders, actors.keeper]) {
    const balance = await client.readContract({
      address: contracts.token,
      abi: optionTokenAbi,
      functionName: "balanceOf",
      args: [holder, seriesId],
    });
    if (balance === 0n) continue;
    const hash = await client.writeContract({
      address: contracts.vault,
      abi: optionVaultAbi,
      functionName: "redeem",
      args: [seriesId, balance, holder],
      account: holder,
    });
    await confirm(client, hash, "redeem longs");
    count += 1;
  }
  return count;
}

async function claimAll(input: SettlementInput): Promise<number> {
  const { client, contracts, actors } = input;
  const tokens = new Set(contracts.markets.flatMap((market) => [market.base, market.quote]));
  let count = 0;
  for (const token of tokens) {
    for (const writer of actors.writers) {
      const claimable = await client.readContract({
        address: contracts.vault,
        abi: optionVaultAbi,
        functionName: "claimable",
        args: [token, writer],
      });
      if (claimable === 0n) continue;
      const hash = await client.writeContract({
        address: contracts.vault,
        abi: optionVaultAbi,
        functionName: "claim",
        args: [token, writer],
        account: writer,
      });
      await confirm(client, hash, "claim a refund");
      count += 1;
    }
  }
  return count;
}
