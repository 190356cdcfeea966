/**
 * One round of one operator, start to end:
 * market and positions → features → models → scores → signed observation → agreement with the others → quorum report.
 */
import type { Logger } from "pino";
import { createObservation, digestOf } from "../../consensus/observe.ts";
import { createRound } from "../../consensus/round.ts";
import type { Round, RoundDeps, RoundTerms } from "../../consensus/round-types.ts";
import { type BreakerReading, type WithheldReason, withheldBy } from "../../domain/breaker.ts";
import type { CascadeState } from "../../domain/cascade.ts";
import type { CautionState } from "../../domain/caution.ts";
import type { DriftState } from "../../domain/drift.ts";
import type { Outcome } from "../../domain/errors.ts";
import type { LendingReading, LoanAccount } from "../../domain/lending.ts";
import type { MarketSnapshot } from "../../domain/market.ts";
import type { Anchor, Observation, QuorumReport, RoundSlot } from "../../domain/report.ts";
import type { PositionScore } from "../../domain/score.ts";
import type { Hex } from "../../domain/units.ts";
import type { MarketIngestor } from "../../ingestion/market-ingestor.ts";
import type { LendingMarkets } from "../../ingestion/sources/lending/lending-markets.ts";
import type { PositionSources } from "../../ingestion/sources/position-sources.ts";
import type { PositionReject } from "../../ingestion/sources/source-positions.ts";
import type { CascadePredictor } from "../../models/cascade/cascade-predictor.ts";
import type { FeedGuard } from "../../models/feed-guard/feed-guard.ts";
import type { SurfaceTracker } from "../../models/surface/surface-tracker.ts";
import type { Clock } from "../../platform/clock.ts";
import type { OperatorStore } from "../../platform/database/store.ts";
import { bookGreeks } from "../../scoring/book-greeks.ts";
import { jointRisk } from "../../scoring/joint-risk.ts";
import { prepareScoring, scorePositions } from "../../scoring/score-positions.ts";
import type { ScoringSettings } from "../../scoring/scoring-settings.ts";
import { widenColdStarts } from "../cold-start/widen-cold-starts.ts";
import { type DriftWatch, driftDoubts, statesOf, widenPredictions } from "../drift/drift-watch.ts";
import { commitInputs, type InputsCommitment } from "../explaining/commit-inputs.ts";
import { boundRound, encodeRound } from "../explaining/explained-round.ts";
import { assetExposures, bookContagion } from "./book-contagion.ts";
import { cascadeStates, withCascades } from "./cascade-states.ts";
import { cautionGround } from "./caution-ground.ts";
import type { CautionWatch } from "./caution-watch.ts";
import type { ChainState, ChainStateReader } from "./chain-state.ts";
import { judgeMarkets } from "./learned-guard.ts";
import { looseningsLeftOut } from "./left-out.ts";
import type { OperatorRoundResult } from "./operator-settings.ts";
import { type PredictionDependencies, predictAssets } from "./predict.ts";
import { surfaceStates, withSurfaces } from "./surface-states.ts";

/** Everything a round flows through. */
export interface RoundFlow extends PredictionDependencies {
  readonly market: MarketIngestor;
  readonly positions: PositionSources;
  /** Loans of other protocols. */
  readonly lending: LendingMarkets;
  readonly chainState: ChainStateReader;
  readonly scoring: ScoringSettings;
  readonly featureSchemaHash: Hex;
  readonly store: OperatorStore;
  /** Makes a round current: peers' messages reach it, and the one before it ends. */
  readonly beginRound: (slot: RoundSlot, round: Round) => void;
  /** Told of the breaker at every anchor. */
  readonly noteBreaker: (breaker: BreakerReading) => void;
  /** Judges the served quantiles by what followed them. */
  readonly drift: DriftWatch;
  /** Told of the watch at every anchor. */
  readonly noteDrift: (states: readonly DriftState[]) => void;
  /** Hazards of forced selling, and who is told of them at every anchor. */
  readonly cascades: Pick<CascadePredictor, "hazardAt">;
  readonly noteCascades: (states: readonly CascadeState[]) => void;
  /** Whether hazards call for caution, and who is told of it at every anchor. */
  readonly caution: CautionWatch;
  readonly noteCaution: (states: readonly CautionState[]) => void;
  /** Told of the lending markets at every anchor. */
  readonly noteLending: (reading: LendingReading) => void;
  /** Surfaces of quoted options. */
  readonly surfaces: SurfaceTracker;
  /** Judges the features of every asset together. */
  readonly feedGuard: Pick<FeedGuard, "judge" | "manifest">;
  readonly terms: Omit<RoundTerms, "view">;
  readonly deps: RoundDeps;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Runs one round at an anchor. The market clock is the anchor's timestamp. While the breaker is HALTED, or cannot be read,
 * the operator observes and scores as ever, but signs nothing.
 */
export async function runRound(anchor: Anchor, flow: RoundFlow): Promise<OperatorRoundResult> {
  const startedMs = flow.clock.nowMs();
  flow.market.advanceTo(anchor.timestampSec);
  const snapshot = flow.market.snapshot();
  const [reading, lending] = await Promise.all([flow.positions.readAt(anchor), flow.lending.readAt(anchor)]);
  const chain = await flow.chainState.readAt(anchor, reading.positions);
  flow.noteBreaker(chain.breaker);
  flow.noteLending(lending);
  const rejected = [...reading.rejected, ...chain.rejected];
  noteRejects(rejected, flow);

  const withheld = withheldBy(chain.breaker);
  const round = withheld === null ? beginRound(chain, flow) : withheldRound(withheld);
  const known = { chain, loans: lending.accounts };
  const { scores, classQuantiles, inputs, judged } = await score(known, snapshot, flow);
  flow.noteDrift(judged.drift);
  flow.noteCascades(judged.cascades);
  const caution = await flow.caution.look(cautionGround({ ...judged, snapshot, chain, lending, rejected }));
  flow.noteCaution(caution);
  const inputsRoot = inputs.root;
  const own = scores.length === 0 ? null : observe(scores, { classQuantiles, inputsRoot, chain, snapshot, flow });
  await round.start(own);
  const outcome = await round.result;
  const durationMs = flow.clock.nowMs() - startedMs;
  const kept = own === null ? NOTHING_KEPT : await keepRound({ own, inputs, outcome }, flow);
  return {
    epoch: chain.view.slot.epoch,
    quorum: outcome.ok ? outcome.value : null,
    reason: outcome.ok ? null : outcome.reason,
    breaker: chain.breaker,
    withheld,
    looseningsLeftOut: looseningsLeftOut(outcome, own, chain.view.rules),
    observed: own !== null,
    ...kept,
    scores,
    ...judged,
    caution,
    lending: { ...lending, accounts: lending.accounts.length },
    sourceCount: reading.sourceCount,
    rejected,
    ingestion: flow.market.counts(),
    durationMs,
    counts: countsOf(round.counts()),
  };
}

/** The part of a round that comes after scoring. */
interface Agreement extends Pick<Round, "start" | "counts"> {
  readonly result: Promise<Outcome<QuorumReport>>;
}

/** Nothing is signed and nobody is spoken to. */
function withheldRound(reason: WithheldReason): Agreement {
  return { start: async () => {}, counts: () => ({}), result: Promise.resolve({ ok: false, reason }) };
}

/** Peers may be ahead: their messages are taken while this operator still scores. */
function beginRound(chain: ChainState, flow: RoundFlow): Agreement {
  const round = createRound({ ...flow.terms, view: chain.view }, flow.deps);
  flow.beginRound(chain.view.slot, round);
  return round;
}

interface ScoredGround {
  readonly chain: ChainState;
  readonly loans: readonly LoanAccount[];
}

async function score({ chain, loans }: ScoredGround, market: MarketSnapshot, flow: RoundFlow) {
  const reading = await flow.drift.look(market);
  const predicted = widenPredictions(await predictWithColdStarts(market, flow), reading);
  const guarded = await judgeMarkets(market, flow.feedGuard);
  const snapshot = { ...market, doubts: [...market.doubts, ...driftDoubts(reading), ...guarded.doubts] };
  const { classes, lastGood, positions } = chain;
  const readings = flow.surfaces.read(snapshot);
  const known = { snapshot, positions, lastGood, classes, loans };
  const predictions = withCascades(withSurfaces(predicted, readings), known, flow);
  const atSec = chain.view.anchor.timestampSec;
  const contagion = bookContagion(positions, snapshot);
  const contagionExposures = assetExposures(contagion);
  const input = { positions, snapshot, predictions, classes, lastGood, atSec, contagionExposures };
  const ground = prepareScoring(input, flow.scoring);
  const judged = {
    jointRisk: jointRisk(input, flow.scoring, ground),
    greeks: bookGreeks(ground, atSec),
    contagion,
    drift: statesOf(reading),
    cascades: cascadeStates(predictions),
    surfaces: surfaceStates(readings, atSec),
    feeds: guarded.verdicts,
  };
  const scored = scorePositions(input, flow.scoring, ground);
  const { epoch } = chain.view.slot;
  return { ...scored, judged, inputs: commitInputs({ ...scored, epoch, input, ground, settings: flow.scoring }) };
}

async function predictWithColdStarts(market: MarketSnapshot, flow: RoundFlow) {
  return widenColdStarts(await predictAssets(market, flow), market, flow.predictor.trainedAssets);
}

function noteRejects(rejected: readonly PositionReject[], { logger }: RoundFlow): void {
  for (const reject of rejected) logger.warn({ ...reject }, "positions of a source are not scored");
}

interface ObservedWith {
  readonly classQuantiles: Observation["classQuantiles"];
  readonly inputsRoot: Hex;
  readonly chain: ChainState;
  readonly snapshot: MarketSnapshot;
  readonly flow: RoundFlow;
}

function observe(
  scores: readonly PositionScore[],
  { classQuantiles, inputsRoot, chain, snapshot, flow }: ObservedWith,
): Observation {
  return createObservation(scores, {
    slot: chain.view.slot,
    operator: flow.terms.self,
    anchor: chain.view.anchor,
    bundleHash: chain.view.bundleHash,
    featureSchemaHash: flow.featureSchemaHash,
    inputsRoot,
    oldestInputAgeSec: oldestInputAge(snapshot),
    sourceIndexes: chain.sourceIndexes,
    classQuantiles,
  });
}

/** Age of the oldest price in the snapshot, seconds, rounded up; 0 for a snapshot without assets. */
function oldestInputAge(snapshot: MarketSnapshot): number {
  const ages = [...snapshot.assets.values()].map((market) => snapshot.atSec - market.provenance.sourceTimeSec);
  return Math.max(0, Math.ceil(Math.max(0, ...ages)));
}

type KeptTraces = Pick<OperatorRoundResult, "observationDigest" | "isExplainable">;

const NOTHING_KEPT: KeptTraces = { observationDigest: null, isExplainable: false };

interface RoundEnd {
  readonly own: Observation;
  readonly inputs: InputsCommitment;
  readonly outcome: Outcome<QuorumReport>;
}

/** Keeps the observation and, where a report counted it, the inputs that it commits to. */
async function keepRound({ own, inputs, outcome }: RoundEnd, flow: RoundFlow): Promise<KeptTraces> {
  const observationDigest = await keepObservation(own, flow);
  if (!outcome.ok) return { observationDigest, isExplainable: false };
  const { bundle, digest: reportDigest } = outcome.value;
  const bound = boundRound({ own, inputs, reportDigest, evidence: bundle.evidence });
  if (bound === null) return { observationDigest, isExplainable: false };
  const { slot, anchor } = own;
  await flow.store.saveExplained({ slot, inputs: encodeRound(bound), observedAtSec: anchor.timestampSec });
  return { observationDigest, isExplainable: true };
}

/** Keeps an observation for the operator's records. @returns its digest. */
async function keepObservation(observation: Observation, flow: RoundFlow): Promise<Hex> {
  const digest = digestOf(observation);
  await flow.store.saveObservation({
    slot: observation.slot,
    operator: observation.operator,
    digest,
    payload: observation,
    observedAtSec: observation.anchor.timestampSec,
  });
  return digest;
}

function countsOf(counts: Readonly<Partial<Record<string, number>>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count ?? 0]));
}
