/** Incidents: breaker, rounds without a report, held and lost reports, refused feeds, drift, dissent, failing parts. */
import { html, type TemplateResult } from "lit-html";
import { z } from "zod";
import { IncidentSchema } from "../../api/contract/incidents.ts";
import { INCIDENT_KINDS } from "../../domain/trail.ts";
import { formatTime } from "../core/format.ts";
import type { Page, Scene } from "../core/page.ts";
import { age } from "../parts/age.ts";
import { hash, panel } from "../parts/bits.ts";
import { choice } from "../parts/filters.ts";
import { type Column, table } from "../parts/table.ts";

type Incident = z.infer<typeof IncidentSchema>;

const SHOWN = 500;
const TONES: Readonly<Record<Incident["tone"], string>> = { bad: "low", warn: "near", good: "calm" };
const WORDS: Readonly<Record<Incident["tone"], string>> = { bad: "serious", warn: "notable", good: "over" };

/** What went wrong. */
export const INCIDENTS_PAGE: Page = {
  path: "incidents",
  name: "Incidents",
  isInNavigation: true,
  load: async (_, ask) => {
    const incidents = await ask.find(`/v1/incidents?limit=${SHOWN}`, z.array(IncidentSchema));
    return (scene) => view(incidents, scene);
  },
};

function view(incidents: readonly Incident[] | null, scene: Scene): TemplateResult {
  const { query } = scene.route;
  const kind = query.get("kind") ?? "";
  const shown = (incidents ?? []).filter((incident) => kind === "" || incident.kind === kind);
  const empty =
    incidents === null
      ? "Unknown: this node keeps no incidents."
      : incidents.length === 0
        ? "No incident since this node was started. What happened before is not known here."
        : "No incident of this kind.";
  return html`<h2>Incidents</h2>
    ${panel(
      "incidents",
      "Since this node was started",
      html`<form class="filters" aria-label="Filter incidents" @submit=${(event: Event) => event.preventDefault()}>
          ${choice({ key: "kind", name: "Kind", options: INCIDENT_KINDS, scene })}
        </form>
        ${table({ id: "incidents", name: "Incidents", rows: shown.map((incident, index) => ({ ...incident, key: shown.length - index })), columns: columns(scene), keyOf: ({ key }) => String(key), empty, scene })}`,
    )}`;
}

function columns({ status }: Scene): readonly Column<Incident & { readonly key: number }>[] {
  return [
    { name: "time (UTC)", cell: ({ atSec }) => (atSec === null ? "before the first round" : formatTime(atSec)) },
    { name: "age", cell: ({ atSec }) => (atSec === null ? "–" : age(atSec, status.marketTimeSec)) },
    { name: "kind", cell: ({ kind }) => kind },
    { name: "weight", cell: ({ tone }) => html`<span class=${TONES[tone]}>${WORDS[tone]}</span>` },
    { name: "what", cell: ({ subject }) => (subject.startsWith("0x") ? hash(subject) : subject) },
    { name: "what happened", className: "wrap", cell: ({ text }) => text },
  ];
}
