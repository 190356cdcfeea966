/** Brings the contracts onto a local chain, or finds them there again after a restart. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { optionVaultAbi } from "../../chain/abi/option-vault.ts";
import type { CautionLimits } from "../../domain/caution.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { Address, Hex } from "../../domain/units.ts";
import { advanceChainTo, type LocalClient, type LocalContracts } from "../../simulation/agents/local-world.ts";
import type { DaoPlace } from "../governance/local-dao.ts";
import type { LocalChain } from "./local-chain.ts";
import {
  type DeployedAddresses,
  type LocalMarketConfig,
  localContracts,
  type OracleContracts,
  oracleContracts,
  pickContract,
} from "./local-contracts.ts";

/** Accounts that a hedging mandate names. */
export interface HedgeParties {
  readonly hedger: Address;
  readonly reporter: Address;
}

/** When the guardian lets requirements only tighten because operators call for it. */
export interface CautionPlan {
  readonly limits: CautionLimits;
  readonly guardian: Address;
}

/** Deploys all contracts into a folder, resuming what a killed deployment began there. */
export type Deployer = (
  request: {
    readonly signers: readonly Address[];
    readonly threshold: number;
    readonly bundleHash: Hex;
    readonly assets: readonly string[];
    readonly hedge: HedgeParties;
  },
  target: { readonly rpcUrl: string; readonly outputDir: string },
) => Promise<{
  readonly addresses: DeployedAddresses;
  readonly markets: readonly LocalMarketConfig[];
  /** `null` where operators only advise. */
  readonly caution: CautionPlan | null;
  /** Holder of all votes; `null` where the deployment made no token of its own. */
  readonly holder: Address | null;
}>;

/** Where a deployment lies, and where its chain stands. */
export interface DeploymentPlace {
  readonly chain: LocalChain;
  readonly client: LocalClient;
  readonly dataDir: string;
  /** First time of the replay, seconds. */
  readonly startSec: number;
}

/** What a local deployment needs. */
export interface LocalDeploymentOptions {
  readonly deploy: Deployer;
  readonly chain: LocalChain;
  readonly client: LocalClient;
  readonly logger: Pick<Logger, "info">;
  /** From {@link prepareDeploymentDir}. */
  readonly outputDir: string;
  readonly signers: readonly Address[];
  readonly threshold: number;
  readonly bundleHash: Hex;
  readonly assets: readonly string[];
  readonly hedge: HedgeParties;
  /** First time of the replay, seconds. */
  readonly startSec: number;
}

/** Contracts of a local run. */
export interface LocalDeployment {
  readonly oracleContracts: OracleContracts;
  readonly contracts: LocalContracts;
  /** `null` where none is deployed. */
  readonly governor: Address | null;
  readonly caution: CautionPlan | null;
  readonly dao: DaoPlace;
}

/** Deployments begin this long before the replay: every transaction takes at least a second of the chain's time. */
export const SETUP_SEC = 6 * 3_600;

/**
 * Finds the folder of this chain's deployment, and checks that a new one would not come too late.
 *
 * @throws PlimsollError `CHAIN_AHEAD_OF_MARKET` for a chain whose clock has passed the start of the replay before
 *   anything was deployed.
 */
export async function prepareDeploymentDir(place: DeploymentPlace): Promise<string> {
  const outputDir = await deploymentDir(place);
  await forgetOtherChain(place, outputDir);
  await requireTimeLeft(place, outputDir);
  return outputDir;
}

/**
 * Deploys, or resumes.
 *
 * @throws PlimsollError `DEPLOYMENT_FAILED`.
 */
export async function openDeployment(options: LocalDeploymentOptions): Promise<LocalDeployment> {
  await advanceChainTo(options.client, options.startSec - SETUP_SEC);
  const { addresses, markets, caution, holder } = await deployOrBeginAnew(options);
  const oracle = oracleContracts(addresses);
  const token = await options.client.readContract({
    address: oracle.vault,
    abi: optionVaultAbi,
    functionName: "TOKEN",
  });
  const dao: DaoPlace = { at: (name) => pickContract(addresses, name), holder };
  const governor = addresses.governor ?? null;
  return { oracleContracts: oracle, contracts: localContracts(addresses, token, markets), governor, caution, dao };
}

/**
 * Ignition resumes a broken-off deployment, except when the process was killed between sending a transaction and noting
 * it. Nothing can have been built on contracts that were never finished, so on a development chain they are left behind.
 */
async function deployOrBeginAnew(options: LocalDeploymentOptions) {
  const { signers, threshold, bundleHash, assets, hedge, outputDir } = options;
  const request = { signers, threshold, bundleHash, assets, hedge };
  const target = { rpcUrl: options.chain.rpcUrl, outputDir };
  const isBrokenOff = existsSync(outputDir) && !existsSync(join(outputDir, ADDRESSES_FILE));
  try {
    return await options.deploy(request, target);
  } catch (error) {
    if (!isBrokenOff) throw error;
    options.logger.info({ err: error }, "the broken-off deployment cannot be resumed: deploying anew");
    rmSync(outputDir, { recursive: true, force: true });
    return await options.deploy(request, target);
  }
}

/** Written last by a deployment. */
const ADDRESSES_FILE = "addresses.json";

/** An in-process chain is new every time; an external one is told apart by its first block. */
async function deploymentDir({ chain, client, dataDir }: DeploymentPlace): Promise<string> {
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
async function forgetOtherChain({ chain, client }: DeploymentPlace, outputDir: string): Promise<void> {
  if (chain.kind === "external" && (await client.getBlockNumber()) === 0n) {
    rmSync(outputDir, { recursive: true, force: true });
  }
}

async function requireTimeLeft({ client, startSec }: DeploymentPlace, outputDir: string): Promise<void> {
  const { timestamp } = await client.getBlock();
  if (Number(timestamp) < startSec - SETUP_SEC || existsSync(outputDir)) return;
  throw new PlimsollError({
    code: "CHAIN_AHEAD_OF_MARKET",
    problem: `The chain's clock stands at ${timestamp}, past the start of the replay at ${startSec}.`,
    remedy: `Start the node earlier in time, e.g. anvil --timestamp ${startSec - 2 * SETUP_SEC}.`,
    context: { chainSec: timestamp, startSec },
  });
}
