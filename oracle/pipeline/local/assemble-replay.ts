/** Puts the parts of a local system together: queues, submission desk, keepers, health watch, replay. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createHeldReportLog } from "../../chain/held-reports.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { ClassBook, NetworkFacts } from "../../domain/trail.ts";
import type { Hex } from "../../domain/units.ts";
import { createHedger } from "../../models/hedger/hedger.ts";
import { WALL_CLOCK } from "../../platform/clock.ts";
import { openQueues } from "../../platform/queue/queues.ts";
import { historyOf } from "../../simulation/history/history-plan.ts";
import { openModelLog, WATCHED_MODEL } from "../drift/model-log.ts";
import { createExplainThread } from "../explaining/explain-thread.ts";
import { type ExplanationDesk, openExplanationDesk } from "../explaining/explanation-desk.ts";
import { createLocalDao, type LocalDao } from "../governance/local-dao.ts";
import { openHistoryDesk } from "../history/history-desk.ts";
import type { ReplayMarket } from "../open-market.ts";
import type { OperatorPool } from "../operator/operator-pool.ts";
import { openRequirementDesk } from "../requirements/requirement-desk.ts";
import { createRequirementThread } from "../requirements/requirement-thread.ts";
import { openAlarmRetraining } from "../retraining/retrain-on-alarm.ts";
import { runTrainingThread, TRAINING_ENTRY } from "../retraining/run-training-thread.ts";
import type { RunCounters } from "../run-summary.ts";
import type { ComponentBoard } from "./component-board.ts";
import { createDeliveryWatch, type DeliveryWatch } from "./delivery-watch.ts";
import type { Foundation } from "./foundation.ts";
import { createFundHedger } from "./fund-hedger.ts";
import { type Ground, LOCAL_CHAIN_ID } from "./ground.ts";
import { startHealthWatch } from "./health-watch.ts";
import type { JobLaneOptions } from "./job-runner.ts";
import { openKeepers } from "./keepers.ts";
import type { LiveState } from "./live-state.ts";
import type { LocalRunOptions } from "./local-run.ts";
import { openReplay, type Replay } from "./replay.ts";
import { createReportArchive } from "./report-archive.ts";
import { createRunMetrics, type RunMetrics } from "./run-metrics.ts";
import { findReport, openSubmissionDesk, type SubmissionDeskOptions } from "./submission-desk.ts";
import { createWorldView } from "./world-view.ts";

/** Everything that was opened before. */
export interface ReplayParts {
  readonly foundation: Foundation;
  readonly ground: Ground;
  readonly operators: OperatorPool;
  readonly market: ReplayMarket;
  readonly state: LiveState;
  readonly board: ComponentBoard;
  readonly counters: RunCounters;
  /** Number of rounds planned, for people. */
  readonly rounds: number;
}

/** Enough of the configuration digest to keep the jobs of two deployments apart. */
const SCOPE_DIGITS = 16;
/** Between two looks whether a user has cancelled a retraining. */
const CANCEL_LOOK_MS = 1_000;

/**
 * Opens the replay. What a killed run has left in the queues is done when this resolves: reports first, then keepers,
 * then the round.
 */
export async function assembleReplay(options: LocalRunOptions, parts: ReplayParts): Promise<Replay> {
  const { ground, operators, market, state, board, counters } = parts;
  const { reader, contracts, plan, loanPlan, client, actors, chain, truth, caution } = ground;
  introduce(parts);
  const anchor = await reader.anchor();
  const configDigest = await reader.configDigest(anchor);
  const metrics = createRunMetrics(options.metrics);
  const delivery = watchDelivery(options, parts, metrics);
  const dao = openDao(options, parts);
  const lanes = await openLanes(options, parts, { configDigest, delivery, dao });
  const world = createWorldView({ chain, reader, contracts, fromBlock: 0n });
  const { logger, config } = options;
  const desk = await openDesk(parts, { lanes, metrics, configDigest, logger, finalityBlocks: config.finalityBlocks });
  const agents = { client, actors, contracts, world, counters, metrics, lanes };
  const markets = () => truth.snapshot().assets;
  const keepers = await openKeepers({
    ...agents,
    logger,
    plan,
    loanPlan,
    caution,
    markets,
    startSec: anchor.timestampSec,
  });
  const onAlarm = await openRetrainings(options, parts);
  await openForReaders(options, parts, { lanes, configDigest });
  const noteDrift = await openModelLog({ db: parts.foundation.shared.db, show: state.setModelEvents, onAlarm });
  const hedger = await createHedger(join(options.artifactsDir, "hedger"));
  options.closer.add("fund hedger", () => hedger.close());
  const fundHedger = createFundHedger({ ...agents, chain, hedger, keys: ground.hedgeKeys, state, logger });
  return await openReplay({
    ...agents,
    explanations: openExplanations(options, parts, { lanes, configDigest }),
    fundHedger,
    noteDrift,
    market: truth,
    stepSec: config.step ?? market.stepSec,
    reader,
    operators,
    quorumSize: ground.quorum.threshold,
    desk,
    keepers,
    clock: WALL_CLOCK,
    state,
    board,
    delivery,
    dao,
    onRound: (round) => options.onRound(round, parts.rounds, state),
  });
}

/** Shows what is there before the first round. */
function introduce({ foundation, state, ground, board, counters }: ReplayParts): void {
  counters.add("opened", ground.opened);
  counters.add("loansOpened", ground.loansOpened);
  state.setModels(ground.models);
  const place = { chainId: ground.chain.chainId, oracle: ground.contracts.oracle };
  state.setArchive(createReportArchive(foundation.shared, place));
  state.trail.setNetwork(networkOf(ground));
  board.note("operators", "ok");
  board.note("market", "ok");
}

function networkOf({ keys, quorum, contracts, governor }: Ground): NetworkFacts {
  return {
    chainId: LOCAL_CHAIN_ID,
    threshold: quorum.threshold,
    operators: keys.map(({ signer }) => signer),
    contracts: { oracle: contracts.oracle, vault: contracts.vault, governor },
  };
}

/** Queues of this deployment alone: epochs, positions and rounds repeat from one chain to the next. */
async function openLanes(
  { closer, logger, metrics }: LocalRunOptions,
  { foundation, ground, board }: ReplayParts,
  {
    configDigest,
    delivery,
    dao,
  }: { readonly configDigest: Hex; readonly delivery: DeliveryWatch; readonly dao: LocalDao },
): Promise<JobLaneOptions> {
  const scope = configDigest.slice(2, 2 + SCOPE_DIGITS).toLowerCase();
  const queues = openQueues(foundation.queueBackend, { scope, logger });
  closer.add("queues", () => queues.close());
  const { database } = foundation;
  const watch = await startHealthWatch({ board, chain: ground.chain, database, queues, metrics, delivery, dao });
  closer.add("health watch", () => watch.close());
  return { queues, signal: closer.signal };
}

/** Explanations of what the first operator signs. */
function openExplanations(
  { closer, logger, metrics }: LocalRunOptions,
  { foundation, state }: ReplayParts,
  { lanes, configDigest }: { readonly lanes: JobLaneOptions; readonly configDigest: Hex },
): ExplanationDesk | null {
  const [store] = foundation.stores;
  if (store === undefined) return null;
  const thread = createExplainThread();
  closer.add("explanations", () => thread.close());
  const { queues, signal } = lanes;
  const nowMs = () => WALL_CLOCK.nowMs();
  const desk = openExplanationDesk({
    ...{ queues, signal, store, operator: 0, configDigest, thread, metrics, logger, nowMs },
  });
  state.setExplainer(desk.find);
  return desk;
}

function openDao({ config, logger }: LocalRunOptions, { ground, state }: ReplayParts): LocalDao {
  const { chain, reader, client, dao: place } = ground;
  return createLocalDao({
    chain,
    reader,
    client,
    place,
    logger,
    isDemo: config.demoGovernance,
    show: state.setGovernance,
  });
}

/** Retrainings by alarm, in the common queue that `retrain` works on too; `undefined` where no data are named for them. */
async function openRetrainings({ config, artifactsDir, closer, logger }: LocalRunOptions, { foundation }: ReplayParts) {
  if (config.retrainData.length === 0) return undefined;
  const queues = openQueues(foundation.queueBackend, { scope: "", logger });
  closer.add("retrainings", () => queues.close());
  return await openAlarmRetraining({
    db: foundation.shared.db,
    queues,
    clock: WALL_CLOCK,
    logger,
    train: (order, hooks) => runTrainingThread(TRAINING_ENTRY, order, hooks),
    artifactsDir,
    retrainingsDir: join(config.dataDir, "retrainings"),
    stopping: closer.signal,
    lookEveryMs: CANCEL_LOOK_MS,
    model: WATCHED_MODEL,
    data: config.retrainData,
    newId: randomUUID,
  });
}

/** What only readers ask for: requirements of new positions, and the history that replays of bounds are made of. */
async function openForReaders(
  { config, vaultTerms, logger, closer }: LocalRunOptions,
  { foundation, operators, state }: ReplayParts,
  { lanes: { queues, signal }, configDigest }: { readonly lanes: JobLaneOptions; readonly configDigest: Hex },
): Promise<void> {
  const [store] = foundation.stores;
  if (!config.serve || store === undefined) return;
  const thread = createRequirementThread();
  closer.add("requirements", () => thread.close());
  const classes = () => classesOf(state.trail.classes());
  state.setRequirements(openRequirementDesk({ store, configDigest, terms: vaultTerms, classes, thread, logger }));
  if (!config.history) return;
  const { db } = foundation.shared;
  const { bundleHash } = operators;
  const desk = { db, queues, signal, logger, bundleHash, terms: vaultTerms, clock: WALL_CLOCK };
  state.setHistory(await openHistoryDesk({ ...desk, spec: historyOf(config.seed) }));
}

function classesOf(book: ClassBook | null): ReadonlyMap<number, RiskClass> | null {
  return book === null ? null : new Map(book.classes.map(({ classId, bounds }) => [classId, bounds]));
}

/** The local oracle is there from the chain's first blocks on. */
function watchDelivery(
  { logger }: LocalRunOptions,
  { foundation, ground, state }: ReplayParts,
  metrics: RunMetrics,
): DeliveryWatch {
  const { chain, reader, contracts } = ground;
  return createDeliveryWatch({
    reader,
    held: createHeldReportLog({ chain, oracle: contracts.oracle, fromBlock: 0n }),
    entriesOf: async (digest) => (await findReport(foundation.shared, digest))?.bundle.entries.length ?? null,
    show: (delivery) => {
      state.setDelivery(delivery);
      metrics.delivery(delivery);
    },
    logger,
  });
}

type DeskWith = Pick<SubmissionDeskOptions, "lanes" | "metrics" | "configDigest" | "logger" | "finalityBlocks">;

async function openDesk({ foundation, ground, state, counters }: ReplayParts, deskWith: DeskWith) {
  const { chain, contracts, keys } = ground;
  return await openSubmissionDesk({
    ...deskWith,
    chain,
    oracle: contracts.oracle,
    signers: keys.map(({ signer }) => signer),
    keys,
    stores: foundation.stores,
    shared: foundation.shared,
    counters,
    onReport: state.addReport,
  });
}
