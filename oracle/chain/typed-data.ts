/** EIP-712 digests: the report that the chain verifies and the observation that operators sign for each other. */
import { hashTypedData } from "viem";
import type { Observation, RiskReport } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";

/** Where a report is valid. */
export interface ReportDomain {
  readonly chainId: number;
  /** Address of the RiskOracle. */
  readonly oracle: Address;
}

/** Hashes of an observation's packed payload. */
export interface PayloadHashes {
  readonly entriesHash: Hex;
  readonly classQuantilesHash: Hex;
}

/** EIP-712 type of a report; order as in `contracts/types/RiskTypes.sol`. */
export const RISK_REPORT_TYPES = {
  RiskReport: [
    { name: "epoch", type: "uint64" },
    { name: "signerSetVersion", type: "uint32" },
    { name: "observedAt", type: "uint40" },
    { name: "validUntil", type: "uint40" },
    { name: "chunkIndex", type: "uint16" },
    { name: "chunkCount", type: "uint16" },
    { name: "entriesHash", type: "bytes32" },
    { name: "classQuantilesHash", type: "bytes32" },
    { name: "positionsRoot", type: "bytes32" },
    { name: "bundleHash", type: "bytes32" },
    { name: "evidenceHash", type: "bytes32" },
    { name: "dispersionBps", type: "uint16" },
  ],
} as const;

const RISK_OBSERVATION_TYPES = {
  RiskObservation: [
    { name: "configDigest", type: "bytes32" },
    { name: "epoch", type: "uint64" },
    { name: "operator", type: "address" },
    { name: "blockNumber", type: "uint64" },
    { name: "blockHash", type: "bytes32" },
    { name: "observedAt", type: "uint40" },
    { name: "bundleHash", type: "bytes32" },
    { name: "featureSchemaHash", type: "bytes32" },
    { name: "inputsRoot", type: "bytes32" },
    { name: "fallbackBits", type: "uint32" },
    { name: "oldestInputAgeSec", type: "uint32" },
    { name: "entriesHash", type: "bytes32" },
    { name: "classQuantilesHash", type: "bytes32" },
  ],
} as const;

/** EIP-712 digest of a report, equal to `RiskOracle.reportDigest`. */
export function reportDigest(report: RiskReport, domain: ReportDomain): Hex {
  return hashTypedData({
    domain: {
      name: "Plimsoll RiskOracle",
      version: "1",
      chainId: domain.chainId,
      verifyingContract: domain.oracle,
    },
    types: RISK_REPORT_TYPES,
    primaryType: "RiskReport",
    message: report,
  });
}

/**
 * EIP-712 digest of an observation. The configuration digest is both the domain's salt and a field: it binds the
 * message to chain, contracts, signer set, bounds and models, and no chain can mistake it for a report.
 */
export function observationDigest(observation: Observation, payload: PayloadHashes): Hex {
  const { slot, anchor } = observation;
  return hashTypedData({
    domain: { name: "Plimsoll operators", version: "1", salt: slot.configDigest },
    types: RISK_OBSERVATION_TYPES,
    primaryType: "RiskObservation",
    message: {
      configDigest: slot.configDigest,
      epoch: slot.epoch,
      operator: observation.operator,
      blockNumber: anchor.blockNumber,
      blockHash: anchor.blockHash,
      observedAt: anchor.timestampSec,
      bundleHash: observation.bundleHash,
      featureSchemaHash: observation.featureSchemaHash,
      inputsRoot: observation.inputsRoot,
      fallbackBits: observation.fallbackBits,
      oldestInputAgeSec: observation.oldestInputAgeSec,
      ...payload,
    },
  });
}
