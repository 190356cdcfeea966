/** Compilation in parts, as the coverage run does it: the parts together are what one piece would be. */
import assert from "node:assert/strict";
import type { CompilerInput, CompilerOutput } from "hardhat/types/solidity";
import { describe, it } from "mocha";
import solc from "solc";
import { inputOfShare, joinOutputs, shareFiles } from "../../../scripts/coverage/compile-in-parts.ts";

const SOURCES = {
  "A.sol": "pragma solidity 0.8.30; contract A { uint256 public value = 1; }",
  "B.sol": 'pragma solidity 0.8.30; import "./A.sol"; contract B { A public made = new A(); }',
  "C.sol":
    "pragma solidity 0.8.30; contract C { function twice(uint256 x) external pure returns (uint256) { return 2 * x; } }",
};

function inputOf(sources: Readonly<Record<string, string>>): CompilerInput {
  return {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }])),
    settings: {
      optimizer: { enabled: true, runs: 1 },
      outputSelection: { "*": { "": ["ast"], "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.sourceMap"] } },
    },
  };
}

function compile(input: CompilerInput): CompilerOutput {
  const output: CompilerOutput = JSON.parse(solc.compile(JSON.stringify(input)));
  return output;
}

function inParts(input: CompilerInput, parts: number): CompilerOutput {
  return joinOutputs(shareFiles(Object.keys(input.sources), parts).map((share) => compile(inputOfShare(input, share))));
}

describe("compileInParts", () => {
  it("error: what does not compile is said once, however many parts meet it", () => {
    const { errors } = inParts(
      inputOf({ ...SOURCES, "D.sol": "pragma solidity 0.8.30; contract D { uint8 x = 300; }" }),
      2,
    );
    assert.equal(errors?.filter(({ severity }) => severity === "error").length, 1);
  });
  it("error: more parts than files leave no part empty", () => {
    assert.deepEqual(shareFiles(["A.sol", "B.sol"], 4), [["A.sol"], ["B.sol"]]);
    assert.deepEqual(shareFiles([], 4), []);
  });
  it("default: contracts and syntax trees are those of one piece", () => {
    const input = inputOf(SOURCES);
    const [whole, parts] = [compile(input), inParts(input, 2)];
    assert.deepEqual(parts.contracts, whole.contracts);
    assert.deepEqual(parts.sources, whole.sources);
  });
});
