/** Reads the risk oracle and its registries at one exact block: words, classes, signer set, configuration. */
import type { Block } from "viem";
import { BREAKER_MODES, BREAKER_REASONS, type BreakerStatus } from "../domain/breaker.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { Anchor } from "../domain/report.ts";
import type { RiskClass } from "../domain/risk-class.ts";
import type { Address, Hex } from "../domain/units.ts";
import { riskOracleAbi } from "./abi/risk-oracle.ts";
import { signerRegistryAbi } from "./abi/signer-registry.ts";
import type { ChainClient } from "./client.ts";

/** Addresses of the contracts that every operator reads. */
export interface OracleAddresses {
  readonly oracle: Address;
  readonly signerRegistry: Address;
}

/** The current signer set; a signer's place is its bit in the bitmap. */
export interface SignerSet {
  readonly version: number;
  readonly signers: readonly Address[];
  readonly threshold: number;
}

/** Reads of one block; they reject with viem's error when the block has left the canonical chain. */
export interface OracleReader {
  /** The block at `blockNumber`, or the newest, as an anchor. */
  anchor(blockNumber?: bigint): Promise<Anchor>;
  configDigest(at: Anchor): Promise<Hex>;
  lastEpoch(at: Anchor): Promise<bigint>;
  /** The breaker; rejects with `BREAKER_UNKNOWN` for a mode or a reason of a newer contract. */
  breaker(at: Anchor): Promise<BreakerStatus>;
  signerSet(at: Anchor): Promise<SignerSet>;
  /** Registered position sources in the order of their indexes. */
  sources(at: Anchor): Promise<readonly Address[]>;
  isBundleAllowed(bundleHash: Hex, at: Anchor): Promise<boolean>;
  /** Raw words of positions of one source in the order of `positionIds`; 0 for an unknown position. */
  positionWords(sourceIndex: number, positionIds: readonly bigint[], at: Anchor): Promise<readonly bigint[]>;
  /** Raw class words in the order of `classIds`; 0 before the first quantile. */
  classWords(classIds: readonly number[], at: Anchor): Promise<readonly bigint[]>;
  /** Bounds of every class ever set, by class id. */
  riskClasses(at: Anchor): Promise<ReadonlyMap<number, RiskClass>>;
}

/** Words read in one call: about 1.2 million gas, far below what any RPC grants an `eth_call`, and a 16 kB answer. */
const WORDS_PER_CALL = 500;

/** Creates a reader over the contracts at `addresses`. Every call names the anchor by hash (EIP-1898). */
export function createOracleReader(chain: ChainClient, addresses: OracleAddresses): OracleReader {
  const { reader } = chain;
  const oracle = { address: addresses.oracle, abi: riskOracleAbi } as const;
  const registry = { address: addresses.signerRegistry, abi: signerRegistryAbi } as const;
  const pin = (at: Anchor) => ({ blockHash: at.blockHash, requireCanonical: true });

  return {
    anchor: async (blockNumber) =>
      toAnchor(await reader.getBlock(blockNumber === undefined ? { blockTag: "latest" } : { blockNumber })),
    configDigest: async (at) => await reader.readContract({ ...oracle, functionName: "configDigest", ...pin(at) }),
    lastEpoch: async (at) => await reader.readContract({ ...oracle, functionName: "lastEpoch", ...pin(at) }),
    breaker: async (at) => toBreaker(await reader.readContract({ ...oracle, functionName: "status", ...pin(at) })),
    signerSet: async (at) => {
      const call = { ...registry, functionName: "currentSet", ...pin(at) } as const;
      const [version, signers, threshold] = await reader.readContract(call);
      return { version, signers, threshold };
    },
    sources: async (at) => {
      const count = await reader.readContract({ ...oracle, functionName: "sourceCount", ...pin(at) });
      const read = (_: unknown, index: number) =>
        reader.readContract({ ...oracle, functionName: "sourceAt", args: [index], ...pin(at) });
      return await Promise.all(Array.from({ length: Number(count) }, read));
    },
    isBundleAllowed: async (bundleHash, at) =>
      await reader.readContract({ ...oracle, functionName: "isModelAllowed", args: [bundleHash], ...pin(at) }),
    positionWords: async (sourceIndex, positionIds, at) => {
      const read = (ids: readonly bigint[]) =>
        reader.readContract({ ...oracle, functionName: "positionWords", args: [sourceIndex, ids], ...pin(at) });
      return (await Promise.all(chunks(positionIds).map(read))).flat();
    },
    classWords: async (classIds, at) => {
      const read = (ids: readonly number[]) =>
        reader.readContract({ ...oracle, functionName: "classWords", args: [ids], ...pin(at) });
      return (await Promise.all(chunks(classIds).map(read))).flat();
    },
    riskClasses: async (at) => {
      const ids = await reader.readContract({ ...oracle, functionName: "classIds", ...pin(at) });
      const read = async (id: number): Promise<readonly [number, RiskClass]> => [
        id,
        await reader.readContract({ ...oracle, functionName: "riskClass", args: [id], ...pin(at) }),
      ];
      return new Map(await Promise.all(ids.map(read)));
    },
  };
}

function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / WORDS_PER_CALL) }, (_, index) =>
    items.slice(index * WORDS_PER_CALL, (index + 1) * WORDS_PER_CALL),
  );
}

/** The breaker from the contract's answer; `BREAKER_UNKNOWN` for a number that this version does not know. */
export function toBreaker(status: {
  readonly mode: number;
  readonly reason: number;
  readonly since: number;
}): BreakerStatus {
  const [mode, reason] = [BREAKER_MODES[status.mode], BREAKER_REASONS[status.reason]];
  if (mode !== undefined && reason !== undefined) return { mode, reason, sinceSec: status.since };
  throw new PlimsollError({
    code: "BREAKER_UNKNOWN",
    problem: `The breaker stands at mode ${status.mode} for reason ${status.reason}, which this version does not know.`,
    remedy: "Run the node version that belongs to the deployed oracle.",
    context: { mode: status.mode, reason: status.reason },
  });
}

function toAnchor(block: Pick<Block<bigint, boolean>, "number" | "hash" | "timestamp">): Anchor {
  if (block.number === null || block.hash === null) {
    throw new PlimsollError({
      code: "RPC_ANSWER_INVALID",
      problem: "The RPC returned a pending block where a mined one was asked for.",
      remedy: "Use an RPC that serves mined blocks with number and hash.",
    });
  }
  return { blockNumber: block.number, blockHash: block.hash, timestampSec: Number(block.timestamp) };
}
