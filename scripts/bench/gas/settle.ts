/** Gas of settlement: the price of an expiry, positions alone and in a batch of fifty, and the payment of a holder. */
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { settlementOracleAbi } from "../../../oracle/chain/abi/settlement-oracle.ts";
import type { VaultGround } from "./vault-ground.ts";
import { gasOf, openPut, priceAt, putSeries, vaultGas } from "./vault-ground.ts";

const BATCH = 50;
const E8 = 100_000_000n;

/** Rows of this part. */
export interface SettleGas {
  readonly settlePrice: number;
  readonly settle: { readonly 1: number; readonly "50each": number };
  readonly redeem: number;
}

/** Opens a series of fifty-two positions, lets it expire in the money and settles it. */
export async function measureSettle(vault: VaultGround): Promise<SettleGas> {
  const { ground, market, expirySec, holder } = vault;
  const { timestamp } = await ground.client.getBlock();
  await priceAt(vault, Number(timestamp) + 1, 100n);
  const seriesId = await putSeries(vault, 95n);
  const ids: bigint[] = [];
  for (let count = 0; count < BATCH + 2; ++count) ids.push((await openPut(vault, { seriesId, holder })).id);
  await priceAt(vault, expirySec - 1, 90n);
  await priceAt(vault, expirySec + 1, 90n);
  const feed = { address: market.feed, abi: phasedTestFeedAbi } as const;
  const [roundId] = await ground.client.readContract({ ...feed, functionName: "latestRoundData" });
  const settlePrice = await gasOf(ground, {
    address: ground.contracts.settlementOracle,
    abi: settlementOracleAbi,
    functionName: "settlePrice",
    args: [market.marketId, expirySec, roundId],
    account: ground.actors.keeper,
  });
  const byKeeper = (settled: readonly bigint[]) => ({ args: [settled], account: ground.actors.keeper });
  // The first position of a series opens its pot: the steady state begins after it.
  await vaultGas(vault, "settle", byKeeper(ids.slice(0, 1)));
  const alone = await vaultGas(vault, "settle", byKeeper(ids.slice(1, 2)));
  const batch = await vaultGas(vault, "settle", byKeeper(ids.slice(2)));
  const redeem = await vaultGas(vault, "redeem", { args: [seriesId, E8, holder], account: holder });
  return { settlePrice, settle: { 1: alone, "50each": Math.round(batch / BATCH) }, redeem };
}
