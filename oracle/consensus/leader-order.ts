/** Who leads a round, and who takes over when a leader is silent. */
import { encodePacked, hexToBigInt, keccak256 } from "viem";
import type { RoundSlot } from "../domain/report.ts";
import type { Address } from "../domain/units.ts";

/**
 * Operators in the order in which they may lead the round of `slot`. The first is drawn by hash and not by the epoch
 * itself: epochs are block numbers, which may rise in steps that share a factor with the number of operators.
 */
export function leaderOrder(operators: readonly Address[], slot: RoundSlot): readonly Address[] {
  const seed = hexToBigInt(keccak256(encodePacked(["bytes32", "uint64"], [slot.configDigest, slot.epoch])));
  const first = Number(seed % BigInt(operators.length));
  return [...operators.slice(first), ...operators.slice(0, first)];
}
