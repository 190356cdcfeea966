/** A network by name: its reviewed files, its chain – started where that is this machine's business – and its folder. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ChainClient, connectChain } from "../../oracle/chain/client.ts";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { Hex } from "../../oracle/domain/units.ts";
import { ensureAnvil } from "./anvil-process.ts";
import { type DeploymentConfig, readDeploymentConfig } from "./deployment-config.ts";
import { firstTransaction } from "./outputs.ts";
import { type Parties, readParties } from "./parties.ts";

/** What the command line says about a network. */
export interface NetworkFlags {
  /** Folder below deployments/, or `hardhat` for a chain that ends with the command. */
  readonly network: string;
  readonly rpcUrl?: string | undefined;
  /** Parent of the output folder. */
  readonly dir?: string | undefined;
  /** Another file than the network's parties.json. */
  readonly parties?: string | undefined;
}

/** An open network. */
export interface Network {
  readonly config: DeploymentConfig;
  readonly parties: Parties;
  readonly chain: ChainClient;
  readonly outputDir: string;
  /** Key of the deployer from `PLIMSOLL_DEPLOYER_KEY`; without it the node signs. */
  readonly deployerKey: Hex | undefined;
  close(): Promise<void>;
}

const ROOT = resolve(import.meta.dirname, "../..");
/** Name of the network that lives in this process. */
export const IN_PROCESS = "hardhat";
const LOOPBACK = "127.0.0.1";
const POLLING_MS = 100;

/**
 * Opens a network; development chains are started when they do not listen.
 *
 * @throws PlimsollError `DEPLOYMENT_CONFIG_UNREADABLE`, `DEPLOYMENT_CONFIG_INVALID`, `PARTIES_UNREADABLE`,
 *   `PARTIES_INVALID`, `RPC_URL_MISSING`, `ANVIL_START_FAILED`, `RPC_UNREACHABLE`, `CHAIN_ID_MISMATCH`.
 */
export async function openNetwork(flags: NetworkFlags): Promise<Network> {
  const name = flags.network === IN_PROCESS ? "local" : flags.network;
  const reviewed = join(ROOT, "deployments", name);
  const config = await readDeploymentConfig(join(reviewed, "config.json"));
  const parties = await readParties(flags.parties ?? join(reviewed, "parties.json"));
  const isDevelopment = config.chain.kind === "development";
  const parent = flags.dir ?? join(ROOT, isDevelopment ? ".plimsoll/deployments" : "deployments");
  const outputDir = join(parent, flags.network);
  const node = await openNode(flags, config, join(parent, `${flags.network}-state.json`));
  try {
    const at = { rpcUrl: node.rpcUrl, chainId: config.chain.id, pollingIntervalMs: POLLING_MS };
    const chain = await connectChain(at);
    if (isDevelopment) await forgetOtherChain(chain, outputDir);
    return { config, parties, chain, outputDir, deployerKey: deployerKey(), close: node.stop };
  } catch (error) {
    await node.stop();
    throw error;
  }
}

interface Node {
  readonly rpcUrl: string;
  stop(): Promise<void>;
}

async function openNode(flags: NetworkFlags, config: DeploymentConfig, stateFile: string): Promise<Node> {
  if (flags.network === IN_PROCESS) return await startInProcess();
  const rpcUrl = flags.rpcUrl ?? process.env.PLIMSOLL_RPC_URL ?? config.chain.rpcUrl;
  if (rpcUrl === null) throw rpcUrlMissing(flags.network);
  const mayStart = config.chain.kind === "development" && new URL(rpcUrl).hostname === LOOPBACK;
  if (!mayStart) return { rpcUrl, stop: async () => {} };
  const { stop } = await ensureAnvil({ rpcUrl, chainId: config.chain.id, stateFile });
  return { rpcUrl, stop };
}

async function startInProcess(): Promise<Node> {
  const { default: hre } = await import("hardhat");
  const server = await hre.network.createServer({ network: "local" }, LOOPBACK, 0);
  const { port } = await server.listen();
  return { rpcUrl: `http://${LOOPBACK}:${port}`, stop: async () => await server.close() };
}

/** A development chain that was begun anew has none of the contracts that an old journal speaks of. */
async function forgetOtherChain({ reader }: ChainClient, outputDir: string): Promise<void> {
  if (!existsSync(outputDir)) return;
  const hash = await firstTransaction(outputDir);
  const known = hash !== null && (await reader.getTransactionReceipt({ hash }).catch(() => null)) !== null;
  if (!known) await rm(outputDir, { recursive: true, force: true });
}

function deployerKey(): Hex | undefined {
  const key = process.env.PLIMSOLL_DEPLOYER_KEY;
  if (key === undefined || key === "") return undefined;
  if (isKey(key)) return key;
  throw new PlimsollError({
    code: "DEPLOYER_KEY_INVALID",
    problem: "PLIMSOLL_DEPLOYER_KEY is not a private key.",
    remedy: "Give 0x and 64 hexadecimal digits, or unset it to let the node sign.",
  });
}

function isKey(value: string): value is Hex {
  return /^0x[0-9a-fA-F]{64}$/.test(value);
}

function rpcUrlMissing(network: string): PlimsollError {
  return new PlimsollError({
    code: "RPC_URL_MISSING",
    problem: `The network ${network} has no RPC URL in its configuration.`,
    remedy: "Give one with --rpc-url or PLIMSOLL_RPC_URL.",
    context: { network },
  });
}
