/** Models: which are in use, how good they have been, what was decided about them, and their cards. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import { ModelCardSchema } from "../../api/contract/model-card.ts";
import { ModelsSchema } from "../../api/contract/models.ts";
import { formatTime } from "../core/format.ts";
import type { Page, Scene } from "../core/page.ts";
import { withQuery } from "../core/route.ts";
import { age } from "../parts/age.ts";
import { hash, panel, tag, unknown } from "../parts/bits.ts";
import { cardText } from "../parts/card-text.ts";
import { comparison } from "../parts/comparison.ts";
import { type Column, table } from "../parts/table.ts";

type Models = z.infer<typeof ModelsSchema>;
type Model = Models["models"][number];
type Drift = Models["drift"][number];
type ModelEvent = Models["log"][number];
type Card = z.infer<typeof ModelCardSchema>;

/** The mean loss in training is 1 by construction; an eighth more is worth a colour. */
const NEAR_LOSS = 1.125;

/** Models in use. */
export const MODELS_PAGE: Page = {
  path: "models",
  name: "Models",
  isInNavigation: true,
  load: async ({ query }, ask) => {
    const wanted = query.get("card") ?? "";
    const [models, card] = await Promise.all([
      ask.get("/v1/models", ModelsSchema),
      wanted === "" ? null : ask.find(`/v1/models/${encodeURIComponent(wanted)}/card`, ModelCardSchema),
    ]);
    return (scene) => view(models, card, scene);
  },
};

function view({ models, drift, log }: Models, card: Card | null, scene: Scene): TemplateResult {
  return html`<h2>Models</h2>
    ${panel("models", "In use", table({ id: "models-table", name: "Models in use", rows: models, columns: modelColumns(scene), keyOf: ({ id }) => id, empty: "No model is loaded yet.", scene }))}
    ${panel(
      "drift",
      "Drift of the served quantiles",
      html`<p class="note">Mean normalised loss of a week: 1 is as in training. For 72 hours after an alarm scores of the asset may only tighten.</p>
        ${table({ id: "drift", name: "Drift", rows: drift, columns: driftColumns(scene), keyOf: ({ asset }) => asset, empty: "Unknown: no forecast has been judged yet.", scene })}`,
    )}
    ${panel(
      "model-log",
      "Decisions: champion against challenger",
      table({
        id: "model-log",
        name: "Decisions about models",
        rows: log,
        columns: LOG_COLUMNS,
        keyOf: ({ id }) => id,
        empty: "No alarm, no retraining, no promotion since the database was made.",
        scene,
      }),
    )}
    ${cardPanel(card, scene)}`;
}

function cardPanel(card: Card | null, { route }: Scene): TemplateResult | typeof nothing {
  const wanted = route.query.get("card") ?? "";
  if (wanted === "") return nothing;
  if (card === null || card.id !== wanted)
    return panel("card", `Card of ${wanted}`, html`<p class="empty">Unknown: the node has no card of this model.</p>`);
  return panel("card", html`Card of ${card.id} <small>SHA-256 ${hash(card.sha256)}</small>`, cardText(card.text));
}

function modelColumns(scene: Scene): readonly Column<Model>[] {
  return [
    { name: "model", cell: ({ id }) => html`<a href=${withQuery(scene.route, { card: id })}>${id}</a>` },
    { name: "SHA-256", cell: ({ sha256 }) => html`<span class="address long-hash">${sha256}</span>` },
  ];
}

function driftColumns({ status }: Scene): readonly Column<Drift>[] {
  return [
    { name: "asset", cell: ({ asset }) => asset },
    {
      name: "recent loss",
      isNumber: true,
      tone: ({ recentLoss }) => (recentLoss === null ? "low" : recentLoss > NEAR_LOSS ? "near" : ""),
      cell: ({ recentLoss }) => (recentLoss === null ? "unknown" : recentLoss.toFixed(2)),
    },
    { name: "forecasts judged", isNumber: true, cell: ({ steps }) => steps },
    {
      name: "alarm",
      cell: ({ alarm }) =>
        alarm === null
          ? "none"
          : html`<span class="low">${alarm.detector}</span> ${age(alarm.atSec, status.marketTimeSec)}`,
    },
    {
      name: "doubted",
      cell: ({ isDoubted }) => (isDoubted ? html`<span class="low">yes: may only tighten</span>` : "no"),
    },
    {
      name: "widening 1, 4, 24, 72 h",
      isNumber: true,
      cell: ({ widening }) => widening.map((factor) => `×${factor.toFixed(2)}`).join(" "),
    },
    { name: "watched since", cell: ({ sinceSec }) => formatTime(sinceSec) },
    { name: "judged", cell: ({ atSec }) => age(atSec, status.marketTimeSec) },
  ];
}

const LOG_COLUMNS: readonly Column<ModelEvent>[] = [
  { name: "time (UTC)", cell: ({ recordedAtSec }) => formatTime(recordedAtSec) },
  { name: "model", cell: ({ model }) => model },
  { name: "event", cell: ({ event }) => tag(event) },
  { name: "champion", cell: ({ champion }) => (champion === null ? "–" : hash(champion)) },
  { name: "challenger", cell: ({ challenger }) => (challenger === null ? "–" : hash(challenger)) },
  {
    name: "figures and reasons",
    className: "wrap",
    cell: ({ detail }) => comparison(detail) ?? unknown("none recorded"),
  },
];
