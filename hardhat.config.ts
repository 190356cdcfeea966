import { createRequire } from "node:module";
import hardhatIgnitionViem from "@nomicfoundation/hardhat-ignition-viem";
import hardhatViem from "@nomicfoundation/hardhat-viem";
import { defineConfig } from "hardhat/config";

// The compiler comes from npm: nothing is downloaded at build time.
const solcPath = createRequire(import.meta.url).resolve("solc/soljson.js");

export default defineConfig({
  plugins: [hardhatViem, hardhatIgnitionViem],
  solidity: {
    version: "0.8.30",
    path: solcPath,
    settings: { optimizer: { enabled: true, runs: 800 }, viaIR: true, evmVersion: "cancun" },
  },
  networks: {
    local: { type: "edr-simulated", chainType: "l1", chainId: 31337, allowUnlimitedContractSize: false },
  },
  paths: { sources: "./contracts", ignition: "./scripts/deploy" },
});
