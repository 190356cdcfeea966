/** Names a view's block by its hash (EIP-1898), so that no answer is of another branch. */
import type { Checkpoint } from "./checkpoints.ts";

/** The block as viem's calls take it. */
export function pinned({ blockHash }: Pick<Checkpoint, "blockHash">): {
  readonly blockHash: Checkpoint["blockHash"];
  readonly requireCanonical: true;
} {
  return { blockHash, requireCanonical: true };
}
