/**
 * Execution gas of reading what a vault enforces, ρ and π of a position that has arrived; the price of reaching the oracle is
 * apart. And a transaction that asks the sample consumer for a requirement.
 */
import hre from "hardhat";
import { type Address, encodeDeployData, type Hex, http, isHex } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import type { BenchGround } from "../bench-ground.ts";
import { readExecutionGas } from "./execution-gas.ts";
import { applyReport } from "./reports.ts";
import { gasOf } from "./vault-ground.ts";

/** Rows of this part. */
export interface ReadGas {
  readonly read: { readonly cold: number; readonly warm: number };
  readonly consumerRead: number;
}

const SETTLED_AFTER_SEC = 3_000;
const CONSUMER_MAX_AGE_SEC = 3_600n;
const E8 = 100_000_000n;

/** Measures `maintenanceParams` of position 1, after a report that came when its ramp had ended. */
export async function measureRead(ground: BenchGround): Promise<ReadGas> {
  const probe = await deployed(ground, "ReadProbe", []);
  await ground.client.increaseTime({ seconds: SETTLED_AFTER_SEC });
  await ground.client.mine({ blocks: 1 });
  await applyReport(ground, { ids: [1n], ...(await pairInForce(ground)) });
  const transport = http(ground.rpcUrl)({});
  const read = await readExecutionGas({
    oracle: { address: ground.oracleContracts.oracle },
    owner: ground.oracleContracts.vault,
    probe,
    request: async (method, params) => await transport.request({ method, params }),
  });
  return { read, consumerRead: await measureConsumer(ground) };
}

async function measureConsumer(ground: BenchGround): Promise<number> {
  const address = await deployed(ground, "RatioConsumer", [ground.oracleContracts.oracle, CONSUMER_MAX_AGE_SEC]);
  const { abi } = await hre.artifacts.readArtifact("RatioConsumer");
  const args = [ground.oracleContracts.vault, 1n, E8];
  const account = ground.actors.deployer;
  return await gasOf(ground, { address, abi, functionName: "maintenanceBufferUp", args, account });
}

async function pairInForce({ client, oracleContracts }: BenchGround) {
  const oracle = { address: oracleContracts.oracle, abi: riskOracleAbi } as const;
  const params = await client.readContract({ ...oracle, functionName: "getParams", args: [oracleContracts.vault, 1n] });
  return { rhoBps: params.rhoTargetBps, piBps: params.piBps };
}

async function deployed(ground: BenchGround, name: string, args: readonly unknown[]): Promise<Address> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(name);
  const data = encodeDeployData({ abi, bytecode: asHex(bytecode), args: [...args] });
  const hash = await ground.client.sendTransaction({ data, account: ground.actors.deployer });
  const { contractAddress } = await ground.client.waitForTransactionReceipt({ hash });
  if (contractAddress === null || contractAddress === undefined) throw new RangeError(`${name} was not deployed.`);
  return contractAddress;
}

function asHex(value: string): Hex {
  if (!isHex(value)) throw new RangeError("The bytecode is no hex.");
  return value;
}
