import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "mocha";
import { concatHex, type Hex, keccak256 } from "viem";
import { proofOf, rootFromProof } from "../../../oracle/chain/merkle-tree.ts";
import { buildPositionTree, positionLeaf } from "../../../oracle/chain/position-tree.ts";
import { hasCode } from "../../../oracle/domain/errors.ts";
import {
  renderTreeVectors,
  TREE_EPOCH,
  TREE_SIZES,
  treeEntry,
  treeOf,
} from "../../../scripts/generate/tree-vector-cases.ts";

const VECTORS = new URL("../../vectors/positions/TreeVectors.sol", import.meta.url);

describe("buildPositionTree", () => {
  it("error: REPORT_EMPTY_TREE", () => {
    assert.throws(
      () => buildPositionTree(1n, []),
      (error: unknown) => hasCode(error, "REPORT_EMPTY_TREE"),
    );
  });

  it("error: REPORT_NOT_ASCENDING", () => {
    assert.throws(
      () => buildPositionTree(1n, [treeEntry(1), treeEntry(0)]),
      (error: unknown) => hasCode(error, "REPORT_NOT_ASCENDING"),
    );
  });

  it("default: the committed vectors, which Solidity replays", () => {
    assert.equal(readFileSync(VECTORS, "utf8"), renderTreeVectors());
  });

  it("behavior: one position is its own root", () => {
    assert.equal(treeOf(1).root, positionLeaf(TREE_EPOCH + 1n, treeEntry(0)));
    assert.deepEqual(proofOf(treeOf(1), 0), []);
  });

  it("behavior: a duplicated last leaf is another tree", () => {
    const [leaves] = treeOf(3).levels;
    assert.ok(leaves !== undefined);
    const [first, second, third] = leaves;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const pair = (left: Hex, right: Hex): Hex => keccak256(concatHex([left, right].sort()));
    assert.equal(treeOf(3).root, pair(pair(first, second), third));
    assert.notEqual(treeOf(3).root, pair(pair(first, second), pair(third, third)));
  });
});

describe("proofOf", () => {
  it("error: REPORT_NO_SUCH_LEAF", () => {
    for (const index of [-1, 5, 0.5]) {
      assert.throws(
        () => proofOf(treeOf(5), index),
        (error: unknown) => hasCode(error, "REPORT_NO_SUCH_LEAF"),
      );
    }
  });

  it("default: every leaf of every size leads to the root", () => {
    for (const size of TREE_SIZES) {
      const tree = treeOf(size);
      for (let index = 0; index < size; index += 1) {
        const leaf = positionLeaf(TREE_EPOCH + BigInt(size), treeEntry(index));
        assert.equal(rootFromProof(leaf, proofOf(tree, index)), tree.root, `${index} of ${size}`);
      }
    }
  });

  it("behavior: another epoch, entry or proof leads elsewhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 33 }), fc.nat(), fc.nat(), (size, at, other) => {
        const [index, wrong] = [at % size, other % size];
        const tree = treeOf(size);
        const epoch = TREE_EPOCH + BigInt(size);
        const proof = proofOf(tree, index);
        assert.notEqual(rootFromProof(positionLeaf(epoch + 1n, treeEntry(index)), proof), tree.root);
        const changed = { ...treeEntry(index), rhoBps: treeEntry(index).rhoBps + 1 };
        assert.notEqual(rootFromProof(positionLeaf(epoch, changed), proof), tree.root);
        assert.notEqual(rootFromProof(positionLeaf(epoch, treeEntry(index)), proof.slice(1)), tree.root);
        if (wrong === index) return;
        assert.notEqual(rootFromProof(positionLeaf(epoch, treeEntry(wrong)), proof), tree.root);
      }),
    );
  });
});
