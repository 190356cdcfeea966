/** The ground that a run stands on: chain, contracts, actors, operators' keys, and the positions that writers opened. */
import { privateKeyToAddress } from "viem/accounts";
import { type ChainClient, connectChain } from "../../chain/client.ts";
import { createOracleReader, type OracleReader } from "../../chain/oracle-reader.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { ModelIdentity } from "../../domain/prediction.ts";
import { DEFAULT_GUARD_LIMITS } from "../../ingestion/guard-limits.ts";
import { createMarketIngestor, type MarketIngestor } from "../../ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../ingestion/market-window.ts";
import { depositCover } from "../../simulation/agents/fund-lp.ts";
import { endowHedges } from "../../simulation/agents/hedge-sponsor.ts";
import { openLoans } from "../../simulation/agents/loan-borrowers.ts";
import { type PlannedLoan, planLoans } from "../../simulation/agents/loan-plan.ts";
import {
  advanceChainTo,
  assignActors,
  createLocalClient,
  type LocalActors,
  type LocalClient,
} from "../../simulation/agents/local-world.ts";
import { type PlannedPosition, planPositions } from "../../simulation/agents/position-plan.ts";
import { fundActors, openPositions, type WriterDependencies } from "../../simulation/agents/writers.ts";
import { type HedgeKeys, loadHedgeKeys } from "../hedging/hedge-keys.ts";
import { installedModels } from "../installed-models.ts";
import type { ReplayMarket } from "../open-market.ts";
import { loadOperatorKeys, type OperatorKeys } from "../operator-keys.ts";
import { type LocalChain, openLocalChain } from "./local-chain.ts";
import { type LocalDeployment, openDeployment, prepareDeploymentDir, SETUP_SEC } from "./local-deployment.ts";
import type { LocalRunOptions } from "./local-run.ts";
import { pushPrices } from "./price-push.ts";

/** Chain id of Hardhat's and anvil's networks. */
export const LOCAL_CHAIN_ID = 31_337;

/** What operators of a set tolerate and need. */
export interface Quorum {
  /** Tolerated faults: n ≥ 3f + 1. */
  readonly f: number;
  /** Observations and signatures of a report: 2f + 1. */
  readonly threshold: number;
}

/** A checked chain on which everything else can stand. */
export interface Bedrock {
  readonly localChain: LocalChain;
  readonly chain: ChainClient;
  readonly client: LocalClient;
  readonly actors: LocalActors;
  /** Folder of the deployment on this chain. */
  readonly outputDir: string;
}

/** The prepared ground. */
export interface Ground extends LocalDeployment, WriterDependencies {
  readonly rpcUrl: string;
  readonly chain: ChainClient;
  readonly reader: OracleReader;
  readonly keys: readonly OperatorKeys[];
  readonly hedgeKeys: HedgeKeys;
  readonly quorum: Quorum;
  readonly models: readonly ModelIdentity[];
  /** The market without any operator's noise: what keepers and feeds see. */
  readonly truth: MarketIngestor;
  readonly plan: readonly PlannedPosition[];
  /** Loans of the sample loan market; none where it is not deployed. */
  readonly loanPlan: readonly PlannedLoan[];
  /** Positions opened by this process. */
  readonly opened: number;
  /** Loans taken by this process. */
  readonly loansOpened: number;
}

/** 120 days serve every feature and model. */
const HISTORY_SEC = 120 * 86_400;
const POLLING_MS = 25;
/** An ether pays for hundreds of reports; this is plenty for any run. */
const TRANSMITTER_BALANCE_WEI = 10n ** 21n;
/** Faults tolerated by n operators are (n − 1)/3, rounded down. */
const OPERATORS_PER_FAULT = 3;

/**
 * Opens the chain and makes every check that needs no contract yet.
 *
 * @throws PlimsollError `RPC_UNREACHABLE`, `CHAIN_ID_MISMATCH`, `CHAIN_ACCOUNTS_MISSING`, `CHAIN_AHEAD_OF_MARKET`.
 */
export async function openBedrock(options: LocalRunOptions, market: ReplayMarket): Promise<Bedrock> {
  const { dataDir, rpcUrl } = options.config;
  const startSec = market.source.fromSec;
  const localChain = await openLocalChain({ rpcUrl, genesisSec: startSec - 2 * SETUP_SEC });
  options.closer.add("chain", () => localChain.close());
  const at = { rpcUrl: localChain.rpcUrl, chainId: LOCAL_CHAIN_ID, pollingIntervalMs: POLLING_MS };
  const chain = await connectChain(at);
  const client = createLocalClient(localChain.rpcUrl);
  const actors = await assignActors(client);
  const outputDir = await prepareDeploymentDir({ chain: localChain, client, dataDir, startSec });
  return { localChain, chain, client, actors, outputDir };
}

/** Deploys or resumes, and opens the positions that are missing. */
export async function prepareGround(options: LocalRunOptions, market: ReplayMarket, rock: Bedrock): Promise<Ground> {
  const { localChain, chain, client, actors } = rock;
  const keys = loadOperatorKeys(options.config.dataDir, options.config.operators);
  const hedgeKeys = loadHedgeKeys(options.config.dataDir);
  const quorum = quorumOf(options.config.operators);
  options.onProgress("deploying contracts");
  const { models, deployment } = await deploy(options, { market, rock, keys, hedgeKeys, quorum });
  const { hedger, reporter } = hedgeKeys;
  const payers = keys.map(({ transmitterKey }) => privateKeyToAddress(transmitterKey));
  for (const address of [...payers, hedger.account.address, reporter.account.address]) {
    await client.setBalance({ address, value: TRANSMITTER_BALANCE_WEI });
  }
  const reader = createOracleReader(chain, deployment.oracleContracts);
  const world = { client, actors, contracts: deployment.contracts };
  const populated = await populate(options, market, world);
  const seen = { rpcUrl: localChain.rpcUrl, chain, reader, keys, hedgeKeys, quorum, models };
  return { ...deployment, ...world, ...populated, ...seen };
}

/** Faults tolerated and signatures needed by `operators` operators. */
export function quorumOf(operators: number): Quorum {
  const f = Math.floor((operators - 1) / OPERATORS_PER_FAULT);
  return { f, threshold: 2 * f + 1 };
}

interface DeployWith {
  readonly market: ReplayMarket;
  readonly rock: Bedrock;
  readonly keys: readonly OperatorKeys[];
  readonly hedgeKeys: HedgeKeys;
  readonly quorum: Quorum;
}

async function deploy(options: LocalRunOptions, at: DeployWith) {
  const { models, bundleHash } = await installedModels(options.artifactsDir);
  const deployment = await openDeployment({
    deploy: options.deploy,
    chain: at.rock.localChain,
    client: at.rock.client,
    outputDir: at.rock.outputDir,
    logger: options.logger,
    signers: at.keys.map(({ signer }) => signer),
    threshold: at.quorum.threshold,
    bundleHash,
    assets: at.market.source.assets,
    hedge: { hedger: at.hedgeKeys.hedger.account.address, reporter: at.hedgeKeys.reporter.account.address },
    startSec: at.market.source.fromSec,
  });
  return { models, deployment };
}

/** Funds the actors, writes the first prices, opens what of the plan is not open yet. */
async function populate(options: LocalRunOptions, market: ReplayMarket, world: WriterDependencies) {
  const { fromSec, toSec, assets } = market.source;
  const window = createMarketWindow({ assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  const truth = createMarketIngestor({ source: market.source, window, historySec: HISTORY_SEC });
  truth.advanceTo(fromSec);
  const snapshot = truth.snapshot();
  const spot = new Map([...snapshot.assets].map(([asset, { spot: price }]) => [asset, price]));
  requirePrices(assets, spot);
  const request = { spot, startSec: fromSec, endSec: toSec, writers: world.actors.writers.length };
  const plan = planPositions(request);
  const { loans } = world.contracts;
  const loanPlan = loans === null ? [] : planLoans(request);
  await fundActors(world);
  await depositCover(world);
  await endowHedges(world);
  await advanceChainTo(world.client, fromSec);
  // Once more for replays whose preparation falls into the hours in which the funds are closed.
  await depositCover(world);
  options.onProgress(`opening ${plan.length + loanPlan.length} positions`);
  await pushPricesOfNow(world, truth, toSec);
  const opened = await openPositions(world, plan);
  const loansOpened = loans === null ? 0 : await openLoans({ ...world, loans }, loanPlan);
  return { truth, plan, loanPlan, opened, loansOpened };
}

/** A restarted run finds the chain further on: its feeds get the prices of that time, never those of the start. */
async function pushPricesOfNow(world: WriterDependencies, truth: MarketIngestor, toSec: number): Promise<void> {
  const { timestamp } = await world.client.getBlock();
  const nowSec = Number(timestamp) + 1;
  truth.advanceTo(Math.min(nowSec, toSec));
  await pushPrices(world, truth.snapshot(), nowSec);
}

function requirePrices(assets: readonly string[], spot: ReadonlyMap<string, number>): void {
  const missing = assets.find((asset) => !spot.has(asset));
  if (missing === undefined) return;
  throw new PlimsollError({
    code: "MARKET_HISTORY_MISSING",
    problem: `There is no price of ${missing} at the start of the replay.`,
    remedy: "Choose a later --from, or give the files before it with another --data.",
    context: { asset: missing },
  });
}
