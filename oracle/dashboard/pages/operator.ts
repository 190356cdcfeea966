/** Operator: health of the node's parts, what the guard refuses, queues, and the transactions of reports. */
import { html, type TemplateResult } from "lit-html";
import { z } from "zod";
import { ReportSchema } from "../../api/contract/reports.ts";
import { formatNumber, formatSpan, formatTime } from "../core/format.ts";
import type { Page, Scene, Status } from "../core/page.ts";
import { formatRoute } from "../core/route.ts";
import { age } from "../parts/age.ts";
import { figures, hash, panel, tag, unknown } from "../parts/bits.ts";
import { type Metrics, metricOf, metricsOf } from "../parts/metrics.ts";
import { type Column, table } from "../parts/table.ts";

type Report = z.infer<typeof ReportSchema>;
type Component = Status["components"][number];

const SHOWN = 50;
const MS_PER_SEC = 1_000;
const BYTES_PER_MB = 1e6;

/** The node itself. */
export const OPERATOR_PAGE: Page = {
  path: "operator",
  name: "Operator",
  isInNavigation: true,
  load: async (_, ask) => {
    const [reports, metrics] = await Promise.all([
      ask.get(`/v1/reports?limit=${SHOWN}`, z.array(ReportSchema)),
      ask.text("/metrics").then(metricsOf, () => null),
    ]);
    return (scene) => view(reports, metrics, scene);
  },
};

function view(reports: readonly Report[], metrics: Metrics | null, scene: Scene): TemplateResult {
  const { components, ingestion } = scene.status;
  return html`<h2>Operator</h2>
    ${keyFigures(metrics, ingestion)}
    <div class="columns">
      ${panel("components", "Health of the parts", table({ id: "components", name: "Parts", rows: components, columns: COMPONENT_COLUMNS, keyOf: ({ name }) => name, empty: "Unknown: no part has said anything yet.", scene }))}
      ${panel("queues", "Queues", queueTable(metrics, scene))}
    </div>
    ${panel("transactions", "Transactions of reports", table({ id: "transactions", name: "Transactions", rows: reports, columns: transactionColumns(scene), keyOf: ({ digest }) => digest, empty: "No transaction yet.", scene }))}
    ${panel("rejected", "What the guard refused", rejectTable(ingestion, scene))}`;
}

function keyFigures(metrics: Metrics | null, { accepted, rejected }: Status["ingestion"]): TemplateResult {
  const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  const ofMetric = (name: string, write: (value: number) => string) => {
    const value = metrics === null ? null : metricOf(metrics, name);
    return value === null ? unknown() : write(value);
  };
  return figures([
    { name: "Market events used", value: formatNumber(accepted) },
    { name: "Market events refused", value: formatNumber(refused), tone: refused > 0 ? "near" : undefined },
    {
      name: "Memory",
      value: ofMetric("process_resident_memory_bytes", (bytes) => `${Math.round(bytes / BYTES_PER_MB)} MB`),
    },
    { name: "Processor time", value: ofMetric("process_cpu_seconds_total", formatSpan) },
    {
      name: "Event loop lag, p99",
      value: ofMetric("nodejs_eventloop_lag_p99_seconds", (lag) => `${(lag * MS_PER_SEC).toFixed(1)} ms`),
    },
  ]);
}

const COMPONENT_COLUMNS: readonly Column<Component>[] = [
  { name: "part", cell: ({ name }) => name },
  { name: "state", cell: ({ state }) => tag(state) },
  { name: "since (UTC)", cell: ({ sinceSec }) => formatTime(sinceSec) },
  { name: "reason", className: "wrap", cell: ({ reason }) => reason ?? "–" },
];

interface QueueRow {
  readonly name: string;
  readonly depth: number;
}

function queueTable(metrics: Metrics | null, scene: Scene): TemplateResult {
  const rows = (metrics ?? [])
    .filter(({ name }) => name === "plimsoll_queue_depth")
    .map(({ labels, value }): QueueRow => ({ name: labels.get("queue") ?? "", depth: value }));
  return html`<p class="note">Jobs that wait, are delayed or run; a depth that grows means that the worker is behind.</p>
    ${table({ id: "queues", name: "Queues", rows, columns: QUEUE_COLUMNS, keyOf: ({ name }) => name, empty: "Unknown: the node has not counted its jobs.", scene })}`;
}

const QUEUE_COLUMNS: readonly Column<QueueRow>[] = [
  { name: "queue", cell: ({ name }) => name },
  { name: "jobs", isNumber: true, cell: ({ depth }) => depth },
];

function transactionColumns({ status }: Scene): readonly Column<Report>[] {
  return [
    { name: "epoch", cell: ({ epoch, digest }) => html`<a href=${formatRoute(["report", digest])}>${epoch}</a>` },
    { name: "state", cell: ({ state }) => tag(state) },
    {
      name: "transaction",
      cell: ({ transactionHash }) => (transactionHash === null ? unknown("none") : hash(transactionHash)),
    },
    { name: "block", isNumber: true, cell: ({ blockNumber }) => blockNumber ?? unknown("in none") },
    {
      name: "gas",
      isNumber: true,
      cell: ({ gasUsed }) => (gasUsed === null ? unknown() : formatNumber(Number(gasUsed))),
    },
    { name: "observed", cell: ({ observedAtSec }) => age(observedAtSec, status.marketTimeSec) },
  ];
}

function rejectTable({ rejected }: Status["ingestion"], scene: Scene): TemplateResult {
  const rows = Object.entries(rejected).map(([reason, count]) => ({ reason, count }));
  return table({
    id: "rejected",
    name: "Refused events",
    rows: rows.toSorted((left, right) => right.count - left.count),
    columns: [
      { name: "reason", cell: ({ reason }) => reason },
      { name: "events", isNumber: true, cell: ({ count }) => formatNumber(count) },
    ],
    keyOf: ({ reason }) => reason,
    empty: "Nothing was refused.",
    scene,
  });
}
