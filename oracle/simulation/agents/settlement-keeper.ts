/** A keeper that ends expired series: proves the price, settles every short, redeems longs that are worth something. */
import { insuranceFundAbi } from "../../chain/abi/insurance-fund.ts";
import { optionTokenAbi } from "../../chain/abi/option-token.ts";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../chain/abi/phased-test-feed.ts";
import { settlementOracleAbi } from "../../chain/abi/settlement-oracle.ts";
import type { Position } from "../../domain/positions.ts";
import type { Address } from "../../domain/units.ts";
import { confirm, type LocalActors, type LocalClient, type LocalContracts, type LocalFund } from "./local-world.ts";
import { marketOf } from "./writers.ts";

/** What the keeper acts on: one expired series. */
export interface SettlementInput {
  readonly seriesId: bigint;
  readonly client: LocalClient;
  readonly actors: LocalActors;
  readonly contracts: LocalContracts;
  /** Positions of the series that are neither closed nor settled; none when a killed run had settled them all. */
  readonly positions: readonly Position[];
}

/** What was ended. */
export interface SettlementOutcome {
  /** Positions settled. */
  readonly settled: number;
  /** Redemptions of longs by their holders. */
  readonly redeemed: number;
  /** What the holders miss, token units of the series' collateral. */
  readonly shortfall: bigint;
}

/** Settles a series, redeems its longs, pays the writers' claims. Safe to run again after a crash. */
export async function settleSeries(input: SettlementInput): Promise<SettlementOutcome> {
  const [first] = input.positions;
  if (first === undefined) return { settled: 0, redeemed: await payOut(input), shortfall: 0n };
  await provePrice(input, first);
  await settlePositions(input);
  const state = await seriesState(input, input.seriesId);
  return { settled: input.positions.length, redeemed: await payOut(input), shortfall: state.owed - state.pot };
}

async function payOut(input: SettlementInput): Promise<number> {
  const redeemed = await redeemSeries(input, input.seriesId);
  await claimAll(input);
  for (const fund of input.contracts.funds) await collectOne(input, fund);
  return redeemed;
}

/** Fees, dust and returned reservations reach the fund only when somebody asks. */
async function collectOne(input: SettlementInput, { fund, token }: LocalFund): Promise<void> {
  const { client, contracts, actors } = input;
  const claimable = await client.readContract({
    address: contracts.vault,
    abi: optionVaultAbi,
    functionName: "claimable",
    args: [token, fund],
  });
  if (claimable === 0n) return;
  const hash = await client.writeContract({
    address: fund,
    abi: insuranceFundAbi,
    functionName: "collect",
    account: actors.keeper,
  });
  await confirm(client, hash, "collect for an insurance fund");
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

async function settlePositions(input: SettlementInput): Promise<void> {
  const hash = await input.client.writeContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName: "settle",
    args: [input.positions.map((position) => position.id)],
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, "settle positions");
}

async function seriesState(input: SettlementInput, seriesId: bigint) {
  return await input.client.readContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName: "seriesState",
    args: [seriesId],
  });
}

async function redeemSeries(input: SettlementInput, seriesId: bigint): Promise<number> {
  const { client, contracts, actors } = input;
  const state = await seriesState(input, seriesId);
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

async function claimAll(input: SettlementInput): Promise<void> {
  const { contracts, actors } = input;
  const tokens = new Set(contracts.markets.flatMap((market) => [market.base, market.quote]));
  for (const token of tokens) {
    for (const writer of actors.writers) await claimOne(input, token, writer);
  }
}

async function claimOne(input: SettlementInput, token: Address, writer: Address): Promise<void> {
  const { client, contracts } = input;
  const claimable = await client.readContract({
    address: contracts.vault,
    abi: optionVaultAbi,
    functionName: "claimable",
    args: [token, writer],
  });
  if (claimable === 0n) return;
  const hash = await client.writeContract({
    address: contracts.vault,
    abi: optionVaultAbi,
    functionName: "claim",
    args: [token, writer],
    account: writer,
  });
  await confirm(client, hash, "claim a refund");
}
