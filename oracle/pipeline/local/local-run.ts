/** A whole system on one machine: chain, contracts, database, queues, operators, actors, and a replayed market. */
import type { Logger } from "pino";
import type { AssetSymbol } from "../../domain/market.ts";
import type { LendingMarketSettings } from "../../ingestion/sources/lending/lending-settings.ts";
import { WALL_CLOCK } from "../../platform/clock.ts";
import type { Closer } from "../../platform/closer.ts";
import type { NodeConfig } from "../../platform/config.ts";
import { lockDataDir } from "../../platform/data-dir-lock.ts";
import type { NodeMetrics } from "../../platform/metrics.ts";
import type { VaultTerms } from "../../simulation/vault/vault-terms.ts";
import { type MarketRequest, openMarket, type ReplayMarket } from "../open-market.ts";
import { type OperatorPool, startOperators } from "../operator/operator-pool.ts";
import { noteFirstSignature } from "../operator-keys.ts";
import { createRunCounters, type RunSummary } from "../run-summary.ts";
import { assembleReplay } from "./assemble-replay.ts";
import { compileContracts } from "./compile-contracts.ts";
import { createComponentBoard } from "./component-board.ts";
import { type Foundation, openFoundation } from "./foundation.ts";
import { type Ground, LOCAL_CHAIN_ID, openBedrock, prepareGround } from "./ground.ts";
import { createLiveState, type LiveState } from "./live-state.ts";
import type { Deployer } from "./local-deployment.ts";
import { operatorSettings } from "./operator-fleet.ts";
import type { Replay, ReplayedRound } from "./replay.ts";

/** What a local run is given. */
export interface LocalRunOptions {
  readonly config: NodeConfig;
  readonly market: MarketRequest;
  /** Waits until a round at this market time may begin; `false` when a later one is due already. Absent in a replay. */
  readonly pace?: (atSec: number) => Promise<boolean>;
  /** Lending markets of the chain that belong to the book of forced selling. */
  readonly lending: readonly LendingMarketSettings[];
  readonly artifactsDir: string;
  /** What the markets of the vault are configured with, for simulated lives of it. */
  readonly vaultTerms: ReadonlyMap<AssetSymbol, VaultTerms>;
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

/**
 * Runs the replay to its end, or until the closer begins to close.
 *
 * @returns what happened, measured in this run.
 * @throws PlimsollError of whatever could not be opened or broke.
 */
export async function runLocal(options: LocalRunOptions): Promise<RunSummary> {
  const { config, closer } = options;
  // What fails fast comes first: data, folder, port, chain, database; then what takes time.
  const market = await openMarket(options.market);
  const lock = lockDataDir(config.dataDir);
  closer.add("data folder lock", () => lock.release());
  const state = createLiveState(market.label);
  const board = createComponentBoard(state.setComponent, WALL_CLOCK);
  await options.onState(state);
  const rock = await openBedrock(options, market);
  const foundation = await openFoundation({ config, lock, closer, logger: options.logger });
  options.onProgress("compiling contracts (a minute or two the first time)");
  await compileContracts(closer.signal);
  const ground = await prepareGround(options, market, rock);
  state.setCaution({ ...state.caution(), limits: ground.caution?.limits ?? null });
  const { oracle } = ground.contracts;
  options.onProgress(`chain ${LOCAL_CHAIN_ID} at ${ground.rpcUrl}, oracle ${oracle}`);
  options.onProgress(`starting ${config.operators} operators`);
  const operators = await startFleet(options, foundation, ground);
  const times = roundTimes(market, config, options.pace !== undefined);
  const counters = createRunCounters();
  const rounds = Math.min(times.length, config.rounds ?? times.length);
  const parts = { foundation, ground, operators, market, state, board, counters, rounds };
  await runRounds(options, times, await assembleReplay(options, parts));
  return counters.summary({
    operators: config.operators,
    threshold: ground.quorum.threshold,
    positions: ground.plan.length + ground.loanPlan.length,
    ingestion: state.ingestion(),
    models: ground.models,
    fundHedges: state.fundHedges(),
    dataSource: market.label,
  });
}

/** Runs the rounds; whoever closes waits until the one under way is over, so that nothing breaks off in the middle. */
async function runRounds(
  { closer, pace, config }: Pick<LocalRunOptions, "closer" | "pace" | "config">,
  times: readonly number[],
  replay: Replay,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  closer.add("rounds", () => ended.promise);
  try {
    let round = 0;
    for (const atSec of times) {
      if (round === config.rounds) break;
      const isDue = (await pace?.(atSec)) ?? true;
      if (closer.signal.aborted) break;
      if (!isDue) continue;
      round += 1;
      await replay.round(round, atSec);
    }
  } finally {
    ended.resolve();
  }
}

async function startFleet(options: LocalRunOptions, foundation: Foundation, ground: Ground): Promise<OperatorPool> {
  const operators = await startOperators(
    operatorSettings({
      keys: ground.keys,
      ...ground.quorum,
      chain: { rpcUrl: ground.rpcUrl, chainId: LOCAL_CHAIN_ID, fromBlock: 0n },
      oracleContracts: ground.oracleContracts,
      contracts: ground.contracts,
      market: options.market,
      lending: options.lending,
      lendingBudgetMs: options.config.lendingBudgetMs,
      caution: ground.caution?.limits ?? null,
      seed: options.config.seed,
      artifactsDir: options.artifactsDir,
      openDatabase: () => foundation.database.openHandle(),
      logLevel: options.config.logLevel,
    }),
    options.closer,
  );
  for (const keys of ground.keys) noteFirstSignature(keys);
  return operators;
}

/** Times of the rounds: every step after the start, to the end of the market or the number of rounds asked for. */
function roundTimes(market: ReplayMarket, config: NodeConfig, isLive: boolean): readonly number[] {
  const { fromSec, toSec } = market.source;
  const stepSec = config.step ?? market.stepSec;
  const available = Math.floor((toSec - fromSec) / stepSec);
  // Live, those that pass while the system is set up are not run and do not count.
  const count = isLive ? available : Math.min(available, config.rounds ?? available);
  return Array.from({ length: count }, (_, index) => fromSec + (index + 1) * stepSec);
}
