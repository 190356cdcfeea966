/** Who checks an oracle's signatures: the signer registry that it names itself. */
import type { Address } from "../domain/units.ts";
import { riskOracleAbi } from "./abi/risk-oracle.ts";
import type { ChainClient } from "./client.ts";

/** Address of the oracle's verifier, the signer registry, now. */
export async function verifierOf({ reader }: Pick<ChainClient, "reader">, oracle: Address): Promise<Address> {
  return await reader.readContract({ address: oracle, abi: riskOracleAbi, functionName: "verifier" });
}
