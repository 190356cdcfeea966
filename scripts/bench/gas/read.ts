/** Execution gas of reading a position's parameters. */
import hre from "hardhat";
import { decodeFunctionResult, encodeFunctionData, isAddress } from "viem";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import type { BenchGround } from "../bench-ground.ts";

/** Rows of this part. */
export interface ReadGas {
  readonly read: { readonly cold: number; readonly warm: number };
}

/** Measures `getParams` of a scored position; the price of reaching the oracle is not counted. */
export async function measureRead(ground: BenchGround): Promise<ReadGas> {
  const { abi, bytecode } = await hre.artifacts.readArtifact("GasProbe");
  const hash = await ground.client.deployContract({ abi, bytecode, account: ground.actors.deployer });
  const { contractAddress } = await ground.client.waitForTransactionReceipt({ hash });
  if (contractAddress === null || contractAddress === undefined || !isAddress(contractAddress)) {
    throw new RangeError("The probe was not deployed.");
  }
  const call = encodeFunctionData({
    abi: riskOracleAbi,
    functionName: "getParams",
    args: [ground.oracleContracts.vault, 1n],
  });
  const args = [ground.oracleContracts.oracle, call] as const;
  const { data = "0x" } = await ground.client.call({
    to: contractAddress,
    data: encodeFunctionData({ abi, functionName: "measure", args }),
  });
  const [cold, warm] = decodeFunctionResult({ abi, functionName: "measure", data });
  return { read: { cold: Number(cold), warm: Number(warm) } };
}
