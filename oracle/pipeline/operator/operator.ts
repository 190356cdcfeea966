/** Builds one operator from its settings: chain, market, models, guard, peers, store. */
import { join } from "node:path";
import type { Logger } from "pino";
import { privateKeyToAccount } from "viem/accounts";
import { connectChain } from "../../chain/client.ts";
import { createOracleReader } from "../../chain/oracle-reader.ts";
import { createPeerMesh, type PeerMesh } from "../../consensus/peer-mesh.ts";
import { createRoundRouter, type RoundRouter } from "../../consensus/round-router.ts";
import type { Round, RoundDeps, RoundTerms } from "../../consensus/round-types.ts";
import { openSigningGuard } from "../../consensus/signing-guard.ts";
import type { ModelIdentity } from "../../domain/prediction.ts";
import type { Hex } from "../../domain/units.ts";
import { FEATURE_SCHEMA } from "../../features/feature-schema.ts";
import { DEFAULT_GUARD_LIMITS } from "../../ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../ingestion/market-window.ts";
import { createLendingMarkets } from "../../ingestion/sources/lending/lending-markets.ts";
import { createPositionSources } from "../../ingestion/sources/position-sources.ts";
import { createRng } from "../../math/rng.ts";
import { createCascadePredictor } from "../../models/cascade/cascade-predictor.ts";
import { createFeedGuard } from "../../models/feed-guard/feed-guard.ts";
import { createQuantilePredictor } from "../../models/quantile-net/quantile-predictor.ts";
import { createSurfaceTracker } from "../../models/surface/surface-tracker.ts";
import { createVolPredictor } from "../../models/vol-lstm/vol-predictor.ts";
import { createVolatilityForecaster } from "../../models/volatility/volatility-forecaster.ts";
import { WALL_CLOCK } from "../../platform/clock.ts";
import type { Closer } from "../../platform/closer.ts";
import { connectDatabase } from "../../platform/database/database.ts";
import { openOperatorStore } from "../../platform/database/store.ts";
import { SYSTEM_TIMERS } from "../../platform/timers.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import { createDriftLog } from "../drift/drift-log.ts";
import { createDriftWatch } from "../drift/drift-watch.ts";
import { installedModels } from "../installed-models.ts";
import { openMarket } from "../open-market.ts";
import { createBreakerLog } from "./breaker-log.ts";
import { createCascadeLog } from "./cascade-log.ts";
import { createCautionLog } from "./caution-log.ts";
import { createCautionWatch } from "./caution-watch.ts";
import { createChainStateReader } from "./chain-state.ts";
import { createLendingLog } from "./lending-log.ts";
import type { OperatorSettings } from "./operator-settings.ts";
import {
  operatorCautionStore,
  operatorCursorStore,
  operatorEvidenceStore,
  operatorLendingStore,
} from "./operator-stores.ts";
import type { RoundFlow } from "./round.ts";

/** A running operator. */
export interface Operator {
  readonly flow: RoundFlow;
  readonly mesh: PeerMesh;
  readonly models: readonly ModelIdentity[];
  readonly bundleHash: Hex;
}

/** What an operator is opened with. */
export interface OperatorContext {
  readonly logger: Logger;
  /** Everything opened is registered here. */
  readonly closer: Closer;
}

const LOOPBACK = "127.0.0.1";
/** 120 days serve every feature and model. */
const HISTORY_SEC = 120 * 86_400;
/** Local chains mine at once: short polls. */
const POLLING_MS = 50;
/** Own ρ farther than this from the agreed one is flagged as dissent. */
const TOLERANCE_BPS = 500;
const ROUND_TIMING = { graceMs: 400, progressMs: 3_000, deadlineMs: 20_000 } as const;

/**
 * Opens an operator.
 *
 * @throws PlimsollError of any part: `RPC_UNREACHABLE`, `CHAIN_ID_MISMATCH`, `GUARD_…`, `DATA_…`, `PEER_PORT_BUSY`.
 */
export async function openOperator(settings: OperatorSettings, context: OperatorContext): Promise<Operator> {
  const signer = privateKeyToAccount(settings.signerKey);
  const self = signer.address;
  const store = await openStore(settings, context);
  const evidence = operatorEvidenceStore(store);
  const guard = await openSigningGuard({
    path: settings.guardPath,
    operator: self,
    mustExist: settings.guardMustExist,
  });
  context.closer.add("signing guard", () => guard.close());
  const { models, bundleHash } = await installedModels(settings.artifactsDir);
  const router = createRoundRouter();
  const mesh = await openMesh(settings, context, router);
  const deps: RoundDeps = {
    signer,
    guard,
    evidence,
    timers: SYSTEM_TIMERS,
    broadcast: (message) => mesh.broadcast(message),
  };
  const flow: RoundFlow = {
    ...(await openSources(settings, context, store)),
    chainState: await openChainState(settings, bundleHash),
    scoring: DEFAULT_SCORING_SETTINGS,
    caution: createCautionWatch(settings.caution, operatorCautionStore(store)),
    noteCaution: createCautionLog(context.logger),
    featureSchemaHash: FEATURE_SCHEMA.hash,
    store,
    beginRound: roundSwitch(router, context.closer),
    noteBreaker: createBreakerLog(context.logger),
    noteDrift: createDriftLog(context.logger),
    noteCascades: createCascadeLog(context.logger),
    noteLending: createLendingLog(context.logger),
    surfaces: createSurfaceTracker(),
    deps,
    terms: roundTerms(settings, self),
    logger: context.logger,
    clock: WALL_CLOCK,
  };
  return { flow, mesh, models, bundleHash };
}

/** A round goes on helping slower peers after its result; it ends when the next one begins. */
function roundSwitch(router: RoundRouter, closer: Closer): RoundFlow["beginRound"] {
  let running: Round | null = null;
  closer.add("rounds", () => running?.stop());
  return (slot, round) => {
    running?.stop();
    running = round;
    router.attach(slot, round);
  };
}

function roundTerms(settings: OperatorSettings, self: Hex): Omit<RoundTerms, "view"> {
  const { operators, f, threshold, chain, contracts } = settings;
  const domain = { chainId: chain.chainId, oracle: contracts.oracle };
  return { self, operators, f, threshold, domain, timing: ROUND_TIMING, toleranceBps: TOLERANCE_BPS };
}

async function openStore(settings: OperatorSettings, context: OperatorContext) {
  const pool = connectDatabase(settings.database, context.logger);
  context.closer.add("database", () => pool.end());
  return await openOperatorStore(pool, settings.index);
}

async function openMesh(settings: OperatorSettings, context: OperatorContext, router: RoundRouter): Promise<PeerMesh> {
  const mesh = await createPeerMesh({
    signer: privateKeyToAccount(settings.signerKey),
    listen: { host: LOOPBACK, port: 0 },
    peers: [],
    clock: WALL_CLOCK,
    rng: createRng(`${settings.noise.seed}/reconnect`),
    logger: context.logger,
  });
  mesh.onMessage((message, from) => router.deliver(message, from));
  context.closer.add("peers", () => mesh.close());
  return mesh;
}

async function connect(settings: OperatorSettings) {
  const { rpcUrl, chainId } = settings.chain;
  return await connectChain({ rpcUrl, chainId, pollingIntervalMs: POLLING_MS });
}

async function openChainState(settings: OperatorSettings, bundleHash: Hex) {
  const reader = createOracleReader(await connect(settings), settings.contracts);
  return createChainStateReader({ reader, bundleHash });
}

async function openSources(
  settings: OperatorSettings,
  context: OperatorContext,
  store: Awaited<ReturnType<typeof openOperatorStore>>,
) {
  const { source } = await openMarket(settings.market);
  const { noise } = settings;
  const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  const market = createMarketIngestor({
    source,
    window,
    historySec: HISTORY_SEC,
    noise: { rng: createRng(noise.seed), noiseBps: noise.noiseBps, delaySec: noise.delaySec },
  });
  const chain = await connect(settings);
  const reader = createOracleReader(chain, settings.contracts);
  const positions = createPositionSources({
    chain,
    oracle: settings.contracts.oracle,
    fromBlock: settings.chain.fromBlock,
    markets: new Map(settings.markets.map(({ marketId, ...asset }) => [marketId, asset])),
    listSources: async (anchor) => await reader.sources(anchor),
    storeOf: (address) => operatorCursorStore(store, address),
  });
  const lending = createLendingMarkets({
    chain,
    markets: settings.lending,
    storeOf: (sourceId) => operatorLendingStore(store, sourceId),
    clock: WALL_CLOCK,
    timers: SYSTEM_TIMERS,
    budgetMs: settings.lendingBudgetMs,
  });
  const models = await openModels(settings, context);
  // Weeks of forecasts are stated again here, where no peer waits, instead of in the first round.
  market.advanceTo((await reader.anchor()).timestampSec);
  await models.drift.look(market.snapshot());
  return { market, positions, lending, ...models };
}

async function openModels(settings: OperatorSettings, context: OperatorContext) {
  const predictor = await createQuantilePredictor({
    artifactDir: join(settings.artifactsDir, "quantile-net"),
    schema: FEATURE_SCHEMA,
    // One seed for all operators: chance in a fallback must not make honest operators differ.
    rng: createRng("plimsoll-quantiles-1"),
    logger: context.logger,
  });
  context.closer.add("quantile network", () => predictor.close());
  const volPredictor = await createVolPredictor(join(settings.artifactsDir, "vol-lstm"));
  if (volPredictor.reason !== null)
    context.logger.warn({ reason: volPredictor.reason }, "volatility network not in use");
  context.closer.add("volatility network", () => volPredictor.close());
  const cascades = await createCascadePredictor(join(settings.artifactsDir, "cascade"));
  if (cascades.reason !== null) context.logger.warn({ reason: cascades.reason }, "hazard of cascades not in use");
  context.closer.add("cascade network", () => cascades.close());
  const feedGuard = await createFeedGuard(join(settings.artifactsDir, "feed-guard"), FEATURE_SCHEMA);
  if (feedGuard.reason !== null)
    context.logger.warn({ reason: feedGuard.reason }, "learned feed guard not in use: every asset is in doubt");
  context.closer.add("learned feed guard", () => feedGuard.close());
  const drift = createDriftWatch(predictor);
  return { predictor, volPredictor, forecaster: createVolatilityForecaster(), drift, cascades, feedGuard };
}
