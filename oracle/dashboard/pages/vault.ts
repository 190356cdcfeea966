/** Vault: every short position, filtered and sorted, and the positions of one writer, source or fund judged together. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import { fundHedgeRoute } from "../../api/contract/fund-hedge.ts";
import { PositionListSchema } from "../../api/contract/positions.ts";
import { JointRiskSchema } from "../../api/contract/risk.ts";
import { formatShare, formatSpan, formatUsd } from "../core/format.ts";
import { LIQUIDATION_HEALTH, type Position, sortPositions } from "../core/order.ts";
import type { Page, Scene } from "../core/page.ts";
import { age } from "../parts/age.ts";
import { figures, panel } from "../parts/bits.ts";
import { choice, searchBox } from "../parts/filters.ts";
import { fundPanel, type Mandates } from "../parts/fund-table.ts";
import { jointTable } from "../parts/joint-table.ts";
import { endedColumns, openColumns, positionKeyOf } from "../parts/position-columns.ts";
import { table } from "../parts/table.ts";

type JointRisk = z.infer<typeof JointRiskSchema>["report"];

/** Positions and what is judged of them together. */
export const VAULT_PAGE: Page = {
  path: "vault",
  name: "Vault",
  isInNavigation: true,
  load: async (_, ask) => {
    const [list, { report }, { mandates }] = await Promise.all([
      ask.get("/v1/positions", PositionListSchema),
      ask.get("/v1/risk", JointRiskSchema),
      ask.get("/v1/hedge/fund", fundHedgeRoute.answer),
    ]);
    const sorted = sortPositions(list.positions, list.marketTimeSec);
    return (scene) => view(sorted, { risk: report, mandates }, scene);
  },
};

interface Beside {
  readonly risk: JointRisk;
  readonly mandates: Mandates;
}

function view(
  { open, ended }: ReturnType<typeof sortPositions>,
  { risk, mandates }: Beside,
  scene: Scene,
): TemplateResult {
  const shown = open.filter(matching(scene));
  const now = scene.status.marketTimeSec;
  return html`
    <h2>Vault</h2>
    ${totals(open, risk, now)}
    ${panel(
      "positions",
      "Short positions",
      html`${filters(open, scene)}
        <p id="counts" class="note">${countText(open, shown)}</p>
        ${table({
          id: "positions",
          name: "Short positions",
          rows: shown,
          columns: openColumns(now),
          keyOf: positionKeyOf,
          empty: open.length === 0 ? "No positions yet." : "No position matches the filters.",
          scene,
        })}
        ${ended.length === 0 ? nothing : endedPositions(ended, scene)}`,
    )}
    ${risk === null ? nothing : jointTable(risk, scene)} ${fundPanel(mandates, scene)}
  `;
}

function totals(open: readonly Position[], risk: JointRisk, nowSec: number): TemplateResult {
  const below = open.filter(({ health }) => health !== null && health < LIQUIDATION_HEALTH).length;
  const unknown = open.filter(({ health }) => health === null).length;
  const sources = risk?.groups.filter(({ group }) => group.kind === "source") ?? [];
  const sum = (of: (row: (typeof sources)[number]) => number) => sources.reduce((total, row) => total + of(row), 0);
  const ofRisk = (name: string, of: (row: (typeof sources)[number]) => number) => ({
    name,
    value: risk === null ? html`<span class="low">unknown</span>` : `$ ${formatUsd(sum(of))}`,
  });
  return figures([
    { name: "Open positions", value: open.length },
    { name: "Below health 1", value: below, tone: below > 0 ? "low" : undefined },
    { name: "Health unknown", value: unknown, tone: unknown > 0 ? "low" : undefined },
    ofRisk("Collateral", ({ collateralUsd }) => collateralUsd),
    ofRisk("Value of options", ({ liabilityUsd }) => liabilityUsd),
    {
      ...ofRisk("Expected shortfall", ({ expectedShortfallUsd }) => expectedShortfallUsd),
      note: risk === null ? "no round yet" : html`97.5 %, ${formatSpan(risk.horizonSec)} · ${age(risk.atSec, nowSec)}`,
    },
    {
      name: "Any position uncovered",
      value:
        sources.length === 0
          ? html`<span class="low">unknown</span>`
          : formatShare(Math.max(...sources.map(({ uncoveredProbability }) => uncoveredProbability))),
    },
  ]);
}

function countText(open: readonly Position[], shown: readonly Position[]): string {
  if (open.length === 0) return "";
  const below = open.filter(({ health }) => health !== null && health < LIQUIDATION_HEALTH).length;
  const unknown = open.filter(({ health }) => health === null).length;
  const part = shown.length === open.length ? "" : `${shown.length} shown of `;
  return `${part}${open.length} open · ${below} below health 1 · ${unknown} of unknown health`;
}

function filters(open: readonly Position[], scene: Scene): TemplateResult {
  const assets = [...new Set(open.map(({ asset }) => asset))].toSorted();
  return html`<form class="filters" role="search" aria-label="Filter positions" @submit=${(event: Event) => event.preventDefault()}>
    ${searchBox({ key: "q", name: "Owner, id or strike", scene })}
    ${choice({ key: "asset", name: "Asset", options: assets, scene })}
    ${choice({ key: "kind", name: "Kind", options: ["call", "put"], scene })}
    ${choice({ key: "status", name: "Status", options: ["fresh", "stale", "unscored", "flagged"], scene })}
  </form>`;
}

function matching({ route: { query } }: Scene): (row: Position) => boolean {
  const [asset, kind, status] = ["asset", "kind", "status"].map((key) => query.get(key) ?? "");
  const wanted = (query.get("q") ?? "").trim().toLowerCase();
  return (row) =>
    (asset === "" || row.asset === asset) &&
    (kind === "" || row.kind === kind) &&
    (status === "" || row.status === status) &&
    (wanted === "" || `#${row.id} ${row.owner} ${row.strike}`.toLowerCase().includes(wanted));
}

function endedPositions(ended: readonly Position[], scene: Scene): TemplateResult {
  return html`<details id="ended-frame">
    <summary>Ended positions (${ended.length})</summary>
    ${table({ id: "ended", name: "Ended positions", rows: ended, columns: endedColumns(), keyOf: positionKeyOf, empty: "", scene })}
  </details>`;
}
