/** Blocks that a cursor has passed, and how it finds back after a reorganisation. */
import { BlockNotFoundError } from "viem";
import type { ChainClient } from "../../chain/client.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { Anchor } from "../../domain/report.ts";
import type { Hex } from "../../domain/units.ts";

/** A block that was canonical when the cursor stood there. */
export interface Checkpoint {
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
}

/** Checkpoints kept: deeper reorganisations read everything again. */
const MAX_CHECKPOINTS = 128;

/** Whether a block's hash still stands at its height. */
export async function isCanonical(chain: ChainClient, checkpoint: Checkpoint): Promise<boolean> {
  try {
    const block = await chain.reader.getBlock({ blockNumber: checkpoint.blockNumber });
    return block.hash === checkpoint.blockHash;
  } catch (error) {
    // The new branch is shorter: there is no block at this height.
    if (error instanceof BlockNotFoundError) return false;
    throw error;
  }
}

/** The checkpoints up to the last one that is still canonical; the same array where that is the last of all. */
export async function canonicalCheckpoints(
  chain: ChainClient,
  known: readonly Checkpoint[],
): Promise<readonly Checkpoint[]> {
  const checkpoints = [...known];
  for (let last = checkpoints.at(-1); last !== undefined; last = checkpoints.at(-1)) {
    if (await isCanonical(chain, last)) break;
    checkpoints.pop();
  }
  return checkpoints.length === known.length ? known : checkpoints;
}

/** The checkpoints with a newer one; the oldest are forgotten. */
export function withCheckpoint(known: readonly Checkpoint[], newest: Checkpoint): readonly Checkpoint[] {
  return [...known, newest].slice(-MAX_CHECKPOINTS);
}

/** The error for an anchor that has left the chain. */
export function notCanonical(anchor: Pick<Anchor, "blockNumber" | "blockHash">): PlimsollError<"ANCHOR_NOT_CANONICAL"> {
  return new PlimsollError({
    code: "ANCHOR_NOT_CANONICAL",
    problem: `Block ${anchor.blockNumber} with hash ${anchor.blockHash} is not on the RPC's chain.`,
    remedy: "Abstain from this round; the next one takes a newer anchor.",
    context: { blockNumber: anchor.blockNumber, blockHash: anchor.blockHash },
  });
}
