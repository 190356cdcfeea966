/** Execution gas of reading what a vault enforces, ρ and π of a settled position; the price of reaching the oracle is apart. */
import hre from "hardhat";
import { http, isAddress } from "viem";
import type { BenchGround } from "../bench-ground.ts";
import { readExecutionGas } from "./execution-gas.ts";

/** Rows of this part. */
export interface ReadGas {
  readonly read: { readonly cold: number; readonly warm: number };
}

const SETTLED_AFTER_SEC = 3_000;

/** Measures `maintenanceParams` of position 1, after its ramp has ended. */
export async function measureRead(ground: BenchGround): Promise<ReadGas> {
  const { abi, bytecode } = await hre.artifacts.readArtifact("ReadProbe");
  const hash = await ground.client.deployContract({ abi, bytecode, account: ground.actors.deployer });
  const { contractAddress } = await ground.client.waitForTransactionReceipt({ hash });
  if (contractAddress === null || contractAddress === undefined || !isAddress(contractAddress)) {
    throw new RangeError("The probe was not deployed.");
  }
  await ground.client.increaseTime({ seconds: SETTLED_AFTER_SEC });
  await ground.client.mine({ blocks: 1 });
  const transport = http(ground.rpcUrl)({});
  const read = await readExecutionGas(
    {
      oracle: { address: ground.oracleContracts.oracle },
      owner: ground.oracleContracts.vault,
      probe: contractAddress,
      request: async (method, params) => await transport.request({ method, params }),
    },
    "maintenance",
  );
  return { read };
}
