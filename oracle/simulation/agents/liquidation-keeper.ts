/**
 * A keeper that flags unhealthy positions and liquidates them only when that pays: what it receives must exceed the
 * replayed value of the longs that it buys and burns, plus spread and gas.
 */
import { optionTokenAbi } from "../../chain/abi/option-token.ts";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { testTokenAbi } from "../../chain/abi/test-token.ts";
import type { AssetMarket, AssetSymbol } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import { type Address, toFixedPoint } from "../../domain/units.ts";
import { fairValue } from "./fair-value.ts";
import { confirm, type LocalActors, type LocalClient, type LocalContracts } from "./local-world.ts";
import { marketOf } from "./writers.ts";

/** What the keeper sees and acts on. */
export interface KeeperInput {
  readonly client: LocalClient;
  readonly actors: LocalActors;
  readonly contracts: LocalContracts;
  /** Open positions, with their flags, at the newest block. */
  readonly positions: readonly Position[];
  readonly markets: ReadonlyMap<AssetSymbol, AssetMarket>;
  /** Chain time, seconds. */
  readonly atSec: number;
}

/** What one look at the market led to. */
export interface KeeperOutcome {
  readonly flagged: readonly bigint[];
  readonly unflagged: readonly bigint[];
  readonly liquidated: readonly bigint[];
  /** Flagged positions that nobody wanted at this price: receipt below value plus cost. */
  readonly unwanted: readonly bigint[];
  /** Positions without any equity left: in default until settlement. */
  readonly insolvent: readonly bigint[];
}

const WAD = 10n ** 18n;
/** Half spread paid to the holders, as share of the option's value: 2 % of premium is a common half spread on Deribit. */
const HALF_SPREAD = 0.02;
/** Gas of buying and burning, USD: about 250 000 gas at 20 gwei and 3 000 USD. */
const GAS_USD = 15;
const E8_DECIMALS = 8;

interface Judged {
  readonly position: Position;
  readonly healthWad: bigint;
}

/** Looks at every position once: flags, unflags, and liquidates what pays. */
export async function runLiquidationKeeper(input: KeeperInput): Promise<KeeperOutcome> {
  const outcome = { flagged: [], unflagged: [], liquidated: [], unwanted: [], insolvent: [] } as Mutable;
  for (const judged of await judge(input)) {
    const { position, healthWad } = judged;
    if (healthWad >= WAD) {
      if (position.flaggedAtSec !== null) await record(outcome.unflagged, position, await unflag(input, position));
      continue;
    }
    if (position.flaggedAtSec === null) await record(outcome.flagged, position, await flag(input, position));
    else await tryLiquidation(input, judged, outcome);
  }
  return outcome;
}

type Mutable = { readonly [Key in keyof KeeperOutcome]: bigint[] };

async function record(list: bigint[], position: Position, isDone: boolean): Promise<void> {
  if (isDone) list.push(position.id);
}

/** Healths of all positions that have not expired. */
export async function judge(
  input: Pick<KeeperInput, "client" | "contracts" | "positions" | "atSec">,
): Promise<Judged[]> {
  const live = input.positions.filter((position) => position.expirySec > input.atSec);
  return await Promise.all(
    live.map(async (position) => ({
      position,
      healthWad: await input.client.readContract({
        address: input.contracts.vault,
        abi: optionVaultAbi,
        functionName: "healthOf",
        args: [position.id],
      }),
    })),
  );
}

async function flag(input: KeeperInput, position: Position): Promise<boolean> {
  const hash = await input.client.writeContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName: "flag",
    args: [position.id],
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, `flag position ${position.id}`);
  return true;
}

async function unflag(input: KeeperInput, position: Position): Promise<boolean> {
  const hash = await input.client.writeContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName: "unflag",
    args: [position.id],
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, `unflag position ${position.id}`);
  return true;
}

async function tryLiquidation(input: KeeperInput, judged: Judged, outcome: Mutable): Promise<void> {
  const { position } = judged;
  if (judged.healthWad <= 0n) {
    outcome.insolvent.push(position.id);
    return;
  }
  const market = input.markets.get(position.asset);
  if (market === undefined) {
    outcome.unwanted.push(position.id);
    return;
  }
  const quote = await input.client.readContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName: "liquidationQuote",
    args: [position.id, position.sizeE8],
    account: input.actors.keeper,
  });
  const price = priceOfLongs(input, position, quote.sizeE8);
  if (quote.payout <= price.cost) outcome.unwanted.push(position.id);
  else if (await buyLongs(input, position, { sizeE8: quote.sizeE8, paidUnits: price.paid })) {
    await liquidate(input, position, { sizeE8: quote.sizeE8, minOut: price.cost });
    outcome.liquidated.push(position.id);
  } else outcome.unwanted.push(position.id);
}

/** What the holders are paid, and what the whole liquidation costs the keeper, in collateral units. */
function priceOfLongs(input: KeeperInput, position: Position, sizeE8: bigint): { paid: bigint; cost: bigint } {
  const market = input.markets.get(position.asset);
  if (market === undefined) throw new RangeError(`No market for ${position.asset}.`);
  const local = marketOf(input.contracts, position.asset);
  const isCall = position.kind === "call";
  const decimals = isCall ? local.baseDecimals : local.quoteDecimals;
  const contracts = Number(sizeE8) / 10 ** E8_DECIMALS;
  const value = fairValue(position, market, input.atSec) * contracts * (1 + HALF_SPREAD);
  const gas = isCall ? GAS_USD / market.spot : GAS_USD;
  return { paid: toFixedPoint(value, decimals) + 1n, cost: toFixedPoint(value + gas, decimals) + 1n };
}

/** Buys longs of the series from whoever holds them; `false` when nobody holds enough. */
async function buyLongs(
  input: KeeperInput,
  position: Position,
  trade: { readonly sizeE8: bigint; readonly paidUnits: bigint },
): Promise<boolean> {
  const { client, actors, contracts } = input;
  const balances = await Promise.all(actors.holders.map((holder) => longBalance(input, holder, position.seriesId)));
  const seller = actors.holders.find((_, index) => (balances[index] ?? 0n) >= trade.sizeE8);
  if (seller === undefined) return false;
  const local = marketOf(contracts, position.asset);
  const paid = await client.writeContract({
    address: position.kind === "call" ? local.base : local.quote,
    abi: testTokenAbi,
    functionName: "transfer",
    args: [seller, trade.paidUnits],
    account: actors.keeper,
  });
  await confirm(client, paid, "pay for longs");
  const sold = await client.writeContract({
    address: contracts.token,
    abi: optionTokenAbi,
    functionName: "transfer",
    args: [actors.keeper, position.seriesId, trade.sizeE8],
    account: seller,
  });
  await confirm(client, sold, "sell longs");
  return true;
}

async function longBalance(input: KeeperInput, holder: Address, seriesId: bigint): Promise<bigint> {
  return await input.client.readContract({
    address: input.contracts.token,
    abi: optionTokenAbi,
    functionName: "balanceOf",
    args: [holder, seriesId],
  });
}

async function liquidate(
  input: KeeperInput,
  position: Position,
  order: { readonly sizeE8: bigint; readonly minOut: bigint },
): Promise<void> {
  const hash = await input.client.writeContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName: "liquidate",
    args: [position.id, order.sizeE8, order.minOut],
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, `liquidate position ${position.id}`);
}
