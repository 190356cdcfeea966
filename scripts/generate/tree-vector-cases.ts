/** Trees over 1…33 positions for the Solidity replay: their entries follow from the index, their roots are committed. */
import type { MerkleTree } from "../../oracle/chain/merkle-tree.ts";
import { buildPositionTree } from "../../oracle/chain/position-tree.ts";
import type { RiskEntry } from "../../oracle/domain/report.ts";

/** Sizes of the committed trees: every shape up to six levels. */
export const TREE_SIZES: readonly number[] = Array.from({ length: 33 }, (_, index) => index + 1);
/** Epoch of tree `size` is `TREE_EPOCH + size`. */
export const TREE_EPOCH = 7_000_000n;

const ROOTS_PER_LINE = 1;

/** Entry `index` of every tree; `TreeVectors.t.sol` computes the same. */
export function treeEntry(index: number): RiskEntry {
  return {
    sourceIndex: Math.floor(index / 10),
    positionId: 3n * BigInt(index) + 1n,
    epoch: index + 1,
    rhoBps: 300 + 7 * index,
    piBps: 50 + index,
    score: 10 * index,
  };
}

/** The tree of `size` entries. */
export function treeOf(size: number): MerkleTree {
  const entries = Array.from({ length: size }, (_, index) => treeEntry(index));
  return buildPositionTree(TREE_EPOCH + BigInt(size), entries);
}

/** Source of the Solidity file with all roots. */
export function renderTreeVectors(): string {
  const roots = TREE_SIZES.map((size) => treeOf(size).root.slice(2));
  const lines: string[] = [];
  for (let at = 0; at < roots.length; at += ROOTS_PER_LINE) {
    lines.push(`        hex"${roots.slice(at, at + ROOTS_PER_LINE).join("")}"`);
  }
  return [
    "// SPDX-License-Identifier: MIT",
    "pragma solidity 0.8.30;",
    "",
    "/// @title Roots of `scripts/generate/tree-vectors.ts`; generated, do not edit",
    "library TreeVectors {",
    `    uint256 internal constant COUNT = ${TREE_SIZES.length};`,
    `    uint64 internal constant EPOCH = ${TREE_EPOCH};`,
    "",
    "    /// @dev 32 bytes per tree, ascending by size.",
    "    bytes internal constant ROOTS =",
    `${lines.join("\n")};`,
    "}",
    "",
  ].join("\n");
}
