/** Brings the contracts onto a local chain, or finds them there again after a restart. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { Address, Hex } from "../../domain/units.ts";
import { advanceChainTo, type LocalClient, type LocalContracts } from "../../simulation/agents/local-world.ts";
import type { LocalChain } from "./local-chain.ts";
import {
  type DeployedAddresses,
  type LocalMarketConfig,
  localContracts,
  type OracleContracts,
  oracleContracts,
} from "./local-contracts.ts";

/** Deploys all contracts into a folder, resuming what a killed deployment began there. */
export type Deployer = (
  request: {
    readonly signers: readonly Address[];
    readonly threshold: number;
    readonly bundleHash: Hex;
    readonly assets: readonly string[];
  },
  target: { readonly rpcUrl: string; readonly outputDir: string },
) => Promise<{ readonly addresses: DeployedAddresses; readonly markets: readonly LocalMarketConfig[] }>;

/** What a local deployment needs. */
export interface LocalDeploymentOptions {
  readonly deploy: Deployer;
  readonly chain: LocalChain;
  readonly client: LocalClient;
  readonly dataDir: string;
  readonly signers: readonly Address[];
  readonly threshold: number;
  readonly bundleHash: Hex;
  readonly assets: readonly string[];
  /** First time of the replay, seconds. */
  readonly startSec: number;
}

/** Contracts of a local run. */
export interface LocalDeployment {
  readonly oracleContracts: OracleContracts;
  readonly contracts: LocalContracts;
}

/** Deployments begin this long before the replay: every transaction takes at least a second of the chain's time. */
export const SETUP_SEC = 6 * 3_600;

/**
 * Deploys, or resumes.
 *
 * @throws PlimsollError `CHAIN_AHEAD_OF_MARKET` for a chain whose clock has passed the start of the replay before
 *   anything was deployed; `DEPLOYMENT_FAILED`.
 */
export async function openDeployment(options: LocalDeploymentOptions): Promise<LocalDeployment> {
  const outputDir = await deploymentDir(options);
  await forgetOtherChain(options, outputDir);
  await requireTimeLeft(options, outputDir);
  await advanceChainTo(options.client, options.startSec - SETUP_SEC);
  const { signers, threshold, bundleHash, assets } = options;
  const target = { rpcUrl: options.chain.rpcUrl, outputDir };
  const { addresses, markets } = await options.deploy({ signers, threshold, bundleHash, assets }, target);
  const oracle = oracleContracts(addresses);
  const token = await options.client.readContract({
    address: oracle.vault,
    abi: optionVaultAbi,
    functionName: "TOKEN",
  });
  return { oracleContracts: oracle, contracts: localContracts(addresses, token, markets) };
}

/** An in-process chain is new every time; an external one is told apart by its first block. */
async function deploymentDir({ chain, client, dataDir }: LocalDeploymentOptions): Promise<string> {
  const root = join(dataDir, "deployments");
  if (chain.kind === "in-process") {
    const path = join(root, "in-process");
    rmSync(path, { recursive: true, force: true });
    return path;
  }
  const genesis = await client.getBlock({ blockNumber: 0n });
  return join(root, `${await client.getChainId()}-${genesis.hash.slice(2, 2 + GENESIS_DIGITS)}`);
}

const GENESIS_DIGITS = 16;

/** A chain restarted from the same first block has none of the contracts that an old journal speaks of. */
async function forgetOtherChain({ chain, client }: LocalDeploymentOptions, outputDir: string): Promise<void> {
  if (chain.kind === "external" && (await client.getBlockNumber()) === 0n) {
    rmSync(outputDir, { recursive: true, force: true });
  }
}

async function requireTimeLeft({ client, startSec }: LocalDeploymentOptions, outputDir: string): Promise<void> {
  const { timestamp } = await client.getBlock();
  if (Number(timestamp) < startSec - SETUP_SEC || existsSync(outputDir)) return;
  throw new PlimsollError({
    code: "CHAIN_AHEAD_OF_MARKET",
    problem: `The chain's clock stands at ${timestamp}, past the start of the replay at ${startSec}.`,
    remedy: `Start the node earlier in time, e.g. anvil --timestamp ${startSec - 2 * SETUP_SEC}.`,
    context: { chainSec: timestamp, startSec },
  });
}
