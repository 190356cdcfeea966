/** Report: what every operator said, what the median and the clamp made of it, who signed, what the chain answered, and when. */
import { html, nothing, type TemplateResult } from "lit-html";
import { z } from "zod";
import { NetworkSchema } from "../../api/contract/network.ts";
import { ProofSchema } from "../../api/contract/proof.ts";
import { ReportSchema } from "../../api/contract/reports.ts";
import { ReportDetailSchema, RoundSchema } from "../../api/contract/rounds.ts";
import type { Ask } from "../core/ask.ts";
import { formatAddress, formatBpsExact, formatMs, formatNumber, formatTime } from "../core/format.ts";
import type { Page, Scene } from "../core/page.ts";
import { formatRoute } from "../core/route.ts";
import { age } from "../parts/age.ts";
import { figures, hash, orUnknown, panel, tag, unknown } from "../parts/bits.ts";
import { proofPanel, type ShownProof } from "../parts/proof-panel.ts";
import { type Column, table } from "../parts/table.ts";

type Detail = z.infer<typeof ReportDetailSchema>;
type Entry = Detail["entries"][number];
type Round = z.infer<typeof RoundSchema>;
type Summary = z.infer<typeof ReportSchema>;

const SEARCHED = 500;

/** One report: `#/report/DIGEST`. */
export const REPORT_PAGE: Page = {
  path: "report",
  name: "Report",
  isInNavigation: false,
  load: async ({ path }, ask) => {
    const digest = path[1] ?? "";
    const [detail, reports, rounds, network] = await Promise.all([
      ask.find(`/v1/reports/${encodeURIComponent(digest)}`, ReportDetailSchema),
      ask.get(`/v1/reports?limit=${SEARCHED}`, z.array(ReportSchema)),
      ask.find(`/v1/rounds?limit=${SEARCHED}`, z.array(RoundSchema)),
      ask.find("/v1/network", NetworkSchema),
    ]);
    const summary = reports.find((row) => row.digest === digest) ?? null;
    const round = rounds?.find((row) => row.digest === digest) ?? null;
    const asked = await askProof(detail, summary, ask);
    const proof = { asked, network: network?.network ?? null, digest };
    return (scene) => view({ digest, detail, summary, round, proof }, scene);
  },
};

interface Known {
  readonly digest: string;
  readonly detail: Detail | null;
  readonly summary: Summary | null;
  readonly round: Round | null;
  readonly proof: ShownProof;
}

/** The whole report, as the proof of a position that it has moved or confirmed as of its own block. */
async function askProof(detail: Detail | null, summary: Summary | null, ask: Ask): Promise<ShownProof["asked"]> {
  const taken = detail?.entries.find(({ outcome }) => /^(APPLIED|REFRESHED)/.test(outcome ?? ""));
  if (taken === undefined || summary?.blockNumber == null) return null;
  const asOf = `source=${encodeURIComponent(taken.source)}&asOf=block:${summary.blockNumber}`;
  return await ask.attempt(`/v1/positions/${encodeURIComponent(taken.positionId)}/proof?${asOf}`, ProofSchema);
}

function view({ digest, detail, summary, round, proof }: Known, scene: Scene): TemplateResult {
  const epoch = detail?.epoch ?? summary?.epoch ?? null;
  return html`
    <p class="crumb"><a href=${formatRoute(["reports"])}>Reports</a></p>
    <h2>Report ${epoch ?? formatAddress(digest)} ${summary === null ? unknown("state unknown") : tag(summary.state)}</h2>
    ${summary === null && detail === null ? html`<p class="empty">The node does not keep this report.</p>` : nothing}
    ${keyFigures(digest, { detail, summary }, scene)}
    ${round === null ? nothing : panel("trace", "When", trace(round, summary))}
    ${proof.asked === null ? nothing : panel("proof", "Who signed it", proofPanel(proof, scene))}
    ${detail === null ? html`<p class="empty">What each operator said is unknown: this node remembers reports of its own rounds only.</p>` : details(detail, scene)}
  `;
}

function keyFigures(
  digest: string,
  { detail, summary }: Pick<Known, "detail" | "summary">,
  { status }: Scene,
): TemplateResult {
  return figures([
    { name: "Digest (EIP-712)", value: hash(digest) },
    { name: "Observed", value: orUnknown(summary, ({ observedAtSec }) => age(observedAtSec, status.marketTimeSec)) },
    {
      name: "Valid to arrive until",
      value: orUnknown(detail, ({ validUntilSec }) => `${formatTime(validUntilSec)} UTC`),
    },
    { name: "Entries", value: orUnknown(summary, ({ entries }) => entries) },
    { name: "Applied", value: orUnknown(summary, ({ applied }) => applied) },
    { name: "Transaction", value: summary?.transactionHash ? hash(summary.transactionHash) : unknown("none known") },
    { name: "Block", value: summary?.blockNumber ?? unknown("none known") },
    { name: "Gas", value: summary?.gasUsed ? formatNumber(Number(summary.gasUsed)) : unknown() },
    { name: "Evidence", value: orUnknown(detail, ({ evidenceHash }) => hash(evidenceHash)) },
    { name: "Model bundle", value: orUnknown(detail, ({ bundleHash }) => hash(bundleHash)) },
  ]);
}

/** Times of the machine, from the anchor on. */
function trace(round: Round, summary: Summary | null): TemplateResult {
  const steps: readonly (readonly [string, number | null])[] = [
    ["anchor taken, round begun", 0],
    ["first operator holds a quorum", Math.min(...round.voices.map(({ durationMs }) => durationMs))],
    ["all operators are done", round.agreedAtMs - round.begunAtMs],
    [
      `chain has answered: ${summary?.state ?? "unknown"}`,
      round.answeredAtMs === null ? null : round.answeredAtMs - round.begunAtMs,
    ],
  ];
  return html`<ol class="trace">
    ${steps.map(([name, atMs]) => html`<li><span>${name}</span> <b>${atMs === null ? unknown("not yet") : `+${formatMs(atMs)}`}</b></li>`)}
  </ol>`;
}

function details(detail: Detail, scene: Scene): TemplateResult {
  const signed = detail.operators.filter(({ signature }) => signature !== null).length;
  return html`
    ${panel(
      "signatures",
      html`Signatures <small>${signed} of ${detail.operators.length}, ${detail.threshold} needed</small>`,
      table({
        id: "signatures",
        name: "Signatures",
        rows: detail.operators,
        columns: SIGNATURE_COLUMNS,
        keyOf: ({ address }) => address,
        empty: "Nobody signed.",
        scene,
      }),
    )}
    ${panel(
      "entries",
      "From voices to the report",
      html`<p class="note">ρ of every operator, the upper median of them, and what was reported after the clamp to what the chain's rules accept.</p>
        ${table({ id: "entries", name: "Entries", rows: detail.entries, columns: entryColumns(detail), keyOf: ({ source, positionId }) => `${source}:${positionId}`, empty: "The report has no entries.", scene })}`,
    )}
  `;
}

const SIGNATURE_COLUMNS: readonly Column<Detail["operators"][number]>[] = [
  { name: "operator", cell: ({ address }) => hash(address) },
  {
    name: "observation",
    cell: ({ observationDigest }) => (observationDigest === null ? unknown("none") : hash(observationDigest)),
  },
  {
    name: "signature (r, vs)",
    cell: ({ signature }) => (signature === null ? "not needed or not there" : hash(signature)),
  },
];

function entryColumns({ operators }: Detail): readonly Column<Entry>[] {
  return [
    {
      name: "position",
      cell: ({ source, positionId }) =>
        html`<a href=${formatRoute(["position", source, positionId])}>#${positionId}</a> <small>${formatAddress(source)}</small>`,
    },
    ...operators.map(
      ({ address }, index): Column<Entry> => ({
        name: address.slice(0, 6),
        isNumber: true,
        cell: ({ voicesBps }) => orUnknown(voicesBps[index] ?? null, formatBpsExact),
      }),
    ),
    { name: "median", isNumber: true, cell: ({ medianBps }) => orUnknown(medianBps, formatBpsExact) },
    {
      name: "reported ρ",
      isNumber: true,
      tone: clampTone,
      cell: ({ rhoBps }) => (rhoBps === null ? "–" : formatBpsExact(rhoBps)),
    },
    { name: "clamp", isNumber: true, cell: clampText },
    { name: "π", isNumber: true, cell: ({ piBps }) => (piBps === null ? "–" : formatBpsExact(piBps)) },
    { name: "score", isNumber: true, cell: ({ score }) => score ?? "–" },
    {
      name: "chain",
      cell: ({ outcome, leftOut }) =>
        leftOut === null ? (outcome ?? unknown("not answered")) : html`<span class="near">left out: ${leftOut}</span>`,
    },
  ];
}

function clampTone({ rhoBps, medianBps }: Entry): string {
  return rhoBps !== null && medianBps !== null && rhoBps !== medianBps ? "near" : "";
}

function clampText({ rhoBps, medianBps }: Entry): string {
  if (rhoBps === null || medianBps === null) return "–";
  const change = rhoBps - medianBps;
  if (change === 0) return "none";
  return `${change < 0 ? "−" : "+"}${formatBpsExact(Math.abs(change))}`;
}
