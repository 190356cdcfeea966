/** The check of code sees a stack that is too deep, which a check of types does not. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { codeFaults } from "../../../scripts/solidity/code-faults.ts";
import { compileSolidity } from "../../../scripts/solidity/compile.ts";

const FILE = "contracts/Deep.sol";
const LOCALS = 18;
const root = process.cwd();

function sources(locals: number) {
  const names = Array.from({ length: locals }, (_, place) => `v${place}`);
  const source = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;
contract Deep {
    function sum(uint256 x) external pure returns (uint256) {
        ${names.map((name, place) => `uint256 ${name} = x + ${place};`).join(" ")}
        return ${names.join(" + ")};
    }
}`;
  return { root, entries: [FILE], replaced: new Map([[FILE, source]]) };
}

describe("codeFaults", () => {
  it("error: a function with too many locals, which types and layouts do not notice", () => {
    const deep = sources(LOCALS);
    assert.deepEqual(compileSolidity({ ...deep, outputs: ["storageLayout"] }).errors, []);
    assert.match(codeFaults(deep)[0]?.message ?? "", /stack too deep/i);
  });

  it("default: nothing is wrong with a shallow one", () => {
    assert.deepEqual(codeFaults(sources(2)), []);
  });
});
