/** What the vault's measurements share: sending, prices and time on one market. */
import { type Abi, encodeFunctionData } from "viem";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { EXPIRY_SECOND_OF_DAY, SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { confirm } from "../../../oracle/simulation/agents/local-world.ts";
import type { BenchGround } from "../bench-ground.ts";

const TENOR_DAYS = 3;
const E8 = 100_000_000n;
const PERCENT = 100n;
/** More than any call takes: given, so that nothing is estimated. */
const CALL_GAS = 8_000_000n;

/** The ground with one put series beside the money. */
export interface VaultGround {
  readonly ground: BenchGround;
  readonly market: BenchGround["contracts"]["markets"][number];
  readonly spotE8: bigint;
  readonly expirySec: number;
  readonly writer: `0x${string}`;
  readonly holder: `0x${string}`;
}

/** A call of a contract by an actor. */
export interface GasCall {
  readonly address: `0x${string}`;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly account: `0x${string}`;
}

/** Chooses the market, the series' expiry and the actors. */
export async function openVaultGround(ground: BenchGround, spotE8: bigint): Promise<VaultGround> {
  const [market] = ground.contracts.markets;
  const [writer] = ground.actors.writers;
  const [holder] = ground.actors.holders;
  if (market === undefined || writer === undefined || holder === undefined) throw new RangeError("No market or actor.");
  const day = Math.floor(ground.startSec / SECONDS_PER_DAY) + TENOR_DAYS;
  return { ground, market, spotE8, expirySec: day * SECONDS_PER_DAY + EXPIRY_SECOND_OF_DAY, writer, holder };
}

/** Sends a transaction. @returns its gas, after refunds */
export async function gasOf(ground: BenchGround, call: GasCall): Promise<number> {
  const data = encodeFunctionData({ abi: call.abi, functionName: call.functionName, args: call.args });
  const hash = await ground.client.sendTransaction({ to: call.address, data, account: call.account, gas: CALL_GAS });
  return Number((await confirm(ground.client, hash, call.functionName)).gasUsed);
}

/** Sends a call of the vault. */
export async function vaultGas(
  { ground }: VaultGround,
  functionName: string,
  { args, account }: Pick<GasCall, "args" | "account">,
): Promise<number> {
  return await gasOf(ground, { address: ground.contracts.vault, abi: optionVaultAbi, functionName, args, account });
}

/** Id of a put series at `percent` of the spot at the start. */
export async function putSeries({ ground, market, spotE8, expirySec }: VaultGround, percent: bigint): Promise<bigint> {
  const strikeE8 = ((spotE8 * percent) / PERCENT / E8) * E8;
  return await ground.client.readContract({
    address: ground.contracts.vault,
    abi: optionVaultAbi,
    functionName: "seriesIdOf",
    args: [market.marketId, strikeE8, expirySec, true],
  });
}

/** Moves the clock and writes a price of `percent` of the spot at the start. */
export async function priceAt({ ground, market, spotE8 }: VaultGround, atSec: number, percent: bigint): Promise<void> {
  const { timestamp } = await ground.client.getBlock();
  const timeSec = BigInt(Math.max(atSec, Number(timestamp) + 1));
  await ground.client.setNextBlockTimestamp({ timestamp: timeSec });
  await gasOf(ground, {
    address: market.feed,
    abi: phasedTestFeedAbi,
    functionName: "push",
    args: [(spotE8 * percent) / PERCENT, timeSec],
    account: ground.actors.deployer,
  });
}

/** Opens a position with `percent` of its requirement. @returns its id and the gas */
export async function openPut(
  vault: VaultGround,
  {
    seriesId,
    holder,
    percent = 110n,
  }: { readonly seriesId: bigint; readonly holder: `0x${string}`; readonly percent?: bigint },
): Promise<{ readonly id: bigint; readonly gas: number; readonly collateral: bigint }> {
  const { ground, writer } = vault;
  const read = { address: ground.contracts.vault, abi: optionVaultAbi } as const;
  const requirement = { ...read, functionName: "requiredCollateral", args: [seriesId, E8] } as const;
  const [required] = await ground.client.readContract(requirement);
  const collateral = (required * percent) / PERCENT;
  const gas = await vaultGas(vault, "open", { args: [seriesId, E8, collateral, holder], account: writer });
  const id = await ground.client.readContract({ ...read, functionName: "positionCount" });
  return { id, gas, collateral };
}
