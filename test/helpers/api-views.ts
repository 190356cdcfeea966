/** What the contract of the API is tested with: a node that shows everything, and one that must show nothing. */
import { archiveStandIn } from "./archive-stand-in.ts";
import { cautionReport } from "./caution-report.ts";
import {
  classBook,
  fixedTrail,
  incidentRow,
  networkFacts,
  reportDetail,
  roundRow,
  trailOf,
  trailPoint,
} from "./changing-trail.ts";
import {
  contagionReport,
  createChangingView,
  driftState,
  greeksReport,
  heldReportRow,
  jointRiskReport,
  positionRow,
  reportRow,
  surfaceState,
} from "./changing-view.ts";
import { explanationAnswer } from "./explanation-answer.ts";
import { fundHedgeRow } from "./fund-hedge-row.ts";
import { governanceReport } from "./governance-report.ts";
import { historyReplay, historyView } from "./history-view.ts";
import { requirementSurfaceOf } from "./requirement-surface.ts";

/** A read model that holds something of everything. */
export const WORKING = createChangingView({
  positions: [positionRow(), positionRow({ id: "8", health: null, reasons: [] })],
  reports: [reportRow(), reportRow({ state: "pending", transactionHash: null, blockNumber: null, gasUsed: null })],
  components: [{ name: "chain", state: "ok", reason: null, sinceSec: 1 }],
  breaker: { mode: "TIGHTEN_ONLY", reason: "PRICE_FEED", sinceSec: 1 },
  jointRisk: jointRiskReport(),
  greeks: greeksReport(),
  contagion: contagionReport(),
  drift: [driftState(), driftState({ alarm: { atSec: 1, detector: "adwin" }, isDoubted: true, recentLoss: null })],
  governance: governanceReport(),
  archive: archiveStandIn(),
  history: historyView(),
  requirements: { find: async () => requirementSurfaceOf() },
  fundHedges: [fundHedgeRow(), fundHedgeRow({ netDeltaCoins: null, lowerCoins: null, upperCoins: null })],
  surfaces: [surfaceState(), { asset: "ETH", atSec: 1, reading: { ok: false, reason: "no-chain" } }],
  heldReports: [heldReportRow(), heldReportRow({ state: "released", decidedAtSec: 2, entries: null })],
  explain: async ({ epoch }) => (epoch === 1n ? null : explanationAnswer()),
});
/** Values that no answer may carry: numbers that are none. */
export const BROKEN = createChangingView({
  marketTimeSec: Number.NaN,
  positions: [positionRow({ health: Number.NaN })],
  reports: [reportRow({ entries: Number.NaN })],
  components: [{ name: "chain", state: "degraded", reason: "slow", sinceSec: 1 }],
  breaker: null,
  heldReports: [heldReportRow({ tightened: Number.NaN })],
  jointRisk: jointRiskReport({ valueAtRiskUsd: Number.NaN }),
  greeks: greeksReport({ vega: Number.NaN }),
  contagion: contagionReport({ exposure: Number.NaN }),
  caution: cautionReport({ expectedFall: Number.NaN }),
  drift: [driftState({ recentLoss: Number.NaN })],
  governance: governanceReport(Number.NaN),
  archive: archiveStandIn(Number.NaN),
  requirements: { find: async () => requirementSurfaceOf({ spot: Number.NaN }) },
  history: historyView({ weeksDone: Number.NaN }, async () => historyReplay({ fromSec: Number.NaN })),
  surfaces: [surfaceState({ index: Number.NaN })],
  fundHedges: [fundHedgeRow({ equityUsd: Number.NaN })],
  explain: async () => explanationAnswer({ completenessGap: Number.NaN }),
});

/** A past that holds something of everything. */
export const WORKING_TRAIL = fixedTrail({
  positions: [trailOf({ points: [trailPoint(), trailPoint({ health: null, scoredRhoBps: null, scoredPiBps: null })] })],
  rounds: [roundRow(), roundRow({ fate: "vetoed", digest: null, dispersionBps: null, answeredAtMs: null })],
  reports: [reportDetail()],
  incidents: [incidentRow(), incidentRow({ atSec: null, kind: "breaker", tone: "bad" })],
  network: networkFacts(),
  classes: classBook(),
});
/** A past with numbers that are none. */
export const BROKEN_TRAIL = fixedTrail({
  positions: [trailOf({ points: [trailPoint({ score: Number.NaN })] })],
  rounds: [roundRow({ begunAtMs: Number.NaN })],
  reports: [reportDetail({ observedAtSec: Number.NaN })],
  incidents: [incidentRow({ atSec: Number.NaN })],
  network: networkFacts({ threshold: Number.NaN }),
  classes: classBook({ windowSec: Number.NaN }),
});
