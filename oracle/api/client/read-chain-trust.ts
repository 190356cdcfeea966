/** Reads from the chain what proofs are checked against. */
import type { PublicClient } from "viem";
import { riskOracleAbi } from "../../chain/abi/risk-oracle.ts";
import { signerRegistryAbi } from "../../chain/abi/signer-registry.ts";
import type { Address } from "../../domain/units.ts";
import type { ChainTrust } from "./check-proof.ts";

/** Reads what a proof is checked against from the chain, at the proof's own block where the RPC keeps history. */
export async function readChainTrust(
  reader: Pick<PublicClient, "readContract" | "getChainId">,
  oracle: Address,
  blockNumber?: bigint,
): Promise<ChainTrust> {
  const at = blockNumber === undefined ? {} : { blockNumber };
  const verifier = await reader.readContract({ address: oracle, abi: riskOracleAbi, functionName: "verifier", ...at });
  const registry = { address: verifier, abi: signerRegistryAbi } as const;
  const [version, signers, threshold] = await reader.readContract({ ...registry, functionName: "currentSet", ...at });
  return { chainId: await reader.getChainId(), oracle, signerSetVersion: version, signers, threshold };
}
