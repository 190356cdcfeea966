/** One put at the money in a deployed DAO's vault. */
import { encodeFunctionData } from "viem";
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../oracle/chain/abi/phased-test-feed.ts";
import { testTokenAbi } from "../../oracle/chain/abi/test-token.ts";
import { DEPLOYER, type DeployedDao } from "./deployed-dao.ts";

const E8 = 100_000_000n;
const DAY_SEC = 86_400n;
/** 08:00 UTC. */
const EXPIRY_OF_DAY_SEC = 28_800n;
const DAYS = 30n;

/**
 * The deployer pushes a price, mints itself dollars and writes one put at the money, of one coin and 30 days.
 *
 * @param spotE8 price, USD × 1e8. @param collateral of the put, units of the quote token.
 */
export async function openPut(dao: DeployedDao, spotE8: bigint, collateral: bigint): Promise<void> {
  const { control, at, send } = dao;
  const { timestamp } = await control.getBlock();
  const push = encodeFunctionData({ abi: phasedTestFeedAbi, functionName: "push", args: [spotE8, timestamp] });
  await send(DEPLOYER, at("feedBTC"), push);
  const mint = encodeFunctionData({ abi: testTokenAbi, functionName: "mint", args: [DEPLOYER, collateral] });
  await send(DEPLOYER, at("quote"), mint);
  const approve = encodeFunctionData({ abi: testTokenAbi, functionName: "approve", args: [at("vault"), collateral] });
  await send(DEPLOYER, at("quote"), approve);
  const expiry = Number((timestamp / DAY_SEC + DAYS) * DAY_SEC + EXPIRY_OF_DAY_SEC);
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const seriesId = await control.readContract({
    ...vault,
    functionName: "seriesIdOf",
    args: [1, spotE8, expiry, true],
  });
  const open = encodeFunctionData({ ...vault, functionName: "open", args: [seriesId, E8, collateral, DEPLOYER] });
  await send(DEPLOYER, vault.address, open);
}
