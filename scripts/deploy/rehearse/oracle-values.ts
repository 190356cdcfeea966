/** Every value that an upgrade must keep, read back from a chain: by group, by name. */
import { parseEventLogs, toHex } from "viem";
import { classRatioFeedAbi } from "../../../oracle/chain/abi/class-ratio-feed.ts";
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { positionSourceAbi } from "../../../oracle/chain/abi/position-source.ts";
import { riskHistoryAbi } from "../../../oracle/chain/abi/risk-history.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { classFeedName } from "../class-feeds.ts";
import { registryFacts } from "../propose/plan-upgrade.ts";
import type { Verification } from "../verify/context.ts";
import { verifyDeployment } from "../verify/verify.ts";
import type { DevelopmentChain } from "./development-chain.ts";

/** Groups of values; inside a group any nesting of records. */
export type OracleValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The oracle's own state lies in its first slots; mappings and lists begin there. */
const FIRST_SLOTS = 24;

/** Reads everything at the newest block. `verification` finds all that the deployment's review covers. */
export async function readOracleValues(dev: DevelopmentChain, verification: Verification): Promise<OracleValues> {
  const sources = await readSources(dev);
  return {
    positions: Object.assign(
      {},
      ...(await Promise.all(sources.map(async (source) => await readPositions(dev, source)))),
    ),
    health: await readHealth(dev),
    history: Object.assign({}, ...(await Promise.all(sources.map(async (source) => await readHistory(dev, source))))),
    classes: await readClasses(dev),
    feeds: await readClassFeeds(dev, verification),
    delivery: await readDelivery(dev, verification),
    models: await readModels(dev, verification),
    signers: await readSigners(dev),
    storage: await readSlots(dev),
    review: await readReview(verification),
  };
}

interface Source {
  readonly index: number;
  readonly address: Address;
  readonly ids: readonly bigint[];
}

async function readSources({ chain, at }: DevelopmentChain): Promise<readonly Source[]> {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const count = Number(await chain.reader.readContract({ ...oracle, functionName: "sourceCount" }));
  const read = async (_: unknown, index: number): Promise<Source> => {
    const address = await chain.reader.readContract({ ...oracle, functionName: "sourceAt", args: [index] });
    const source = { address, abi: positionSourceAbi } as const;
    const positions = Number(await chain.reader.readContract({ ...source, functionName: "positionCount" }));
    return { index, address, ids: Array.from({ length: positions }, (_, place) => BigInt(place + 1)) };
  };
  return await Promise.all(Array.from({ length: count }, read));
}

async function readPositions({ chain, at }: DevelopmentChain, { index, address, ids }: Source) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const { reader } = chain;
  const words = await reader.readContract({ ...oracle, functionName: "positionWords", args: [index, ids] });
  const entries = ids.map(async (id, place) => {
    const args = [address, id] as const;
    const value = {
      word: toHex(words[place] ?? 0n),
      params: await reader.readContract({ ...oracle, functionName: "tryGetParams", args }),
      maintenance: await answered(reader.readContract({ ...oracle, functionName: "maintenanceOf", args })),
      settled: await answered(reader.readContract({ ...oracle, functionName: "maintenanceParams", args })),
    };
    return [`source ${index} position ${id}`, value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What the words mean for the vault's positions. */
async function readHealth({ chain, at }: DevelopmentChain) {
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const { reader } = chain;
  const count = Number(await reader.readContract({ ...vault, functionName: "positionCount" }));
  const entries = Array.from({ length: count }, async (_, place) => {
    const args = [BigInt(place + 1)] as const;
    const value = {
      view: await reader.readContract({ ...vault, functionName: "describePosition", args }),
      healthWad: await answered(reader.readContract({ ...vault, functionName: "healthOf", args })),
      liquidationPriceE8: await answered(reader.readContract({ ...vault, functionName: "liquidationPriceE8", args })),
    };
    return [`position ${place + 1}`, value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readHistory({ chain, at }: DevelopmentChain, { index, address, ids }: Source) {
  const history = { address: at("riskHistory"), abi: riskHistoryAbi } as const;
  const { reader } = chain;
  const entries = ids.map(async (id) => {
    const args = [address, id] as const;
    const count = await reader.readContract({ ...history, functionName: "checkpointCount", args });
    const read = async (_: unknown, place: number) =>
      [
        place,
        await reader.readContract({ ...history, functionName: "checkpointAt", args: [...args, BigInt(place)] }),
      ] as const;
    const checkpoints = Object.fromEntries(await Promise.all(Array.from({ length: Number(count) }, read)));
    return [`source ${index} position ${id}`, { count, ...checkpoints }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readClasses({ chain, at }: DevelopmentChain) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const { reader } = chain;
  const ids = await reader.readContract({ ...oracle, functionName: "classIds" });
  const entries = ids.map(async (id) => {
    const args = [id] as const;
    const value = {
      bounds: await reader.readContract({ ...oracle, functionName: "riskClass", args }),
      words: await reader.readContract({ ...oracle, functionName: "classBounds", args }),
      quantile: toHex(await reader.readContract({ ...oracle, functionName: "classWord", args })),
      opening: await reader.readContract({ ...oracle, functionName: "openingParams", args }),
    };
    return [`class ${id}`, value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readClassFeeds({ chain, at }: DevelopmentChain, { config }: Verification) {
  const entries = config.classFeeds.map(async (configured) => {
    const name = classFeedName(configured);
    const feed = { address: at(name), abi: classRatioFeedAbi, functionName: "latestRoundData" } as const;
    return [name, await chain.reader.readContract(feed)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readDelivery({ chain, at }: DevelopmentChain, { record }: Verification) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const { reader } = chain;
  const logs = await reader.getLogs({ address: oracle.address, fromBlock: BigInt(record.firstBlock) });
  const held = parseEventLogs({ abi: riskOracleAbi, logs, eventName: "ReportHeld" });
  const heldUntil = held.map(async ({ args: { digest } }) => {
    const until = await reader.readContract({ ...oracle, functionName: "heldUntil", args: [digest] });
    return [`held ${digest}`, until] as const;
  });
  return {
    breaker: await reader.readContract({ ...oracle, functionName: "status" }),
    limits: await reader.readContract({ ...oracle, functionName: "deliveryLimits" }),
    lastEpoch: await reader.readContract({ ...oracle, functionName: "lastEpoch" }),
    boundsVersion: await reader.readContract({ ...oracle, functionName: "boundsVersion" }),
    boundsChangedAt: await reader.readContract({ ...oracle, functionName: "boundsChangedAt" }),
    modelsVersion: await reader.readContract({ ...oracle, functionName: "modelsVersion" }),
    ...Object.fromEntries(await Promise.all(heldUntil)),
  };
}

async function readModels({ chain, at }: DevelopmentChain, { record }: Verification) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const { reader } = chain;
  const logs = await reader.getLogs({ address: oracle.address, fromBlock: BigInt(record.firstBlock) });
  const seen = parseEventLogs({ abi: riskOracleAbi, logs, eventName: "ModelAllowed" });
  const allowed = seen.map(async ({ args: { bundleHash } }) => {
    const call = { ...oracle, functionName: "isModelAllowed", args: [bundleHash] } as const;
    return [bundleHash, await reader.readContract(call)] as const;
  });
  return Object.fromEntries(await Promise.all(allowed));
}

/** Of the verifier in force: the address may change, who signs may not. */
async function readSigners({ chain, at }: DevelopmentChain) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const verifier = await chain.reader.readContract({ ...oracle, functionName: "verifier" });
  return await registryFacts(chain, verifier);
}

/** Roots have no view: they lie in the first slots, as does every counter. The two addresses that change are named. */
async function readSlots({ chain, at }: DevelopmentChain) {
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const { reader } = chain;
  const engine = await reader.readContract({ ...oracle, functionName: "ruleEngine" });
  const verifier = await reader.readContract({ ...oracle, functionName: "verifier" });
  const entries = Array.from({ length: FIRST_SLOTS }, async (_, slot) => {
    const word = (await reader.getStorageAt({ address: oracle.address, slot: toHex(slot) })) ?? "0x";
    const named = word
      .replace(engine.slice(2).toLowerCase(), " engine")
      .replace(verifier.slice(2).toLowerCase(), " verifier");
    return [`slot ${slot}`, named] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What `npm run verify` would list, but for the two addresses that an upgrade changes. */
async function readReview(verification: Verification) {
  const changes = new Set(["riskOracle.verifier", "riskOracle.ruleEngine"]);
  const differences = await verifyDeployment(verification);
  const kept = differences.filter(({ subject }) => !changes.has(subject));
  return Object.fromEntries(kept.map(({ subject, expected, actual }) => [subject, `${expected}, found ${actual}`]));
}

/** A refusal is a value too: a stale price before the upgrade is the same stale price after it. */
async function answered(read: Promise<unknown>): Promise<unknown> {
  return await read.catch((error: unknown) => {
    const refusal = revertOf(error)?.code;
    if (refusal === undefined) throw error;
    return `refused: ${refusal}`;
  });
}
