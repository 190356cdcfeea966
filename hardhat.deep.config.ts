import { defineConfig } from "hardhat/config";
import testConfig from "./hardhat.test.config.ts";

// `npm run test:deep`: the same tests with twenty times the runs.
export default defineConfig({
  ...testConfig,
  test: {
    solidity: {
      fsPermissions: { readDirectory: ["./test/vectors"] },
      fuzz: { runs: 5_120, seed: "0x706c696d736f6c6c" },
      invariant: { runs: 640, depth: 64, failOnRevert: false },
    },
  },
});
