/**
 * Merkle trees over leaves that were hashed twice. A leaf hashes 32 bytes, a node its two children in ascending order (64
 * bytes), so that neither can stand for the other; a last node without a sibling moves up unchanged.
 */
import { concatHex, type Hex, keccak256 } from "viem";
import { PlimsollError } from "../domain/errors.ts";

/** A tree: level 0 holds the leaves in their order, the last level the root alone. */
export interface MerkleTree {
  readonly root: Hex;
  readonly levels: readonly (readonly Hex[])[];
}

/**
 * Builds the tree over leaves in their order.
 *
 * @throws PlimsollError `REPORT_EMPTY_TREE` without leaves.
 */
export function buildMerkleTree(leaves: readonly Hex[]): MerkleTree {
  let level = leaves;
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
export function proofOf(tree: MerkleTree, index: number): readonly Hex[] {
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

function emptyTree(): PlimsollError<"REPORT_EMPTY_TREE"> {
  return new PlimsollError({
    code: "REPORT_EMPTY_TREE",
    problem: "A tree over no positions has no root.",
    remedy: "Leave the root zero where there are no positions.",
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
