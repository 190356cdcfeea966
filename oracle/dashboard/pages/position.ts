/** Position: its ratio over time inside its bounds, what drives it, when it would be liquidated, and what the chain says. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import { explanationRoute } from "../../api/contract/explanations.ts";
import { ClassesSchema, NetworkSchema } from "../../api/contract/network.ts";
import { PositionSchema } from "../../api/contract/positions.ts";
import { ProofSchema } from "../../api/contract/proof.ts";
import { SurfaceSchema } from "../../api/contract/surface.ts";
import { PositionTrailSchema } from "../../api/contract/trails.ts";
import { formatBps, formatHealth, formatNumber, formatTime } from "../core/format.ts";
import type { Position } from "../core/order.ts";
import type { Page, Scene } from "../core/page.ts";
import { formatRoute } from "../core/route.ts";
import { age } from "../parts/age.ts";
import { figures, hash, panel, tag } from "../parts/bits.ts";
import { chainCheck } from "../parts/chain-check.ts";
import { counterfactuals } from "../parts/counterfactuals.ts";
import { drivers } from "../parts/drivers.ts";
import { type Explained, explanationPanel } from "../parts/explanation-panel.ts";
import { healthTone, seriesName } from "../parts/position-columns.ts";
import { proofPanel, type ShownProof } from "../parts/proof-panel.ts";
import { healthChart, ratioChart } from "../parts/trail-charts.ts";

type Trail = z.infer<typeof PositionTrailSchema>;
type Bounds = NonNullable<z.infer<typeof ClassesSchema>["book"]>["classes"][number]["bounds"];

interface Known {
  readonly row: Position;
  readonly trail: Trail | null;
  readonly bounds: Bounds | null;
  /** USD; `null` where no quoted index is known. */
  readonly spot: { readonly price: number; readonly atSec: number } | null;
  readonly network: z.infer<typeof NetworkSchema>["network"];
  readonly explained: Explained | null;
  readonly proof: ShownProof["asked"];
}

/** One position: `#/position/SOURCE/ID`. */
export const POSITION_PAGE: Page = {
  path: "position",
  name: "Position",
  isInNavigation: false,
  load: async ({ path }, ask) => {
    const [, source = "", id = ""] = path.map(encodeURIComponent);
    const row = await ask.find(`/v1/positions/${id}?source=${source}`, PositionSchema);
    if (row === null) return () => unknownPosition(id);
    const [trail, classes, surface, network, explained, proof] = await Promise.all([
      ask.find(`/v1/trails/${source}/${id}`, PositionTrailSchema),
      ask.find("/v1/classes", ClassesSchema),
      ask.find(`/v1/surface/${encodeURIComponent(row.asset)}`, SurfaceSchema),
      ask.find("/v1/network", NetworkSchema),
      ask.find(`/v1/positions/${id}/explanation?source=${source}`, explanationRoute.answer),
      ask.attempt(`/v1/positions/${id}/proof?source=${source}`, ProofSchema),
    ]);
    const bounds = classes?.book?.classes.find(({ classId }) => classId === trail?.classId)?.bounds ?? null;
    const quoted = surface?.surface ?? null;
    const spot = quoted === null ? null : { price: quoted.index, atSec: quoted.quotedAtSec };
    const known = { row, trail, bounds, spot, network: network?.network ?? null, explained, proof };
    return (scene) => view(known, scene);
  },
};

function unknownPosition(id: string): TemplateResult {
  return html`<h2>Position #${id}</h2>
    <p class="empty">The node knows no such position. <a href=${formatRoute(["vault"])}>All positions</a></p>`;
}

function view(known: Known, scene: Scene): TemplateResult {
  const { row, trail, bounds, spot, network, explained, proof } = known;
  const now = scene.status.marketTimeSec;
  return html`
    <p class="crumb"><a href=${formatRoute(["vault"])}>Vault</a></p>
    <h2>${seriesName(row)} <small>#${row.id}</small> ${tag(row.status)}</h2>
    ${keyFigures(known, now)}
    ${row.explanation === null ? nothing : html`<p class="note">${row.explanation}</p>`}
    <div class="columns">
      ${panel("ratio", "Collateral ratio over time", trail === null ? noPast() : ratioChart(trail.points, bounds))}
      ${panel("drivers", html`What ρ is made of <small>${age(row.updatedAtSec, now)}</small>`, drivers(row))}
      ${panel("health", "Health over time", trail === null ? noPast() : healthChart(trail.points))}
      ${panel("counterfactual", "What would have to happen", counterfactuals(row, { spot, bounds, nowSec: now }))}
    </div>
    ${panel("explanation", "Why, in words", explanationPanel(explained, now))}
    ${panel("proof", "Who signed it", proofPanel({ asked: proof, network, digest: null }, scene))}
    ${panel("chain", "What the chain says", chainCheck(row, network, scene))}
  `;
}

function noPast(): TemplateResult {
  return html`<p class="empty">Unknown: this node has not seen the position's past.</p>`;
}

function keyFigures({ row, trail }: Known, now: number): TemplateResult {
  const direction = row.rhoTargetBps > row.rhoBps ? "near" : undefined;
  return figures([
    {
      name: "Health",
      value: formatHealth(row.health),
      tone: healthTone(row.health) || undefined,
      note: age(row.updatedAtSec, now),
    },
    { name: "ρ now", value: formatBps(row.rhoBps) },
    { name: "ρ target", value: formatBps(row.rhoTargetBps), tone: direction },
    { name: "π", value: formatBps(row.piBps) },
    { name: "Score", value: row.score, note: scoreInWords(row.score) },
    { name: "Contracts", value: formatNumber(row.size) },
    {
      name: "Collateral a contract",
      value: `${formatNumber(row.collateralPerContract)} ${row.kind === "call" ? row.asset : "USD"}`,
    },
    { name: "Expiry", value: formatTime(row.expirySec), note: "UTC" },
    { name: "Owner", value: hash(row.owner) },
    { name: "Risk class", value: trail === null ? html`<span class="low">unknown</span>` : trail.classId },
  ]);
}

const SCORE_SCALE = 100;
const GREATEST_SCORE = 600;

/** A score of s stands for a chance of 10^(−s/100). */
function scoreInWords(score: number): string {
  if (score >= GREATEST_SCORE) return "at most one in a million";
  return `one in ${formatNumber(Math.round(10 ** (score / SCORE_SCALE)))}`;
}
