/** Writes replayed prices into the local price feeds. */
import { phasedTestFeedAbi } from "../../chain/abi/phased-test-feed.ts";
import type { MarketSnapshot } from "../../domain/market.ts";
import { toFixedPoint } from "../../domain/units.ts";
import { confirm } from "../../simulation/agents/local-world.ts";
import type { WriterDependencies } from "../../simulation/agents/writers.ts";

const PRICE_DECIMALS = 8;

/** Appends one round to the feed of every market that has a price, the first in a block at `atSec`. */
export async function pushPrices(world: WriterDependencies, snapshot: MarketSnapshot, atSec: number): Promise<void> {
  const { timestamp } = await world.client.getBlock();
  if (Number(timestamp) < atSec) await world.client.setNextBlockTimestamp({ timestamp: BigInt(Math.floor(atSec)) });
  for (const market of world.contracts.markets) {
    const spot = snapshot.assets.get(market.asset)?.spot;
    if (spot === undefined) continue;
    const hash = await world.client.writeContract({
      address: market.feed,
      abi: phasedTestFeedAbi,
      functionName: "push",
      args: [toFixedPoint(spot, PRICE_DECIMALS), BigInt(Math.floor(atSec))],
      account: world.actors.deployer,
    });
    await confirm(world.client, hash, `push the price of ${market.asset}`);
  }
}
