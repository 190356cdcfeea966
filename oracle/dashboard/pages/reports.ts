/** Reports: the newest and what became of them, and those that the chain holds back. */
import { html, nothing, type TemplateResult } from "lit-html";
import { z } from "zod";
import { DeliverySchema } from "../../api/contract/delivery.ts";
import { ReportSchema } from "../../api/contract/reports.ts";
import { formatBps, formatNumber, formatTime } from "../core/format.ts";
import type { Page, Scene } from "../core/page.ts";
import { formatRoute } from "../core/route.ts";
import { age } from "../parts/age.ts";
import { hash, panel, tag } from "../parts/bits.ts";
import { type Column, table } from "../parts/table.ts";

type Report = z.infer<typeof ReportSchema>;
type Held = z.infer<typeof DeliverySchema>["heldReports"][number];

const SHOWN = 100;

/** Reports of the oracle. */
export const REPORTS_PAGE: Page = {
  path: "reports",
  name: "Reports",
  isInNavigation: true,
  load: async (_, ask) => {
    const [reports, delivery] = await Promise.all([
      ask.get(`/v1/reports?limit=${SHOWN}`, z.array(ReportSchema)),
      ask.get("/v1/delivery", DeliverySchema),
    ]);
    return (scene) => view(reports, delivery, scene);
  },
};

function view(
  reports: readonly Report[],
  { heldReports, heldReadAtSec }: z.infer<typeof DeliverySchema>,
  scene: Scene,
): TemplateResult {
  const now = scene.status.marketTimeSec;
  return html`<h2>Reports</h2>
    ${
      heldReports.length === 0
        ? nothing
        : panel(
            "held",
            html`Held reports <small>read ${age(heldReadAtSec, now)}</small>`,
            html`<p class="note">The chain keeps these back whole: they would tighten more than its caps allow.</p>
              ${table({ id: "held", name: "Held reports", rows: heldReports, columns: HELD_COLUMNS, keyOf: ({ digest }) => digest, empty: "", scene })}`,
          )
    }
    ${panel(
      "reports",
      "Last reports",
      table({
        id: "reports",
        name: "Last reports",
        rows: reports,
        columns: columns(now),
        keyOf: ({ digest }) => digest,
        empty: "No reports yet.",
        scene,
      }),
    )}`;
}

function columns(nowSec: number): readonly Column<Report>[] {
  return [
    { name: "epoch", cell: ({ epoch, digest }) => html`<a href=${formatRoute(["report", digest])}>${epoch}</a>` },
    { name: "state", cell: ({ state }) => tag(state) },
    { name: "observed (UTC)", cell: ({ observedAtSec }) => formatTime(observedAtSec) },
    { name: "age", cell: ({ observedAtSec }) => age(observedAtSec, nowSec) },
    { name: "entries", isNumber: true, cell: ({ entries }) => entries },
    { name: "applied", isNumber: true, cell: ({ applied }) => applied },
    {
      name: "skipped",
      className: "wrap",
      cell: ({ skipped }) =>
        Object.entries(skipped)
          .map(([reason, times]) => `${reason} ${times}`)
          .join(" · ") || "–",
    },
    { name: "signers", isNumber: true, cell: ({ signers }) => signers.length },
    { name: "gas", isNumber: true, cell: ({ gasUsed }) => (gasUsed === null ? "–" : formatNumber(Number(gasUsed))) },
  ];
}

const HELD_COLUMNS: readonly Column<Held>[] = [
  {
    name: "epoch",
    cell: ({ epoch, chunkIndex, digest }) =>
      html`${chunkIndex === 0 ? epoch : `${epoch} part ${chunkIndex + 1}`} <small>${hash(digest)}</small>`,
  },
  { name: "state", cell: ({ state }) => tag(state) },
  { name: "held (UTC)", cell: ({ heldAtSec }) => formatTime(heldAtSec) },
  { name: "releasable until", cell: ({ releasableUntilSec }) => formatTime(releasableUntilSec) },
  { name: "decided", cell: ({ decidedAtSec }) => (decidedAtSec === null ? "–" : formatTime(decidedAtSec)) },
  {
    name: "entries",
    isNumber: true,
    cell: ({ entries }) => (entries === null ? html`<span class="low">unknown</span>` : entries),
  },
  { name: "tightened", isNumber: true, cell: ({ tightened }) => tightened },
  { name: "Σ ρ rise", isNumber: true, cell: ({ tighteningBps }) => formatBps(tighteningBps) },
];
