/** Contracts that a public network has, for a chain that lacks them: test contracts' code at the configured addresses. */
import { type Abi, type Hex, pad, toHex } from "viem";
import { z } from "zod";
import { phasedTestFeedAbi } from "../../oracle/chain/abi/phased-test-feed.ts";
import type { Address } from "../../oracle/domain/units.ts";
import type { DeploymentConfig } from "../../scripts/deploy/deployment-config.ts";
import type { DevelopmentChain } from "../../scripts/deploy/rehearse/development-chain.ts";
import type { controlClient } from "./deployed-dao.ts";

/** Where `PhasedTestFeed` and `TestToken` keep their owner: after nothing, and after the five slots of an ERC-20. */
const FEED_OWNER_SLOT = 0;
const TOKEN_OWNER_SLOT = 5;
const PRICE_DECIMALS = 8;
const UPTIME_DECIMALS = 0;

const artifactSchema = z.object({
  abi: z.custom<Abi>((value) => Array.isArray(value)),
  bytecode: z.custom<Hex>((value) => typeof value === "string"),
});

interface StandIn {
  readonly contract: "PhasedTestFeed" | "TestToken";
  readonly args: readonly unknown[];
  readonly at: Address;
  readonly ownerSlot: number;
}

/** Deploys a compiled contract as the node's first account. */
export async function deployArtifact(
  dev: Pick<DevelopmentChain, "deploy">,
  name: string,
  args: readonly unknown[],
): Promise<Address> {
  const { default: hre } = await import("hardhat");
  return await dev.deploy(artifactSchema.parse(await hre.artifacts.readArtifact(name)), args);
}

/** Puts feeds, tokens and the sequencer's uptime feed of a configuration where it says they are; the first account owns them. */
export async function placeStandIns(
  dev: DevelopmentChain,
  control: ReturnType<typeof controlClient>,
  { markets, quote, prices }: DeploymentConfig,
): Promise<void> {
  const { deployer } = dev;
  const feed = (at: string, decimals: number): StandIn | null =>
    at === "test"
      ? null
      : { contract: "PhasedTestFeed", args: [decimals, "", deployer], at: addressOf(at), ownerSlot: FEED_OWNER_SLOT };
  const token = (at: string, decimals: number): StandIn | null =>
    at === "test"
      ? null
      : { contract: "TestToken", args: ["", "", decimals, deployer], at: addressOf(at), ownerSlot: TOKEN_OWNER_SLOT };
  const wanted = [
    prices.sequencer === null ? null : feed(prices.sequencer.feed, UPTIME_DECIMALS),
    token(quote, markets[0]?.quoteDecimals ?? 0),
    ...markets.flatMap((market) => [feed(market.feed, PRICE_DECIMALS), token(market.base, market.baseDecimals)]),
  ];
  for (const standIn of wanted) if (standIn !== null) await place(dev, control, standIn);
}

/** Immutables travel with the code; of the state only the owner is needed, and a feed's first phase. */
async function place(
  dev: DevelopmentChain,
  control: ReturnType<typeof controlClient>,
  { contract, args, at, ownerSlot }: StandIn,
): Promise<void> {
  const bytecode = await control.getCode({ address: await deployArtifact(dev, contract, args) });
  if (bytecode === undefined) throw new Error(`${contract} has no code`);
  await control.setCode({ address: at, bytecode });
  await control.setStorageAt({ address: at, index: ownerSlot, value: pad(dev.deployer) });
  if (contract !== "PhasedTestFeed") return;
  await dev.send(dev.deployer, { to: at, abi: phasedTestFeedAbi, functionName: "startPhase", args: [] });
}

function addressOf(text: string): Address {
  return toHex(BigInt(text), { size: 20 });
}
