/** The table of positions that are judged together. */
import { html, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { JointRiskSchema } from "../../api/contract/risk.ts";
import { formatAddress, formatShare, formatTime, formatUsd } from "../core/format.ts";
import type { Scene } from "../core/page.ts";
import { panel } from "./bits.ts";
import { type Column, table } from "./table.ts";

type Report = NonNullable<z.infer<typeof JointRiskSchema>["report"]>;
type Group = Report["groups"][number];

/** Writers shown; sources and funds always are. */
const SHOWN_WRITERS = 10;
const ORDER = { source: 0, fund: 1, writer: 2 } as const;
const SECONDS_PER_HOUR = 3_600;

/** Draws the table with the sentence above it. */
export function jointTable(risk: Report, scene: Scene): TemplateResult {
  const groups = shownGroups(risk.groups);
  const left = risk.groups.length - groups.length;
  const note =
    `Over ${risk.horizonSec / SECONDS_PER_HOUR} h on ${risk.paths} paths, as of ${formatTime(risk.atSec)} UTC. ` +
    `Legs of one writer offset each other, collateral does not.${left === 0 ? "" : ` ${left} more writers at /v1/risk.`}`;
  return panel(
    "joint",
    "Judged together",
    html`<p id="joint-note" class="note">${note}</p>
      ${table({ id: "joint", name: "Judged together", rows: groups, columns: COLUMNS, keyOf, empty: "Nothing is judged together.", scene })}`,
  );
}

/** Sources, funds, then the writers of whom most is uncovered, then of whom most can be lost. */
function shownGroups(groups: readonly Group[]): readonly Group[] {
  const sorted = groups.toSorted(
    (left, right) =>
      ORDER[left.group.kind] - ORDER[right.group.kind] ||
      right.uncoveredShortfallUsd - left.uncoveredShortfallUsd ||
      right.expectedShortfallUsd - left.expectedShortfallUsd,
  );
  const others = sorted.filter(({ group }) => group.kind !== "writer").length;
  return sorted.slice(0, others + SHOWN_WRITERS);
}

const COLUMNS: readonly Column<Group>[] = [
  { name: "who", cell: ({ group }) => html`${nameOf(group)} <small>${formatAddress(group.source)}</small>` },
  {
    name: "positions",
    isNumber: true,
    tone: ({ unvalued }) => (unvalued === 0 ? "" : "low"),
    cell: ({ positions, unvalued }) => `${positions}${unvalued === 0 ? "" : ` (${unvalued} unvalued)`}`,
  },
  { name: "collateral $", isNumber: true, cell: ({ collateralUsd }) => formatUsd(collateralUsd) },
  { name: "value of options $", isNumber: true, cell: ({ liabilityUsd }) => formatUsd(liabilityUsd) },
  { name: "ES 97.5 % $", isNumber: true, cell: ({ expectedShortfallUsd }) => formatUsd(expectedShortfallUsd) },
  { name: "legs apart $", isNumber: true, cell: ({ standAloneShortfallUsd }) => formatUsd(standAloneShortfallUsd) },
  {
    name: "falls short",
    isNumber: true,
    tone: ({ uncoveredProbability }) => (uncoveredProbability > 0 ? "near" : ""),
    cell: ({ uncoveredProbability }) => formatShare(uncoveredProbability),
  },
  { name: "uncovered ES $", isNumber: true, cell: ({ uncoveredShortfallUsd }) => formatUsd(uncoveredShortfallUsd) },
  { name: "worst shock", cell: worstShock },
];

function keyOf({ group }: Group): string {
  if (group.kind === "writer") return `writer:${group.source}:${group.owner}`;
  return group.kind === "fund" ? `fund:${group.source}:${group.collateral}` : `source:${group.source}`;
}

function nameOf(group: Group["group"]): string {
  if (group.kind === "writer") return `writer ${formatAddress(group.owner)}`;
  return group.kind === "fund" ? `fund of ${group.collateral}` : "source";
}

function worstShock({ stress }: Group): string {
  const [first, ...others] = stress;
  if (first === undefined) return "–";
  const worst = others.reduce((most, next) => (next.lossUsd > most.lossUsd ? next : most), first);
  const uncovered = worst.shortfallUsd > 0 ? `, ${formatUsd(worst.shortfallUsd)} uncovered` : "";
  return `${worst.name}: ${formatUsd(worst.lossUsd)}${uncovered}`;
}
