/** The read model of a running system: positions with enforced and target parameters, reports, health of the parts. */

import type { CautionReport } from "../../domain/caution.ts";
import type { ContagionReport } from "../../domain/contagion.ts";
import { type DeliveryRow, UNKNOWN_DELIVERY } from "../../domain/delivery.ts";
import type { DriftState } from "../../domain/drift.ts";
import type { ExplanationAnswer, ExplanationQuestion } from "../../domain/explanation.ts";
import type { FeedVerdict } from "../../domain/feed-verdict.ts";
import type { FundHedgeRow } from "../../domain/fund-hedge.ts";
import type { GovernanceReport } from "../../domain/governance.ts";
import type { GreeksReport } from "../../domain/greeks.ts";
import type { HistoryView } from "../../domain/history.ts";
import type { JointRiskReport } from "../../domain/joint-risk.ts";
import type { IngestionCounts } from "../../domain/market.ts";
import type { ModelEvent } from "../../domain/model-event.ts";
import type { Position } from "../../domain/positions.ts";
import { positionKey } from "../../domain/positions.ts";
import type { ModelIdentity } from "../../domain/prediction.ts";
import type { SurfaceState } from "../../domain/quoted-surface.ts";
import type { ReportArchive } from "../../domain/report-archive.ts";
import type { RequirementView } from "../../domain/requirements.ts";
import type { PositionScore } from "../../domain/score.ts";
import type { ComponentState, PositionRow, ReportRow, SystemView } from "../../domain/view.ts";
import { type Clock, WALL_CLOCK } from "../../platform/clock.ts";
import type { RiskParams } from "../../rules/risk-reading.ts";
import { announceChanges, type SilentState } from "./announce-changes.ts";
import { createRunTrail, type RunTrail } from "./trail/run-trail.ts";

/** What is known of one open position. */
export interface LivePosition {
  readonly position: Position;
  readonly params: RiskParams;
  /** Health at the newest block; `null` where the chain could not say. */
  readonly health: number | null;
  /** Newest score of the first operator; `null` before the first round. */
  readonly score: PositionScore | null;
}

/** A read model that the run writes into. */
export interface LiveState extends SystemView {
  /** What the run leaves behind: past values, rounds, incidents. */
  readonly trail: RunTrail;
  /** Replaces the open positions; those that are gone keep their last row as settled or closed. */
  setPositions(positions: readonly LivePosition[], marketTimeSec: number): void;
  /** Shows a report, in the place of what was shown of the same one before. */
  addReport(report: ReportRow): void;
  setComponent(component: ComponentState): void;
  setDelivery(delivery: DeliveryRow): void;
  /** Positions judged together by the first operator; `null` when it made no round. */
  setJointRisk(report: JointRiskReport | null): void;
  /** Greeks of the first operator; the explanations of the positions that are set next are theirs. */
  setGreeks(report: GreeksReport | null): void;
  setContagion(report: ContagionReport | null): void;
  setFundHedges(rows: readonly FundHedgeRow[]): void;
  setGovernance(report: GovernanceReport): void;
  setArchive(archive: ReportArchive): void;
  setHistory(history: HistoryView): void;
  setRequirements(view: RequirementView): void;
  /** What the first operator says of its models. */
  setDrift(states: readonly DriftState[]): void;
  /** Limits, what the first operator says of them, and the operators' votes. */
  setCaution(report: CautionReport): void;
  /** What the first operator valued options with. */
  setSurfaces(states: readonly SurfaceState[]): void;
  setIngestion(counts: IngestionCounts): void;
  setFeeds(verdicts: readonly FeedVerdict[]): void;
  setModelEvents(events: readonly ModelEvent[]): void;
  setModels(models: readonly ModelIdentity[]): void;
  /** Says who finds explanations; before, none is known. */
  setExplainer(find: ExplanationFinder): void;
}

/** Finds one explanation, or `null`. */
type ExplanationFinder = (question: ExplanationQuestion) => Promise<ExplanationAnswer | null>;

/** Reports kept for the page; the database has all of them. */
const KEPT_REPORTS = 500;

/** Creates an empty read model that tells its changes. @param clock stamps rounds with the time of this machine. */
export function createLiveState(dataSource: string, clock: Clock = WALL_CLOCK): LiveState {
  return announceChanges(createSilentState(dataSource, clock));
}

function createSilentState(dataSource: string, clock: Clock): SilentState {
  const trail = createRunTrail(clock);
  const rows = new Map<string, PositionRow>();
  const components = new Map<string, ComponentState>();
  const reports: ReportRow[] = [];
  let marketTimeSec = 0;
  const knownTime = () => (marketTimeSec === 0 ? null : marketTimeSec);
  const delivery = held<DeliveryRow>(UNKNOWN_DELIVERY);
  const jointRisk = held<JointRiskReport | null>(null);
  const greeks = held<GreeksReport | null>(null);
  const contagion = held<ContagionReport | null>(null);
  const fundHedges = held<readonly FundHedgeRow[]>([]);
  return {
    trail,
    ...heldModels(trail, knownTime),
    positions: () => [...rows.values()],
    position: (source, id) => rows.get(`${source.toLowerCase()}:${id}`) ?? null,
    reports: (limit) => reports.slice(-limit).toReversed(),
    components: () => [...components.values()],
    delivery: delivery.get,
    jointRisk: jointRisk.get,
    greeks: greeks.get,
    contagion: contagion.get,
    fundHedges: fundHedges.get,
    marketTimeSec: () => marketTimeSec,
    dataSource: () => dataSource,
    setPositions: (positions, atSec) => {
      marketTimeSec = atSec;
      const open = new Map(positions.map((live) => [positionKey(live.position), live]));
      for (const [key, row] of rows) if (!open.has(key)) rows.set(key, ended(row, atSec));
      const explained = explanationsOf(greeks.get());
      for (const [key, live] of open) rows.set(key, toRow(live, atSec, explained.get(key) ?? null));
      trail.note(positions, atSec);
    },
    addReport: (report) => trail.incident.report(keepReport(reports, report), report),
    setComponent: (component) => {
      components.set(component.name, component);
      trail.incident.component(component, knownTime());
    },
    setDelivery: (row) => {
      delivery.set(row);
      trail.incident.delivery(row, knownTime());
    },
    setJointRisk: jointRisk.set,
    setGreeks: greeks.set,
    setContagion: contagion.set,
    setFundHedges: fundHedges.set,
    ...heldRecords(),
  };
}

/** What is known of the models and their inputs. */
function heldModels({ incident }: RunTrail, knownTime: () => number | null) {
  const drift = held<readonly DriftState[]>([]);
  const caution = held<CautionReport>({ limits: null, states: [], votes: { calls: [], unknown: [] } });
  const surfaces = held<readonly SurfaceState[]>([]);
  const ingestion = held<IngestionCounts>({ accepted: 0, rejected: {} });
  const explainer = held<ExplanationFinder>(async () => null);
  const feeds = held<readonly FeedVerdict[]>([]);
  const modelEvents = held<readonly ModelEvent[]>([]);
  const models = held<readonly ModelIdentity[]>([]);
  return {
    drift: drift.get,
    caution: caution.get,
    surfaces: surfaces.get,
    ingestion: ingestion.get,
    feeds: feeds.get,
    modelEvents: modelEvents.get,
    models: models.get,
    setCaution: caution.set,
    setDrift: (states: readonly DriftState[]) => {
      drift.set(states);
      incident.drift(states);
    },
    setSurfaces: surfaces.set,
    setIngestion: (counts: IngestionCounts) => {
      ingestion.set(counts);
      incident.ingestion(counts, knownTime());
    },
    setFeeds: feeds.set,
    setModelEvents: modelEvents.set,
    setModels: models.set,
    explanation: async (question: ExplanationQuestion) => await explainer.get()(question),
    setExplainer: explainer.set,
  };
}

function heldRecords() {
  const archive = held<ReportArchive | null>(null);
  const governance = held<GovernanceReport | null>(null);
  const history = held<HistoryView | null>(null);
  const requirements = held<RequirementView | null>(null);
  return {
    archive: archive.get,
    setArchive: archive.set,
    history: history.get,
    setHistory: history.set,
    requirements: requirements.get,
    setRequirements: requirements.set,
    governance: governance.get,
    setGovernance: governance.set,
  };
}

/** A value that is replaced as a whole. */
function held<Value>(initial: Value): { readonly get: () => Value; readonly set: (value: Value) => void } {
  let now = initial;
  return {
    get: () => now,
    set: (value) => {
      now = value;
    },
  };
}

/** @returns what was known of the report before, or `null`. */
function keepReport(reports: ReportRow[], report: ReportRow): ReportRow | null {
  const known = reports.findIndex(({ digest }) => digest === report.digest);
  const before = reports[known] ?? null;
  if (known < 0) reports.push(report);
  else reports[known] = report;
  if (reports.length > KEPT_REPORTS) reports.shift();
  return before;
}

function ended(row: PositionRow, atSec: number): PositionRow {
  return { ...row, health: null, explanation: null, status: row.expirySec <= atSec ? "settled" : "closed" };
}

function explanationsOf(report: GreeksReport | null): ReadonlyMap<string, string> {
  return new Map(report?.positions.map(({ source, id, explanation }) => [`${source}:${id}`, explanation]));
}

function toRow(
  { position, params, health, score }: LivePosition,
  atSec: number,
  explanation: string | null,
): PositionRow {
  return {
    source: position.source,
    sourceIndex: position.sourceIndex,
    id: position.id.toString(),
    owner: position.owner,
    asset: position.asset,
    kind: position.kind,
    strike: position.strike,
    expirySec: position.expirySec,
    size: position.size,
    collateralPerContract: position.collateralPerContract,
    rhoBps: params.rhoBps,
    rhoTargetBps: params.rhoTargetBps,
    piBps: params.piBps,
    score: params.score,
    health,
    reasons: score?.reasons ?? [],
    explanation,
    status: statusOf(position, params),
    updatedAtSec: atSec,
  };
}

function statusOf(position: Position, params: RiskParams): PositionRow["status"] {
  if (position.flaggedAtSec !== null) return "flagged";
  if (params.status === "FRESH") return "fresh";
  return params.status === "STALE" ? "stale" : "unscored";
}
