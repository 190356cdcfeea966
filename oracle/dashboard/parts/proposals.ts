/** Proposals of the DAO as they go their way: stages, votes, which bounds move from where to where, and on whom it bears. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { governanceRoute } from "../../api/contract/governance.ts";
import { BOUNDS_FIELDS } from "../../domain/bounds-fields.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { formatBps, formatHealth, formatNumber, formatShare } from "../core/format.ts";
import type { Scene } from "../core/page.ts";
import { age } from "./age.ts";
import { hash, panel, tag, unknown } from "./bits.ts";
import { type Proposal, stageList } from "./proposal-stages.ts";
import { type Column, table } from "./table.ts";

/** What the node knows of the DAO; `null` before its first look. */
export type Dao = z.output<typeof governanceRoute.answer>["report"];
type Call = Proposal["calls"][number];
type Change = Call["changes"][number];
type Move = NonNullable<Proposal["effect"]>["moved"][number];

/** Proposals shown; the API has all. */
const SHOWN = 10;

/** The panel. @param classId of the only class whose proposals are asked for; `null` for all. */
export function proposalsPanel(dao: Dao, classId: number | null, scene: Scene): TemplateResult {
  if (dao === null) {
    return panel("proposals", "Proposals", html`<p class="empty">Unknown: the node has not read the DAO yet.</p>`);
  }
  const wanted = dao.proposals.filter(
    ({ calls }) => classId === null || calls.some((call) => call.classId === classId),
  );
  const of = classId === null ? "" : ` of class ${classId}`;
  const read = html`Proposals${of} <small>read ${age(dao.atSec, scene.status.marketTimeSec)}, block ${dao.blockNumber}</small>`;
  if (wanted.length === 0) return panel("proposals", read, html`<p class="empty">Nothing${of} was proposed.</p>`);
  const more = wanted.length - SHOWN;
  return panel(
    "proposals",
    read,
    html`${wanted.slice(0, SHOWN).map((proposal) => proposalCard(proposal, dao, scene))}
      ${more > 0 ? html`<p class="note">${more} older ones at <a href="/v1/governance">/v1/governance</a>.</p>` : nothing}`,
  );
}

function proposalCard(proposal: Proposal, dao: NonNullable<Dao>, scene: Scene): TemplateResult {
  const { id, description, state, proposer, executedIn, calls, effect } = proposal;
  return html`<article class="proposal" data-proposal=${id} data-state=${state}>
    <h4>${description} ${tag(state)}</h4>
    ${stageList(proposal, scene.status.marketTimeSec)}
    ${votes(proposal)}
    ${calls.map((call, index) => callTable(call, { key: `${id.slice(0, 8)}-${index}`, isDecided: executedIn !== null, dao }, scene))}
    ${effect === null ? nothing : effectOf(id, effect, scene)}
    <p class="note">Proposed by ${hash(proposer)}${executedIn === null ? "" : html`, executed in transaction ${hash(executedIn)}`}.</p>
  </article>`;
}

/** Votes against the quorum; both are numbers, the bars only repeat them. */
function votes({ votes: { for: inFavour, against, abstain }, quorum, state }: Proposal): TemplateResult {
  if (state === "pending") return html`<p class="note">Nobody can vote yet.</p>`;
  const cast = inFavour + abstain;
  const share = quorum === null || quorum === 0 ? null : Math.min(1, cast / quorum);
  const reached =
    share === null
      ? unknown("quorum unknown")
      : share >= 1
        ? "quorum reached"
        : html`<span class="near">${formatShare(share)} of the quorum</span>`;
  return html`<p class="votes">
    <b>${formatNumber(inFavour)}</b> for · <b>${formatNumber(against)}</b> against · <b>${formatNumber(abstain)}</b> abstain ·
    ${quorum === null ? nothing : html`${formatNumber(quorum)} needed · `}${reached}
  </p>`;
}

interface CallPlace {
  readonly key: string;
  readonly isDecided: boolean;
  readonly dao: NonNullable<Dao>;
}

function callTable(call: Call, { key, isDecided, dao }: CallPlace, scene: Scene): TemplateResult {
  const { functionName, target, classId, calldata, changes } = call;
  const name = functionName === null ? unknown("an unknown function") : html`<code>${functionName}</code>`;
  const bounds = dao.classes.find((one) => one.classId === classId)?.bounds ?? null;
  if (classId === null) {
    return html`<p>Calls ${name} of ${hash(target)}.</p><details><summary>Call data</summary><p class="calldata">${calldata}</p></details>`;
  }
  return html`<p>Calls ${name} for <a href="#/governance?class=${classId}">class ${classId}</a>.</p>
    ${table({
      id: `changes-${key}`,
      name: `Bounds of class ${classId} that move`,
      rows: changes,
      columns: changeColumns(bounds, isDecided),
      keyOf: ({ field }) => field,
      empty: "No bound differs from the present ones.",
      scene,
    })}`;
}

function changeColumns(bounds: RiskClass | null, isDecided: boolean): readonly Column<Change>[] {
  const fieldOf = (key: string) => BOUNDS_FIELDS.find((field) => field.key === key);
  const written = ({ field }: Change, value: number) =>
    fieldOf(field)?.unit === "bps" ? formatBps(value) : `${value} ${fieldOf(field)?.unit ?? ""}`;
  return [
    { name: "bound", cell: ({ field }) => fieldOf(field)?.name ?? field },
    { name: isDecided ? "before" : "now", isNumber: true, cell: (change) => written(change, change.from) },
    { name: isDecided ? "set to" : "proposed", isNumber: true, cell: (change) => written(change, change.to) },
    {
      name: "in force",
      isNumber: true,
      tone: ({ field, to }) => (bounds !== null && fieldOf(field)?.read(bounds) === to ? "calm" : ""),
      cell: (change) => {
        const value = bounds === null ? undefined : fieldOf(change.field)?.read(bounds);
        if (value === undefined) return unknown();
        return html`${written(change, value)}${value === change.to ? html` <small>moved</small>` : nothing}`;
      },
    },
  ];
}

function effectOf(id: string, effect: NonNullable<Proposal["effect"]>, scene: Scene): TemplateResult {
  const { atSec, positions, moved, newlyUnhealthy, unpriced } = effect;
  const unsure = unpriced === 0 ? "" : ` ${unpriced} have no valid price: unknown.`;
  const fallen = html`<span class=${newlyUnhealthy > 0 ? "low" : ""}>${newlyUnhealthy} would fall below health 1</span>`;
  return html`<p class="note">
      Were it executed now, ${moved.length} of ${positions} positions would move at once, ${fallen}
      (${age(atSec, scene.status.marketTimeSec)}).${unsure}
    </p>
    ${moved.length === 0 ? nothing : html`<details><summary>Positions that move</summary>${table({ id: `moves-${id.slice(0, 8)}`, name: "Positions that move", rows: moved, columns: MOVE_COLUMNS, keyOf: ({ positionId }) => positionId, empty: "", scene })}</details>`}`;
}

const MOVE_COLUMNS: readonly Column<Move>[] = [
  { name: "position", cell: ({ positionId, owner }) => html`#${positionId} <small>${hash(owner)}</small>` },
  { name: "ρ now", isNumber: true, cell: ({ rhoBeforeBps }) => formatBps(rhoBeforeBps) },
  { name: "ρ then", isNumber: true, cell: ({ rhoAfterBps }) => formatBps(rhoAfterBps) },
  { name: "health now", isNumber: true, cell: ({ healthBefore }) => formatHealth(healthBefore) },
  {
    name: "health then",
    isNumber: true,
    tone: ({ healthAfter }) => (healthAfter < 1 ? "low" : ""),
    cell: ({ healthAfter }) => formatHealth(healthAfter),
  },
];
