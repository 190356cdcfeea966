/** Opens many positions on a development chain: transactions of one batch travel together and are not waited for singly. */
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import { toFixedPoint } from "../../oracle/domain/units.ts";
import { confirm } from "../../oracle/simulation/agents/local-world.ts";
import type { PlannedPosition } from "../../oracle/simulation/agents/position-plan.ts";
import { marketOf, pickActor, type WriterDependencies } from "../../oracle/simulation/agents/writers.ts";

const E8_DECIMALS = 8;
const BATCH = 50;
/** More than any opening takes: given, so that nothing is estimated. */
const OPEN_GAS = 1_500_000n;
const MULTIPLE_DECIMALS = 4;

/** Opens all positions in the order of the plan, so that position ids are places in it plus one. */
export async function openMany(deps: WriterDependencies, plan: readonly PlannedPosition[]): Promise<void> {
  for (let first = 0; first < plan.length; first += BATCH) {
    const batch = plan.slice(first, first + BATCH);
    const openings = await Promise.all(batch.map(async (planned) => await openingOf(deps, planned)));
    const hashes = await Promise.all(
      openings.map(async (args, offset) => await send(deps, { args, writer: batch[offset]?.writer ?? 0 })),
    );
    await Promise.all(hashes.map(async (hash) => await confirm(deps.client, hash, "open a position")));
  }
}

type OpenArguments = readonly [seriesId: bigint, sizeE8: bigint, collateral: bigint, holder: `0x${string}`];

async function openingOf({ client, contracts, actors }: WriterDependencies, planned: PlannedPosition) {
  const vault = { address: contracts.vault, abi: optionVaultAbi } as const;
  const { marketId } = marketOf(contracts, planned.asset);
  const strikeE8 = toFixedPoint(planned.strike, E8_DECIMALS);
  const seriesId = await client.readContract({
    ...vault,
    functionName: "seriesIdOf",
    args: [marketId, strikeE8, planned.expirySec, planned.kind === "put"],
  });
  const sizeE8 = toFixedPoint(planned.size, E8_DECIMALS);
  const required = { ...vault, functionName: "requiredCollateral", args: [seriesId, sizeE8] } as const;
  const [units] = await client.readContract(required);
  const multiple = toFixedPoint(planned.collateralMultiple, MULTIPLE_DECIMALS);
  const collateral = (units * multiple) / 10n ** BigInt(MULTIPLE_DECIMALS) + 1n;
  return [seriesId, sizeE8, collateral, pickActor(actors.holders, planned.writer)] as const;
}

async function send(
  { client, contracts, actors }: WriterDependencies,
  { args, writer }: { readonly args: OpenArguments; readonly writer: number },
) {
  return await client.writeContract({
    address: contracts.vault,
    abi: optionVaultAbi,
    functionName: "open",
    args,
    account: pickActor(actors.writers, writer),
    gas: OPEN_GAS,
  });
}
