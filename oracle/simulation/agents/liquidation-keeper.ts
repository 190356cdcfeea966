/**
 * A keeper that flags unhealthy positions and liquidates them only when that pays: what it receives must exceed the
 * replayed value of the longs that it buys and burns, plus spread and gas.
 */
import { optionTokenAbi } from "../../chain/abi/option-token.ts";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { testTokenAbi } from "../../chain/abi/test-token.ts";
import { revertOf } from "../../chain/decode-revert.ts";
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
  readonly markets: ReadonlyMap<AssetSymbol, AssetMarket>;
  /** Chain time, seconds. */
  readonly atSec: number;
}

/** What a look at one position led to. */
export type KeeperAction =
  | "none"
  | "flagged"
  | "unflagged"
  | "liquidated"
  /** Nobody wants it at this price: the receipt is below value plus cost. */
  | "unwanted"
  /** No equity left: in default until settlement. */
  | "insolvent";

/** A position with its health at the newest block. */
export interface JudgedPosition {
  readonly position: Position;
  readonly healthWad: bigint;
}

const WAD = 10n ** 18n;
/** Half spread paid to the holders, as share of the option's value: 2 % of premium is a common half spread on Deribit. */
const HALF_SPREAD = 0.02;
/** Gas of buying and burning, USD: about 250 000 gas at 20 gwei and 3 000 USD. */
const GAS_USD = 15;
const E8_DECIMALS = 8;

/** Looks at one position: flags it, ends its flag, or liquidates it if that pays. */
export async function treatPosition(input: KeeperInput, judged: JudgedPosition): Promise<KeeperAction> {
  const { position, healthWad } = judged;
  const isFlagged = position.flaggedAtSec !== null;
  if (healthWad >= WAD) return isFlagged ? await callVault(input, position, "unflag") : "none";
  if (!isFlagged) return await callVault(input, position, "flag");
  return healthWad <= 0n ? "insolvent" : await tryLiquidation(input, position);
}

/** Healths of all positions that have not expired. */
export async function judgePositions(
  input: Pick<KeeperInput, "client" | "contracts" | "atSec">,
  positions: readonly Position[],
): Promise<readonly JudgedPosition[]> {
  const live = positions.filter((position) => position.expirySec > input.atSec);
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

async function callVault(
  input: KeeperInput,
  position: Position,
  functionName: "flag" | "unflag",
): Promise<KeeperAction> {
  const hash = await input.client.writeContract({
    address: input.contracts.vault,
    abi: optionVaultAbi,
    functionName,
    args: [position.id],
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, `${functionName} position ${position.id}`);
  return functionName === "flag" ? "flagged" : "unflagged";
}

async function tryLiquidation(input: KeeperInput, position: Position): Promise<KeeperAction> {
  const quote = await quoteOf(input, position);
  // A flag that nobody used lapses, and a pause ends it too: the word alone does not say whether it lives.
  if (quote === "flag-ended") return await callVault(input, position, "flag");
  if (quote === "cooling-off") return "none";
  const price = priceOfLongs(input, position, quote.sizeE8);
  if (price === null || quote.payout <= price.cost) return "unwanted";
  if (!(await buyLongs(input, position, { sizeE8: quote.sizeE8, paidUnits: price.paid }))) return "unwanted";
  await liquidate(input, position, { sizeE8: quote.sizeE8, minOut: price.cost });
  return "liquidated";
}

interface Quote {
  readonly sizeE8: bigint;
  readonly payout: bigint;
}

/** What the vault would pay now, or why there is no auction. */
async function quoteOf(input: KeeperInput, { id, sizeE8 }: Position): Promise<Quote | "flag-ended" | "cooling-off"> {
  try {
    return await input.client.readContract({
      address: input.contracts.vault,
      abi: optionVaultAbi,
      functionName: "liquidationQuote",
      args: [id, sizeE8],
      account: input.actors.keeper,
    });
  } catch (error) {
    const code = revertOf(error)?.code;
    if (code === "VaultNotFlagged") return "flag-ended";
    if (code === "VaultCoolOff") return "cooling-off";
    throw error;
  }
}

/** What the holders are paid, and what the liquidation costs the keeper in all, collateral units; `null` without a market. */
function priceOfLongs(
  input: KeeperInput,
  position: Position,
  sizeE8: bigint,
): { readonly paid: bigint; readonly cost: bigint } | null {
  const market = input.markets.get(position.asset);
  if (market === undefined) return null;
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
    args: [position.id, order.sizeE8, order.minOut, "0x"],
    account: input.actors.keeper,
  });
  await confirm(input.client, hash, `liquidate position ${position.id}`);
}
