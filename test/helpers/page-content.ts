/** A node in the middle of its life: something to show on every page, with what is unknown among it. */
import { archiveStandIn } from "./archive-stand-in.ts";
import type { TrailContent } from "./changing-trail.ts";
import { classBook, incidentRow, networkFacts, reportDetail, roundRow, trailOf } from "./changing-trail.ts";
import type { ViewContent } from "./changing-view.ts";
import {
  driftState,
  heldReportRow,
  jointRiskReport,
  positionRow,
  reportRow,
  surfaceState,
  VIEW_SOURCE,
  VIEW_TIME_SEC,
} from "./changing-view.ts";
import { fundHedgeRow } from "./fund-hedge-row.ts";
import { governanceReport } from "./governance-report.ts";
import { historyView } from "./history-view.ts";
import { requirementSurfaceOf } from "./requirement-surface.ts";

/** A second mandate. */
const VIEW_OTHER = "0x00000000000000000000000000000000000000f2";

/** What the node knows. */
export const FULL_VIEW: Partial<ViewContent> = {
  positions: [
    positionRow(),
    positionRow({ id: "8", health: null, kind: "call", collateralPerContract: 0.2, status: "stale" }),
    positionRow({ id: "9", status: "settled" }),
  ],
  reports: [
    reportRow(),
    reportRow({ epoch: "11", digest: "0xaa", state: "pending", transactionHash: null, gasUsed: null }),
  ],
  heldReports: [heldReportRow()],
  components: [
    { name: "chain", state: "ok", reason: null, sinceSec: VIEW_TIME_SEC },
    { name: "market", state: "degraded", reason: "BTC stale-book", sinceSec: VIEW_TIME_SEC },
  ],
  jointRisk: jointRiskReport(),
  drift: [
    driftState(),
    driftState({ asset: "ETH", recentLoss: null, alarm: { atSec: VIEW_TIME_SEC, detector: "adwin" } }),
  ],
  surfaces: [surfaceState()],
  governance: governanceReport(),
  archive: archiveStandIn(),
  fundHedges: [
    fundHedgeRow(),
    fundHedgeRow({
      asset: "ETH",
      mandate: VIEW_OTHER,
      netDeltaCoins: null,
      lowerCoins: null,
      upperCoins: null,
      fault: "look-failed",
    }),
  ],
  history: historyView(),
  requirements: { find: async () => requirementSurfaceOf() },
};

/** What the run has left behind. */
export const FULL_TRAIL: Partial<TrailContent> = {
  positions: [trailOf()],
  rounds: [
    roundRow(),
    roundRow({ epoch: "11", digest: null, fate: "vetoed", dispersionBps: null, answeredAtMs: null }),
  ],
  reports: [reportDetail()],
  incidents: [incidentRow(), incidentRow({ kind: "breaker", tone: "bad", subject: "HALTED", text: "Halted." })],
  network: networkFacts(),
  classes: classBook(),
};

/** Card of the model in use. */
export const FULL_CARDS = {
  "quantile-net":
    "# quantile-net\n\nQuantiles of **falls**.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | <b>2</b> |\n",
};

/** Addresses of all pages by name. */
export const ALL_PAGES = {
  vault: "#/vault",
  position: `#/position/${VIEW_SOURCE}/7`,
  reports: "#/reports",
  report: "#/report/0xab",
  network: "#/network",
  models: "#/models?card=quantile-net",
  surface: "#/surface",
  governance: "#/governance",
  "governance-class": "#/governance?class=141&rhoFloorBps=1700",
  operator: "#/operator",
  incidents: "#/incidents",
} as const;
