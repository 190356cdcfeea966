import { defineConfig } from "hardhat/config";
import testConfig from "./hardhat.test.config.ts";
import { compileInParts } from "./scripts/coverage/compile-in-parts.ts";

// `npm run coverage`: what only tests deploy does not count; fewer fuzz runs reach the same lines.
export default defineConfig({
  ...testConfig,
  plugins: [...(testConfig.plugins ?? []), compileInParts],
  paths: {
    sources: "./contracts",
    tests: { solidity: "./test/contracts" },
    artifacts: "./cache/solidity-coverage/artifacts",
    cache: "./cache/solidity-coverage",
  },
  coverage: { skipFiles: ["contracts/local/**", "test/**"] },
  test: {
    solidity: {
      fsPermissions: { readDirectory: ["./test/vectors"] },
      fuzz: { runs: 64, seed: "0x706c696d736f6c6c" },
      invariant: { runs: 8, depth: 64, failOnRevert: false },
    },
  },
});
