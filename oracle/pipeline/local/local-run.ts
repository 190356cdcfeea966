/** A whole system on one machine: chain, contracts, database, queues, operators, actors, and a replayed market. */
import type { Logger } from "pino";
import type { Closer } from "../../platform/closer.ts";
import type { NodeConfig } from "../../platform/config.ts";
import type { NodeMetrics } from "../../platform/metrics.ts";
import { type MarketRequest, openMarket, type ReplayMarket } from "../open-market.ts";
import { type OperatorPool, startOperators } from "../operator/operator-pool.ts";
import { noteFirstSignature } from "../operator-keys.ts";
import { createRunCounters, type RunCounters, type RunSummary } from "../run-summary.ts";
import { type Foundation, openFoundation } from "./foundation.ts";
import { type Ground, LOCAL_CHAIN_ID, prepareGround } from "./ground.ts";
import { openKeepers } from "./keepers.ts";
import { createLiveState, type LiveState } from "./live-state.ts";
import { compileContracts } from "./local-chain.ts";
import type { Deployer } from "./local-deployment.ts";
import { operatorSettings } from "./operator-fleet.ts";
import { openReplay, type Replay, type ReplayedRound } from "./replay.ts";
import { openSubmissionDesk } from "./submission-desk.ts";
import { createWorldView } from "./world-view.ts";

/** What a local run is given. */
export interface LocalRunOptions {
  readonly config: NodeConfig;
  readonly market: MarketRequest;
  readonly artifactsDir: string;
  readonly deploy: Deployer;
  readonly closer: Closer;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  /** Told what is being set up. */
  readonly onProgress: (message: string) => void;
  /** Told as soon as there is something to serve. */
  readonly onState: (state: LiveState) => Promise<void>;
  /** Told after every round. */
  readonly onRound: (round: ReplayedRound, rounds: number, state: LiveState) => void;
}

/** The parts of a running system that the loop needs. */
interface System {
  readonly replay: Replay;
  readonly state: LiveState;
  readonly counters: RunCounters;
}

/**
 * Runs the replay to its end, or until the closer begins to close.
 *
 * @returns what happened, measured in this run.
 * @throws PlimsollError of whatever could not be opened or broke.
 */
export async function runLocal(options: LocalRunOptions): Promise<RunSummary> {
  const { config, closer } = options;
  // Bad data is told before anything is created.
  const market = await openMarket(options.market);
  const foundation = await openFoundation(config, closer, options.logger);
  options.onProgress("compiling contracts (a minute or two the first time)");
  await compileContracts();
  const ground = await prepareGround(options, market);
  options.onProgress(`starting ${config.operators} operators`);
  const operators = await startFleet(options, foundation, ground);
  const times = roundTimes(market, config);
  const system = assemble(options, { foundation, ground, operators, market, rounds: times.length });
  await options.onState(system.state);
  for (const [index, atSec] of times.entries()) {
    if (closer.signal.aborted) break;
    await system.replay.round(index + 1, atSec);
  }
  return system.counters.summary({
    operators: config.operators,
    threshold: ground.quorum.threshold,
    positions: ground.plan.length,
    ingestion: system.state.ingestion(),
    models: ground.models,
    dataSource: market.label,
  });
}

async function startFleet(options: LocalRunOptions, foundation: Foundation, ground: Ground): Promise<OperatorPool> {
  for (const keys of ground.keys) noteFirstSignature(keys);
  const operators = await startOperators(
    operatorSettings({
      keys: ground.keys,
      ...ground.quorum,
      chain: { rpcUrl: ground.rpcUrl, chainId: LOCAL_CHAIN_ID, fromBlock: 0n },
      oracleContracts: ground.oracleContracts,
      contracts: ground.contracts,
      market: options.market,
      seed: options.config.seed,
      artifactsDir: options.artifactsDir,
      openDatabase: () => foundation.database.openHandle(),
      logLevel: options.config.logLevel,
    }),
  );
  options.closer.add("operators", () => operators.close());
  return operators;
}

/** Times of the rounds: every step after the start, to the end of the market or the number of rounds asked for. */
function roundTimes(market: ReplayMarket, config: NodeConfig): readonly number[] {
  const { fromSec, toSec } = market.source;
  const stepSec = config.step ?? market.stepSec;
  const available = Math.floor((toSec - fromSec) / stepSec);
  const count = Math.min(available, config.rounds ?? available);
  return Array.from({ length: count }, (_, index) => fromSec + (index + 1) * stepSec);
}

interface Parts {
  readonly foundation: Foundation;
  readonly ground: Ground;
  readonly operators: OperatorPool;
  readonly market: ReplayMarket;
  readonly rounds: number;
}

function assemble(options: LocalRunOptions, { foundation, ground, operators, market, rounds }: Parts): System {
  const { queues, shared, stores } = foundation;
  const { chain, reader, contracts, keys, plan, client, actors, truth } = ground;
  const counters = createRunCounters();
  counters.add("opened", ground.opened);
  const state = createLiveState(market.label);
  state.setModels(ground.models);
  const world = createWorldView({ chain, reader, contracts, fromBlock: 0n });
  const signers = keys.map(({ signer }) => signer);
  const onReport = state.addReport;
  const desk = openSubmissionDesk({
    chain,
    oracle: contracts.oracle,
    signers,
    keys,
    stores,
    shared,
    queues,
    counters,
    onReport,
  });
  const markets = () => truth.snapshot().assets;
  const keepers = openKeepers({ client, actors, contracts, queues, world, plan, counters, markets });
  const replay = openReplay({
    client,
    actors,
    contracts,
    market: truth,
    stepSec: options.config.step ?? market.stepSec,
    reader,
    operators,
    quorumSize: ground.quorum.threshold,
    desk,
    keepers,
    world,
    state,
    counters,
    metrics: options.metrics,
    queues,
    onRound: (round) => options.onRound(round, rounds, state),
  });
  return { replay, state, counters };
}
