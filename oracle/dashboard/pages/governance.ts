/** Governance: proposals on their way, bounds of a class now and as proposed, the past replayed under both, and a proposal sent from the reader's wallet. */
import { html, type TemplateResult } from "lit-html";
import { z } from "zod";
import { governanceRoute } from "../../api/contract/governance.ts";
import { HistoryReplaySchema, HistorySchema } from "../../api/contract/history.ts";
import { ClassesSchema, NetworkSchema } from "../../api/contract/network.ts";
import { PositionTrailSchema } from "../../api/contract/trails.ts";
import { BOUNDS_FIELDS, proposedBounds } from "../../domain/bounds-fields.ts";
import type { Ask } from "../core/ask.ts";
import { formatBps } from "../core/format.ts";
import type { Page, Scene } from "../core/page.ts";
import { age } from "../parts/age.ts";
import { panel } from "../parts/bits.ts";
import { boundsEditor } from "../parts/bounds-editor.ts";
import { choice } from "../parts/filters.ts";
import { historyPanel, type ShownHistory } from "../parts/history-panel.ts";
import { proposalPanel } from "../parts/proposal-panel.ts";
import { type Dao, proposalsPanel } from "../parts/proposals.ts";
import { replayPanel } from "../parts/replay-panel.ts";
import { type Column, table } from "../parts/table.ts";

type Book = NonNullable<z.infer<typeof ClassesSchema>["book"]>;
type ClassRow = Book["classes"][number];
type Trails = readonly z.infer<typeof PositionTrailSchema>[];
type Network = z.infer<typeof NetworkSchema>["network"];

const Trail = z.array(PositionTrailSchema);

/** Bounds and proposals. */
export const GOVERNANCE_PAGE: Page = {
  path: "governance",
  name: "Governance",
  isInNavigation: true,
  load: async ({ query }, ask) => {
    const wanted = query.get("class") ?? "";
    const isClass = /^\d{1,5}$/.test(wanted);
    const [{ report: dao }, classes, network, trails] = await Promise.all([
      ask.get("/v1/governance", governanceRoute.answer),
      ask.find("/v1/classes", ClassesSchema),
      ask.find("/v1/network", NetworkSchema),
      isClass ? ask.find(`/v1/trails?classId=${wanted}`, Trail) : null,
    ]);
    const book = classes?.book ?? null;
    const shown = await askHistory(book, query, ask);
    return (scene) => view(book, { dao, shown, network: network?.network ?? null, trails }, scene);
  },
};

/** The history, and its replay where the address names a class and bounds that can hold. */
async function askHistory(book: Book | null, query: ReadonlyMap<string, string>, ask: Ask): Promise<ShownHistory> {
  const { history } = await ask.get("/v1/history", HistorySchema);
  const chosen = book?.classes.find(({ classId }) => String(classId) === query.get("class"));
  if (chosen === undefined || history === null || history.weeksDone === 0) return { history, replay: null };
  const { proposed, faults } = proposedBounds(chosen.bounds, query);
  if (faults.length > 0) return { history, replay: null };
  const fields = BOUNDS_FIELDS.filter(({ read }) => read(proposed) !== read(chosen.bounds));
  const search = new URLSearchParams([
    ["classId", String(chosen.classId)],
    ...fields.map(({ key, read }) => [key, String(read(proposed))]),
  ]);
  return { history, replay: await ask.attempt(`/v1/history/replay?${search}`, HistoryReplaySchema) };
}

interface Beside {
  readonly shown: ShownHistory;
  readonly dao: Dao;
  readonly network: Network;
  /** `null` where the node tells nothing of the past. */
  readonly trails: Trails | null;
}

function view(book: Book | null, beside: Beside, scene: Scene): TemplateResult {
  if (book === null) {
    return html`<h2>Governance</h2>
      ${proposalsPanel(beside.dao, null, scene)}
      <p class="empty">Unknown: no round has read the bounds yet.</p>`;
  }
  const chosen = book.classes.find(({ classId }) => String(classId) === scene.route.query.get("class")) ?? null;
  return html`<h2>Governance <small>bounds read ${age(book.readAtSec, scene.status.marketTimeSec)}</small></h2>
    <form class="filters" aria-label="Choose a class" @submit=${(event: Event) => event.preventDefault()}>
      ${choice({ key: "class", name: "Risk class", options: book.classes.map(({ classId }) => String(classId)), scene })}
    </form>
    ${proposalsPanel(beside.dao, chosen?.classId ?? null, scene)}
    ${chosen === null ? allClasses(book, scene) : oneClass(chosen, beside, scene)}`;
}

function oneClass({ classId, bounds }: ClassRow, { network, trails, shown }: Beside, scene: Scene): TemplateResult {
  const { proposed, faults } = proposedBounds(bounds, scene.route.query);
  const changed = BOUNDS_FIELDS.filter(({ read }) => read(bounds) !== read(proposed));
  const change = { classId, current: bounds, proposed, changed: changed.map(({ name }) => name) };
  return html`<div class="columns">
      ${panel("bounds", `Bounds of class ${classId}`, boundsEditor({ bounds, proposed, faults }, scene))}
      <div>
        ${panel("history", "Ninety simulated days under both bounds", historyPanel(shown, scene))}
        ${panel("replay", "This run under both bounds", replayPanel(trails, change, scene))}
        ${panel("proposal", "Proposal", proposalPanel(change, { network, faults }, scene))}
      </div>
    </div>`;
}

function allClasses({ classes }: Book, scene: Scene): TemplateResult {
  return panel(
    "classes",
    "All classes",
    table({
      id: "classes",
      name: "Risk classes",
      rows: classes,
      columns: COLUMNS,
      keyOf: ({ classId }) => String(classId),
      empty: "The chain has no class.",
      scene,
    }),
  );
}

const bps = (name: string, of: (row: ClassRow) => number): Column<ClassRow> => ({
  name,
  isNumber: true,
  cell: (row) => formatBps(of(row)),
  sort: { key: name.replaceAll(/[^a-z]/gi, "-"), by: of },
});

const COLUMNS: readonly Column<ClassRow>[] = [
  { name: "class", cell: ({ classId }) => html`<a href="#/governance?class=${classId}">${classId}</a>` },
  { name: "active", cell: ({ bounds }) => (bounds.active ? "yes" : html`<span class="near">no</span>`) },
  bps("ρ floor", ({ bounds }) => bounds.rhoFloorBps),
  bps("ρ ceiling", ({ bounds }) => bounds.rhoCeilingBps),
  bps("ρ default", ({ bounds }) => bounds.rhoDefaultBps),
  bps("π cap", ({ bounds }) => bounds.piCapBps),
  bps("tighten step", ({ bounds }) => bounds.tighten.stepBps),
  bps("loosen step", ({ bounds }) => bounds.loosen.stepBps),
];
