/** Writers of options on a local network: they are funded, open the planned positions, and some of them top up. */
import { maxUint256 } from "viem";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { testTokenAbi } from "../../chain/abi/test-token.ts";
import { PlimsollError } from "../../domain/errors.ts";
import { type Address, toFixedPoint } from "../../domain/units.ts";
import { confirm, type LocalActors, type LocalClient, type LocalContracts, type LocalMarket } from "./local-world.ts";
import type { PlannedPosition } from "./position-plan.ts";

/** What writers act on. */
export interface WriterDependencies {
  readonly client: LocalClient;
  readonly actors: LocalActors;
  readonly contracts: LocalContracts;
}

const E8_DECIMALS = 8;
const BPS = 10_000n;
/** Coins or dollars that every actor gets: far more than a run needs. */
const FUNDING = 1_000_000_000n;
/** A diligent writer acts when less than a tenth of his buffer is used up. */
const TOP_UP_BELOW_WAD = 1_150_000_000_000_000_000n;
/** Share of the position's collateral that a top-up adds. */
const TOP_UP_SHARE_BPS = 2_500n;

/** Mints every token to every actor and lets the vault draw on it. Harmless when done before. */
export async function fundActors(deps: WriterDependencies): Promise<void> {
  const people = [deps.actors.keeper, ...deps.actors.holders, ...deps.actors.writers];
  for (const token of tokensOf(deps.contracts)) {
    for (const person of people) await fundOne(deps, person, token);
  }
}

function tokensOf(contracts: LocalContracts): ReadonlyMap<Address, number> {
  const tokens = new Map<Address, number>();
  for (const market of contracts.markets) {
    tokens.set(market.base, market.baseDecimals);
    tokens.set(market.quote, market.quoteDecimals);
  }
  return tokens;
}

async function fundOne(deps: WriterDependencies, person: Address, [token, decimals]: readonly [Address, number]) {
  const { client, actors, contracts } = deps;
  const allowance = await client.readContract({
    address: token,
    abi: testTokenAbi,
    functionName: "allowance",
    args: [person, contracts.vault],
  });
  if (allowance > 0n) return;
  const minted = await client.writeContract({
    address: token,
    abi: testTokenAbi,
    functionName: "mint",
    args: [person, FUNDING * 10n ** BigInt(decimals)],
    account: actors.deployer,
  });
  await confirm(client, minted, "fund an actor");
  // The allowance comes last: it is what tells a restarted run that this actor is funded.
  const approved = await client.writeContract({
    address: token,
    abi: testTokenAbi,
    functionName: "approve",
    args: [contracts.vault, maxUint256],
    account: person,
  });
  await confirm(client, approved, "approve the vault");
}

/**
 * Opens the planned positions that are not open yet: position ids are sequential, so a restarted run goes on where the
 * killed one stopped. Longs go to the holders in turn.
 *
 * @returns number of positions opened by this call.
 */
export async function openPositions(deps: WriterDependencies, plan: readonly PlannedPosition[]): Promise<number> {
  const count = await deps.client.readContract({
    address: deps.contracts.vault,
    abi: optionVaultAbi,
    functionName: "positionCount",
  });
  const missing = plan.slice(Number(count));
  for (const [offset, planned] of missing.entries()) await openOne(deps, planned, Number(count) + offset);
  return missing.length;
}

async function openOne(deps: WriterDependencies, planned: PlannedPosition, index: number): Promise<void> {
  const { client, actors, contracts } = deps;
  const seriesId = await seriesIdOf(deps, planned);
  const sizeE8 = toFixedPoint(planned.size, E8_DECIMALS);
  const [required] = await client.readContract({
    address: contracts.vault,
    abi: optionVaultAbi,
    functionName: "requiredCollateral",
    args: [seriesId, sizeE8],
  });
  const collateral = (required * BigInt(Math.ceil(planned.collateralMultiple * Number(BPS)))) / BPS + 1n;
  const hash = await client.writeContract({
    address: contracts.vault,
    abi: optionVaultAbi,
    functionName: "open",
    args: [seriesId, sizeE8, collateral, pickActor(actors.holders, index)],
    account: pickActor(actors.writers, planned.writer),
  });
  await confirm(client, hash, `open position ${index + 1}`);
}

async function seriesIdOf(deps: WriterDependencies, planned: PlannedPosition): Promise<bigint> {
  const market = marketOf(deps.contracts, planned.asset);
  return await deps.client.readContract({
    address: deps.contracts.vault,
    abi: optionVaultAbi,
    functionName: "seriesIdOf",
    args: [market.marketId, toFixedPoint(planned.strike, E8_DECIMALS), planned.expirySec, planned.kind === "put"],
  });
}

/**
 * The market of an asset.
 *
 * @throws PlimsollError `LOCAL_MARKET_UNKNOWN` for an asset without a market in the deployment.
 */
export function marketOf(contracts: LocalContracts, asset: string): LocalMarket {
  const market = contracts.markets.find((candidate) => candidate.asset === asset);
  if (market !== undefined) return market;
  throw new PlimsollError({
    code: "LOCAL_MARKET_UNKNOWN",
    problem: `The deployment has no market for ${asset}.`,
    remedy: "Add the market to deployments/<network>/config.json.",
    context: { asset },
  });
}

/** A diligent writer's look at one position. */
export interface TopUpCandidate {
  readonly positionId: bigint;
  readonly healthWad: bigint;
  readonly collateral: bigint;
}

/**
 * Adds collateral to the positions of diligent writers whose health is near 1.
 *
 * @returns ids of the positions that were topped up.
 */
export async function topUp(
  deps: WriterDependencies,
  candidates: readonly TopUpCandidate[],
  plan: readonly PlannedPosition[],
): Promise<readonly bigint[]> {
  const done: bigint[] = [];
  for (const candidate of candidates) {
    const planned = plan[Number(candidate.positionId) - 1];
    if (planned === undefined || !planned.isDiligent || candidate.healthWad >= TOP_UP_BELOW_WAD) continue;
    const hash = await deps.client.writeContract({
      address: deps.contracts.vault,
      abi: optionVaultAbi,
      functionName: "addCollateral",
      args: [candidate.positionId, (candidate.collateral * TOP_UP_SHARE_BPS) / BPS],
      account: pickActor(deps.actors.writers, planned.writer),
    });
    await confirm(deps.client, hash, `top up position ${candidate.positionId}`);
    done.push(candidate.positionId);
  }
  return done;
}

/** The actor whose turn it is. */
export function pickActor(actors: readonly Address[], index: number): Address {
  const actor = actors[index % actors.length];
  if (actor === undefined) throw new RangeError("A local run needs at least one actor in every role.");
  return actor;
}
