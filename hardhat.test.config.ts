import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import { handlerTablePlugin } from "./scripts/solidity/handler-table.ts";

// Solidity unit, fuzz and invariant tests compile without the IR pipeline, which takes four times as long from npm's
// compiler; what is deployed (hardhat.config.ts, with IR) is run by the integration tests and benchmarks.
const solcPath = createRequire(import.meta.url).resolve("solc/soljson.js");

export default defineConfig({
  plugins: [handlerTablePlugin],
  solidity: {
    version: "0.8.30",
    path: solcPath,
    settings: { optimizer: { enabled: true, runs: 800 }, viaIR: false, evmVersion: "cancun" },
  },
  paths: {
    sources: "./contracts",
    tests: { solidity: "./test/contracts" },
    artifacts: "./cache/solidity-tests/artifacts",
    cache: "./cache/solidity-tests",
  },
  test: {
    solidity: {
      fsPermissions: { readDirectory: ["./test/vectors"] },
      fuzz: { runs: 256, seed: "0x706c696d736f6c6c" },
      invariant: { runs: 32, depth: 64, failOnRevert: false },
    },
  },
});
