/** A deployed system on an in-process chain with open positions: what the benchmarks of rounds and reports stand on. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { privateKeyToAddress } from "viem/accounts";
import { optionVaultAbi } from "../../oracle/chain/abi/option-vault.ts";
import { type ChainClient, connectChain } from "../../oracle/chain/client.ts";
import { createOracleReader, type OracleReader } from "../../oracle/chain/oracle-reader.ts";
import type { AssetSymbol, MarketSnapshot } from "../../oracle/domain/market.ts";
import type { Hex } from "../../oracle/domain/units.ts";
import { DEFAULT_GUARD_LIMITS } from "../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../oracle/ingestion/market-window.ts";
import { installedModels } from "../../oracle/pipeline/installed-models.ts";
import { compileContracts } from "../../oracle/pipeline/local/compile-contracts.ts";
import { openLocalChain } from "../../oracle/pipeline/local/local-chain.ts";
import { localContracts, type OracleContracts, oracleContracts } from "../../oracle/pipeline/local/local-contracts.ts";
import { pushPrices } from "../../oracle/pipeline/local/price-push.ts";
import { type MarketRequest, openMarket } from "../../oracle/pipeline/open-market.ts";
import { loadOperatorKeys, type OperatorKeys } from "../../oracle/pipeline/operator-keys.ts";
import type { Closer } from "../../oracle/platform/closer.ts";
import {
  advanceChainTo,
  assignActors,
  createLocalClient,
  type LocalActors,
  type LocalClient,
  type LocalContracts,
} from "../../oracle/simulation/agents/local-world.ts";
import type { PlannedPosition } from "../../oracle/simulation/agents/position-plan.ts";
import { fundActors } from "../../oracle/simulation/agents/writers.ts";
import { deployPlimsoll } from "../deploy/deploy.ts";
import { readDeploymentConfig } from "../deploy/deployment-config.ts";
import { readParties } from "../deploy/parties.ts";
import { openMany } from "./open-many.ts";

/** What a ground is laid with. */
export interface BenchGroundOptions {
  readonly closer: Closer;
  /** Which positions to open, given the prices at the start. */
  readonly plan: (facts: PlanFacts) => readonly PlannedPosition[];
  /** Signers in the set; the threshold is {@link BENCH_THRESHOLD}. Default {@link BENCH_OPERATORS}. */
  readonly operators?: number;
}

/** What a plan may depend on. */
export interface PlanFacts {
  readonly spot: ReadonlyMap<AssetSymbol, number>;
  readonly startSec: number;
  readonly writers: number;
}

/** The ground. */
export interface BenchGround {
  readonly rpcUrl: string;
  readonly chain: ChainClient;
  readonly client: LocalClient;
  readonly reader: OracleReader;
  readonly actors: LocalActors;
  readonly contracts: LocalContracts;
  readonly oracleContracts: OracleContracts;
  readonly keys: readonly OperatorKeys[];
  readonly bundleHash: Hex;
  readonly dataDir: string;
  /** First time of the market, seconds. */
  readonly startSec: number;
  readonly positions: number;
}

const ROOT = resolve(import.meta.dirname, "../..");
/** Models of this installation. */
export const ARTIFACTS_DIR = join(ROOT, "oracle/models/artifacts");
const DEPLOYMENT_DIR = join(ROOT, "deployments/local");
/** The calm market: what is measured must not depend on a crash. */
export const BENCH_MARKET: MarketRequest = { kind: "simulator", seed: 7, scenario: "calm" };
export const BENCH_OPERATORS = 4;
export const BENCH_THRESHOLD = 3;
/** Chain id of Hardhat's network. */
export const BENCH_CHAIN_ID = 31_337;
const HISTORY_SEC = 120 * 86_400;
/** Every transaction before the start takes at least a second of the chain's time. */
const SETUP_SEC = 6 * 3_600;
const POLLING_MS = 10;
const TRANSMITTER_BALANCE_WEI = 10n ** 21n;

/** Starts a chain, deploys through Ignition and opens the positions of the plan. */
export async function openBenchGround(options: BenchGroundOptions): Promise<BenchGround> {
  const { closer, operators = BENCH_OPERATORS } = options;
  await compileContracts(closer.signal);
  const snapshot = await marketAtStart();
  const startSec = snapshot.atSec;
  const dataDir = openDataDir(closer);
  const local = await openLocalChain({ rpcUrl: null, genesisSec: startSec - 2 * SETUP_SEC });
  closer.add("chain", () => local.close());
  const { rpcUrl } = local;
  const chain = await connectChain({ rpcUrl, chainId: BENCH_CHAIN_ID, pollingIntervalMs: POLLING_MS });
  const client = createLocalClient(rpcUrl);
  const keys = loadOperatorKeys(dataDir, operators);
  const deployed = await deploy({ client, rpcUrl, dataDir, keys });
  const world = { client, actors: await assignActors(client), contracts: deployed.contracts };
  await fundActors(world);
  await fundTransmitters(client, keys);
  await advanceChainTo(client, startSec);
  await pushPrices(world, snapshot, startSec);
  const spot = new Map([...snapshot.assets].map(([asset, market]) => [asset, market.spot]));
  const plan = options.plan({ spot, startSec, writers: world.actors.writers.length });
  await openMany(world, plan);
  const reader = createOracleReader(chain, deployed.oracleContracts);
  return { ...world, ...deployed, rpcUrl, chain, reader, keys, dataDir, startSec, positions: plan.length };
}

/** The market at its first time, with the history before it. */
export async function marketAtStart(): Promise<MarketSnapshot> {
  const { source } = await openMarket(BENCH_MARKET);
  const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  const ingestor = createMarketIngestor({ source, window, historySec: HISTORY_SEC });
  ingestor.advanceTo(source.fromSec);
  return ingestor.snapshot();
}

/** Beside the default data folder: on the disk that a node would sync to, not in memory. */
function openDataDir(closer: Closer): string {
  mkdirSync(join(ROOT, ".plimsoll"), { recursive: true });
  const dataDir = mkdtempSync(join(ROOT, ".plimsoll/bench-"));
  closer.add("data folder", () => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

interface DeployWith {
  readonly client: LocalClient;
  readonly rpcUrl: string;
  readonly dataDir: string;
  readonly keys: readonly OperatorKeys[];
}

async function deploy({ client, rpcUrl, dataDir, keys }: DeployWith) {
  const reviewed = await readDeploymentConfig(join(DEPLOYMENT_DIR, "config.json"));
  const operators = { count: keys.length, threshold: BENCH_THRESHOLD };
  const { bundleHash } = await installedModels(ARTIFACTS_DIR);
  const signers = keys.map(({ signer }) => signer);
  const parties = { ...(await readParties(join(DEPLOYMENT_DIR, "parties.json"))), signers };
  const addresses = await deployPlimsoll(
    { config: { ...reviewed, operators }, parties, bundleHash },
    { rpcUrl, outputDir: join(dataDir, "deployment") },
  );
  const oracle = oracleContracts(addresses);
  const token = await client.readContract({ address: oracle.vault, abi: optionVaultAbi, functionName: "TOKEN" });
  return { bundleHash, oracleContracts: oracle, contracts: localContracts(addresses, token, reviewed.markets) };
}

async function fundTransmitters(client: LocalClient, keys: readonly OperatorKeys[]): Promise<void> {
  for (const { transmitterKey } of keys) {
    await client.setBalance({ address: privateKeyToAddress(transmitterKey), value: TRANSMITTER_BALANCE_WEI });
  }
}
