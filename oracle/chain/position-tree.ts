/**
 * The Merkle tree over all positions of a report, for delivery by proof; mirror of `contracts/libraries/PositionLeaf.sol`.
 * A leaf hashes twice (32 bytes outside), a node hashes its two children in ascending order (64 bytes), so that neither can
 * stand for the other; a last node without a sibling moves up unchanged.
 */
import { concatHex, type Hex, keccak256, stringToHex } from "viem";
import { PlimsollError } from "../domain/errors.ts";
import type { RiskEntry } from "../domain/report.ts";
import { ENTRY_BYTES, encodeEntries } from "../rules/report-codec.ts";

/** First word of a leaf: keeps leaves apart from every other hash of the project. */
export const LEAF_TYPEHASH: Hex = keccak256(stringToHex("PlimsollPosition(uint64 epoch,uint128 packedEntry)"));

/** A tree: level 0 holds the leaves in the order of the entries, the last level the root alone. */
export interface PositionTree {
  readonly root: Hex;
  readonly levels: readonly (readonly Hex[])[];
}

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
export function buildPositionTree(epoch: bigint, entries: readonly RiskEntry[]): PositionTree {
  const packed = toHex(encodeEntries(entries));
  const width = ENTRY_BYTES * HEX_PER_BYTE;
  let level: readonly Hex[] = entries.map((_, index) =>
    leafOf(epoch, `0x${packed.slice(PREFIX + index * width, PREFIX + (index + 1) * width)}`),
  );
  const levels = [level];
  while (level.length > 1) {
    level = parentsOf(level);
    levels.push(level);
  }
  const [root] = level;
  if (root === undefined) throw emptyTree();
  return { root, levels };
}

/**
 * Siblings of leaf `index` from the leaf upwards, as `RiskOracle.applyProof` takes them.
 *
 * @throws PlimsollError `REPORT_NO_SUCH_LEAF` outside the tree.
 */
export function proofOf(tree: PositionTree, index: number): readonly Hex[] {
  const [leaves] = tree.levels;
  if (leaves?.[index] === undefined) throw noSuchLeaf(index, leaves?.length ?? 0);
  const siblings = tree.levels.map((level, depth) => {
    const at = Math.floor(index / 2 ** depth);
    return level[at % 2 === 0 ? at + 1 : at - 1];
  });
  return siblings.filter((sibling) => sibling !== undefined);
}

/** Root that a leaf and its proof lead to. */
export function rootFromProof(leaf: Hex, proof: readonly Hex[]): Hex {
  return proof.reduce(hashPair, leaf);
}

function leafOf(epoch: bigint, packed: Hex): Hex {
  const words = [LEAF_TYPEHASH, padded(epoch.toString(16)), padded(packed.slice(PREFIX))];
  return keccak256(keccak256(concatHex(words)));
}

function parentsOf(level: readonly Hex[]): readonly Hex[] {
  return Array.from({ length: Math.ceil(level.length / 2) }, (_, index) => {
    const [left, right] = [level[2 * index], level[2 * index + 1]];
    if (left === undefined) throw emptyTree();
    return right === undefined ? left : hashPair(left, right);
  });
}

/** Hex strings of equal length and case compare like the numbers they stand for. */
function hashPair(left: Hex, right: Hex): Hex {
  return keccak256(left < right ? concatHex([left, right]) : concatHex([right, left]));
}

function padded(digits: string): Hex {
  return `0x${digits.padStart(EPOCH_BYTES * HEX_PER_BYTE, "0")}`;
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

function emptyTree(): PlimsollError<"REPORT_EMPTY_TREE"> {
  return new PlimsollError({
    code: "REPORT_EMPTY_TREE",
    problem: "A tree over no positions has no root.",
    remedy: "Leave `positionsRoot` zero in a report without positions.",
  });
}

function noSuchLeaf(index: number, leaves: number): PlimsollError<"REPORT_NO_SUCH_LEAF"> {
  return new PlimsollError({
    code: "REPORT_NO_SUCH_LEAF",
    problem: `There is no leaf ${index} in a tree of ${leaves} leaves.`,
    remedy: "Use the entry's index in the list that the tree was built from.",
    context: { index, leaves },
  });
}
