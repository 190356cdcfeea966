/** The Merkle tree over all positions of a report, for delivery by proof; mirror of `contracts/libraries/PositionLeaf.sol`. */
import { concatHex, type Hex, keccak256, stringToHex } from "viem";
import type { RiskEntry } from "../domain/report.ts";
import { ENTRY_BYTES, encodeEntries } from "../rules/report-codec.ts";
import { buildMerkleTree, type MerkleTree } from "./merkle-tree.ts";

/** First word of a leaf: keeps leaves apart from every other hash of the project. */
export const LEAF_TYPEHASH: Hex = keccak256(stringToHex("PlimsollPosition(uint64 epoch,uint128 packedEntry)"));

const EPOCH_BYTES = 32;
const HEX_PER_BYTE = 2;
const PREFIX = 2;

/** Leaf of one entry in the tree of report `epoch`. */
export function positionLeaf(epoch: bigint, entry: RiskEntry): Hex {
  return leafOf(epoch, toHex(encodeEntries([entry])));
}

/**
 * Builds the tree of a report.
 *
 * @param entries every position, (source index, id) strictly ascending.
 * @throws PlimsollError `REPORT_EMPTY_TREE` without entries; those of `encodeEntries`.
 */
export function buildPositionTree(epoch: bigint, entries: readonly RiskEntry[]): MerkleTree {
  const packed = toHex(encodeEntries(entries));
  const width = ENTRY_BYTES * HEX_PER_BYTE;
  const leaves = entries.map((_, index) =>
    leafOf(epoch, `0x${packed.slice(PREFIX + index * width, PREFIX + (index + 1) * width)}`),
  );
  return buildMerkleTree(leaves);
}

function leafOf(epoch: bigint, packed: Hex): Hex {
  const words = [LEAF_TYPEHASH, padded(epoch.toString(16)), padded(packed.slice(PREFIX))];
  return keccak256(keccak256(concatHex(words)));
}

function padded(digits: string): Hex {
  return `0x${digits.padStart(EPOCH_BYTES * HEX_PER_BYTE, "0")}`;
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
