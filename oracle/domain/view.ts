/** What people and programs are shown: the read model behind the terminal view, the API and the web page. */
import type { CautionReport } from "./caution.ts";
import type { ContagionReport } from "./contagion.ts";
import type { DeliveryRow } from "./delivery.ts";
import type { DriftState } from "./drift.ts";
import type { ExplanationAnswer, ExplanationQuestion } from "./explanation.ts";
import type { FeedVerdict } from "./feed-verdict.ts";
import type { FundHedgeRow } from "./fund-hedge.ts";
import type { GovernanceReport } from "./governance.ts";
import type { GreeksReport } from "./greeks.ts";
import type { HistoryView } from "./history.ts";
import type { JointRiskReport } from "./joint-risk.ts";
import type { IngestionCounts } from "./market.ts";
import type { ModelEvent } from "./model-event.ts";
import type { OptionKind } from "./positions.ts";
import type { ModelIdentity } from "./prediction.ts";
import type { SurfaceState } from "./quoted-surface.ts";
import type { ReportArchive } from "./report-archive.ts";
import type { RequirementView } from "./requirements.ts";
import type { ScoreReason } from "./score.ts";
import type { Address, Hex } from "./units.ts";
import type { ChangeListener } from "./view-change.ts";

/** One position with its enforced and its latest target parameters. */
export interface PositionRow {
  readonly source: Address;
  /** Index of the source at the oracle; ids are unique inside a source only. */
  readonly sourceIndex: number;
  readonly id: string;
  readonly owner: Address;
  readonly asset: string;
  readonly kind: OptionKind;
  /** USD. */
  readonly strike: number;
  readonly expirySec: number;
  /** Contracts. */
  readonly size: number;
  /** Collateral per contract: coins for calls, USD for puts. */
  readonly collateralPerContract: number;
  /** Effective maintenance ρ now, and at the end of the running ramp. */
  readonly rhoBps: number;
  readonly rhoTargetBps: number;
  readonly piBps: number;
  /** 0…600; 200 means one in a hundred. */
  readonly score: number;
  /** (c − I) / (ρ(L − I)); below 1 liquidatable. `null` when it cannot be computed: never shown as healthy. */
  readonly health: number | null;
  readonly reasons: readonly ScoreReason[];
  /** What small moves do to what is owed, in words; `null` before the position was scored and after its end. */
  readonly explanation: string | null;
  readonly status: "unscored" | "fresh" | "stale" | "flagged" | "closed" | "settled";
  readonly updatedAtSec: number;
}

/** One report that reached the chain, or failed to. */
export interface ReportRow {
  readonly epoch: string;
  readonly digest: Hex;
  readonly observedAtSec: number;
  readonly state: "accepted" | "held" | "rejected" | "pending";
  readonly transactionHash: Hex | null;
  readonly blockNumber: string | null;
  readonly entries: number;
  readonly applied: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly signers: readonly Address[];
  readonly gasUsed: string | null;
}

/** State of one part of the system. */
export interface ComponentState {
  readonly name: string;
  readonly state: "starting" | "ok" | "degraded" | "failed";
  readonly reason: string | null;
  readonly sinceSec: number;
}

/** Source of everything that the API, the page and the terminal view show. */
export interface SystemView {
  positions(): readonly PositionRow[];
  position(source: string, id: string): PositionRow | null;
  reports(limit: number): readonly ReportRow[];
  /** Reports of the past; `null` until the database is open. */
  archive(): ReportArchive | null;
  components(): readonly ComponentState[];
  /** Breaker and held reports. */
  delivery(): DeliveryRow;
  /** Writers, sources and funds, their positions judged together; `null` before the first round. */
  jointRisk(): JointRiskReport | null;
  /** Greeks of all positions with their sums; `null` before the first round. */
  greeks(): GreeksReport | null;
  /** Hedging mandates of the insurance funds; empty before the first look. */
  fundHedges(): readonly FundHedgeRow[];
  /** How losses would travel through the book; `null` before the first round. */
  contagion(): ContagionReport | null;
  /** How good the served quantiles have been, by asset; empty before the first round. */
  drift(): readonly DriftState[];
  /** Whether operators call for caution; no states before the first round. */
  caution(): CautionReport;
  /** Surfaces of quoted options of the newest round, or why there is none; empty before the first. */
  surfaces(): readonly SurfaceState[];
  /** Bounds in force and proposals of the DAO; `null` before the first look, and where there is no DAO. */
  governance(): GovernanceReport | null;
  /** Ninety simulated days; `null` where none are made. */
  history(): HistoryView | null;
  /** What new positions would need; `null` until somebody can work it out. */
  requirements(): RequirementView | null;
  ingestion(): IngestionCounts;
  /** One explanation with its proof; `null` for a report or a position that is not kept. */
  explanation(question: ExplanationQuestion): Promise<ExplanationAnswer | null>;
  /** What the feed defence said in the newest round; empty before the first. */
  feeds(): readonly FeedVerdict[];
  /** Newest decisions about models and alarms, the newest first, at most 50. */
  modelEvents(): readonly ModelEvent[];
  models(): readonly ModelIdentity[];
  /** Market time of the newest snapshot, seconds, and its description, e.g. `simulator seed 7`. */
  marketTimeSec(): number;
  dataSource(): string;
  /** Tells a listener of every change from now on. @returns how to stop it. */
  watch(listener: ChangeListener): () => void;
}
