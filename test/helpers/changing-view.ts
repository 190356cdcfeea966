/** A read model whose content a test changes while the API serves it. */
import type { BreakerStatus } from "../../oracle/domain/breaker.ts";
import type { CautionReport } from "../../oracle/domain/caution.ts";
import type { ContagionNode, ContagionReport } from "../../oracle/domain/contagion.ts";
import { breakerRow, type HeldReportRow } from "../../oracle/domain/delivery.ts";
import type { DriftState } from "../../oracle/domain/drift.ts";
import type { FundHedgeRow } from "../../oracle/domain/fund-hedge.ts";
import type { GreeksReport, Sensitivities, UsdGreeks } from "../../oracle/domain/greeks.ts";
import type { HistoryView } from "../../oracle/domain/history.ts";
import type { JointRisk, JointRiskReport } from "../../oracle/domain/joint-risk.ts";
import type { QuotedSurface, SurfaceState } from "../../oracle/domain/quoted-surface.ts";
import type { ComponentState, PositionRow, ReportRow, SystemView } from "../../oracle/domain/view.ts";
import { cautionReport } from "./caution-report.ts";
import { type Changes, createChanges } from "./changes.ts";

/** What the view holds. */
export interface ViewContent {
  readonly positions: readonly PositionRow[];
  readonly reports: readonly ReportRow[];
  readonly components: readonly ComponentState[];
  /** `null` for a breaker that cannot be read. */
  readonly breaker: BreakerStatus | null;
  readonly heldReports: readonly HeldReportRow[];
  /** `null` before the first round. */
  readonly jointRisk: JointRiskReport | null;
  readonly greeks: GreeksReport | null;
  readonly contagion: ContagionReport | null;
  readonly caution: CautionReport;
  readonly drift: readonly DriftState[];
  readonly surfaces: readonly SurfaceState[];
  readonly fundHedges: readonly FundHedgeRow[];
  readonly explain: SystemView["explanation"];
  readonly governance: ReturnType<SystemView["governance"]>;
  /** `null` for a node that makes none. */
  readonly history: HistoryView | null;
  readonly requirements: ReturnType<SystemView["requirements"]>;
  readonly archive: ReturnType<SystemView["archive"]>;
  readonly marketTimeSec: number;
  readonly dataSource: string;
}

/** A view and how to change it. */
export interface ChangingView extends SystemView, Changes {
  set(content: Partial<ViewContent>): void;
}

/** 2022-06-13 12:00 UTC, the market time a view begins with. */
export const VIEW_TIME_SEC = 1_655_121_600;
/** Source of every position of {@link positionRow}. */
export const VIEW_SOURCE = "0x00000000000000000000000000000000000000a1";

const deliveryOf = ({ breaker, heldReports }: ViewContent) => ({
  ...{ breaker: breakerRow(breaker, VIEW_TIME_SEC), heldReports, heldReadAtSec: VIEW_TIME_SEC },
});

/** Creates a view without positions and reports. */
export function createChangingView(initial: Partial<ViewContent> = {}): ChangingView {
  let now: ViewContent = {
    positions: [],
    reports: [],
    components: [],
    breaker: { mode: "NORMAL", reason: "NONE", sinceSec: VIEW_TIME_SEC - 86_400 },
    heldReports: [],
    ...{ jointRisk: null, greeks: null, contagion: null },
    caution: cautionReport(),
    ...{ drift: [], surfaces: [], fundHedges: [] },
    explain: async () => null,
    ...{ governance: null, archive: null, history: null, requirements: null },
    marketTimeSec: VIEW_TIME_SEC,
    dataSource: "simulator seed 7",
    ...initial,
  };
  return {
    ...createChanges(),
    set: (content) => {
      now = { ...now, ...content };
    },
    positions: () => now.positions,
    position: (source, id) => now.positions.find((row) => row.source === source && row.id === id) ?? null,
    reports: (limit) => now.reports.slice(0, limit),
    ...{
      archive: () => now.archive,
      governance: () => now.governance,
      history: () => now.history,
      requirements: () => now.requirements,
    },
    components: () => now.components,
    delivery: () => deliveryOf(now),
    jointRisk: () => now.jointRisk,
    greeks: () => now.greeks,
    fundHedges: () => now.fundHedges,
    contagion: () => now.contagion,
    caution: () => now.caution,
    drift: () => now.drift,
    surfaces: () => now.surfaces,
    modelEvents: () => [],
    explanation: async (question) => await now.explain(question),
    feeds: () => [],
    ingestion: () => ({ accepted: 1, rejected: {} }),
    models: () => [{ id: "quantile-net", sha256: "0x123456789abcdef0" }],
    marketTimeSec: () => now.marketTimeSec,
    dataSource: () => now.dataSource,
  };
}

/** A watched asset without an alarm, with the given fields replaced. */
export function driftState(fields: Partial<DriftState> = {}): DriftState {
  return {
    asset: "BTC",
    atSec: VIEW_TIME_SEC,
    sinceSec: VIEW_TIME_SEC - 28 * 86_400,
    steps: 168,
    recentLoss: 1.04,
    alarm: null,
    isDoubted: false,
    widening: [1, 1, 1.02, 1],
    ...fields,
  };
}

/** An open, freshly scored put on BTC, with the given fields replaced. */
export function positionRow(fields: Partial<PositionRow> = {}): PositionRow {
  return {
    source: VIEW_SOURCE,
    sourceIndex: 0,
    id: "7",
    owner: "0x00000000000000000000000000000000000000b2",
    asset: "BTC",
    kind: "put",
    strike: 30_000,
    expirySec: VIEW_TIME_SEC + 86_400,
    size: 1.5,
    collateralPerContract: 9_000,
    rhoBps: 2_000,
    rhoTargetBps: 2_610,
    piBps: 705,
    score: 231,
    health: 1.239,
    reasons: [
      { factor: "scenario-loss", contributionBps: 2_100 },
      { factor: "close-out-depth", contributionBps: 610 },
      { factor: "learned-tail", contributionBps: -100 },
      { factor: "concentration", contributionBps: 1 },
    ],
    explanation: "Short 1.5 BTC put at 30000 USD: a further fall of 1 % adds 212.4 USD.",
    status: "fresh",
    updatedAtSec: VIEW_TIME_SEC,
    ...fields,
  };
}

/** An accepted report with one skipped entry, with the given fields replaced. */
export function reportRow(fields: Partial<ReportRow> = {}): ReportRow {
  return {
    epoch: "12",
    digest: "0xab",
    observedAtSec: VIEW_TIME_SEC,
    state: "accepted",
    transactionHash: "0xcd",
    blockNumber: "40",
    entries: 3,
    applied: 2,
    skipped: { LOOSEN_DELAY: 1 },
    signers: [VIEW_SOURCE],
    gasUsed: "60000",
    ...fields,
  };
}

/** A report that waits for a decision, with the given fields replaced. */
export function heldReportRow(fields: Partial<HeldReportRow> = {}): HeldReportRow {
  return {
    digest: `0x${"ab".repeat(32)}`,
    epoch: "12",
    chunkIndex: 0,
    heldAtSec: VIEW_TIME_SEC,
    releasableUntilSec: VIEW_TIME_SEC + 7_200,
    decidedAtSec: null,
    state: "waiting",
    entries: 28,
    tightened: 21,
    tighteningBps: 10_550,
    transactionHash: "0xcd",
    ...fields,
  };
}

/** Joint risk of one writer, with the given fields of its row replaced. */
export function jointRiskReport(fields: Partial<JointRisk> = {}): JointRiskReport {
  const row: JointRisk = {
    group: { kind: "writer", source: VIEW_SOURCE, owner: "0x00000000000000000000000000000000000000b2" },
    positions: 2,
    unvalued: 0,
    liabilityUsd: 2_400,
    collateralUsd: 13_500,
    valueAtRiskUsd: 1_900,
    expectedShortfallUsd: 2_300,
    standAloneShortfallUsd: 3_100,
    uncoveredProbability: 0.004,
    uncoveredShortfallUsd: 12.5,
    stress: [{ name: "fall of 10 %", spotMove: -0.1, volRatio: 1.25, lossUsd: 2_100, shortfallUsd: 0 }],
    ...fields,
  };
  return { atSec: VIEW_TIME_SEC, horizonSec: 21_600, paths: 500, groups: [row] };
}

/** Greeks of one put and of one position that nobody could value, with the given fields of the put's replaced. */
export function greeksReport(fields: Partial<UsdGreeks> = {}): GreeksReport {
  const owner = "0x00000000000000000000000000000000000000b2";
  const shared = { value: -1_200, delta: 0.6, gamma: -0.0001, vega: -40, theta: 60, vanna: -0.01, volga: -0.2 };
  const usd: UsdGreeks = { ...shared, deltaUsd: 18_000, gammaUsd: -90_000, ...fields };
  const coin = { ...shared, value: -0.04, netDelta: 0.64, netDeltaUsd: 19_200 };
  const sensitivities: Sensitivities = {
    volSource: "quotes",
    quotesAgeSec: 600,
    spotUsd: 30_000,
    forwardUsd: 30_000,
    impliedVol: 0.8,
    tenorYears: 0.02,
    isDoubted: false,
    usd,
    coin,
  };
  const row = { source: VIEW_SOURCE, owner, asset: "BTC", explanation: "a further fall of 1 % adds 212.4 USD" };
  const counts = { positions: 1, unvalued: 0 };
  const { value, deltaUsd, gammaUsd, vega, theta } = usd;
  const total = { value, deltaUsd, gammaUsd, vega, theta, netDeltaUsd: coin.netDeltaUsd };
  const unknown = { asset: "ETH", positions: 1, unvalued: 1, usd: null, coin: null };
  return {
    atSec: VIEW_TIME_SEC,
    positions: [
      { ...row, id: "7", sensitivities },
      { ...row, id: "8", asset: "ETH", sensitivities: null },
    ],
    groups: [
      {
        group: { kind: "writer", source: VIEW_SOURCE, owner },
        ...counts,
        assets: [{ asset: "BTC", ...counts, usd, coin }],
        total,
      },
      { group: { kind: "source", source: VIEW_SOURCE }, positions: 2, unvalued: 1, assets: [unknown], total: null },
    ],
  };
}

/** A contagion report of one asset and one source. */
export function contagionReport(fields: Partial<ContagionNode> = {}): ContagionReport {
  const edges = [{ from: "BTC", to: VIEW_SOURCE, lossUsd: 900 }];
  const node: ContagionNode = {
    name: "BTC",
    kind: "asset",
    tiedUsd: 1_000,
    importance: 0.9,
    exposure: 0.1,
    lossUsd: 900,
    paths: [{ nodes: ["BTC", VIEW_SOURCE], edges, lossUsd: 900 }],
    ...fields,
  };
  return { atSec: VIEW_TIME_SEC, correlationDays: 30, nodes: [node] };
}

/** Surface of one expiry; fields may be replaced. */
export function surfaceState(change: Partial<QuotedSurface> = {}): SurfaceState {
  const slice = { a: 0.01, b: 0.05, rho: -0.2, m: 0, sigma: 0.1 };
  const value: QuotedSurface = {
    asset: "BTC",
    sourceId: "simulator",
    quotedAtSec: VIEW_TIME_SEC - 600,
    index: 31_000,
    slices: [
      {
        ...{ expirySec: VIEW_TIME_SEC + 864_000, tenorYears: 0.03, forward: 31_100, quoteCount: 20, slice },
        ...{ lowestQuoted: -0.4, highestQuoted: 0.3 },
      },
    ],
    repair: "slices",
    arbitragePoints: 0,
    gridPoints: 642,
    quotes: 20,
    quotesInside: 19,
    factors: { level7: 0.6 },
    standsIn: false,
    ...change,
  };
  return { asset: value.asset, atSec: VIEW_TIME_SEC, reading: { ok: true, value } };
}
