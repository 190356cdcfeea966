/** Rows of the table of positions that are judged together. */
import type { JointRiskReport } from "./answers.ts";
import { formatAddress, formatNumber } from "./format.ts";
import { cell, numberCell, rowHeader } from "./rows.ts";

type Group = JointRiskReport["groups"][number];

/** Writers shown; sources and funds always are. */
const SHOWN_WRITERS = 10;
const ORDER = { source: 0, fund: 1, writer: 2 } as const;
const PERCENT = 100;

/** Sources, funds, then the writers of whom most is uncovered, then of whom most can be lost. */
export function shownGroups(groups: readonly Group[]): readonly Group[] {
  const sorted = groups.toSorted(
    (left, right) =>
      ORDER[left.group.kind] - ORDER[right.group.kind] ||
      right.uncoveredShortfallUsd - left.uncoveredShortfallUsd ||
      right.expectedShortfallUsd - left.expectedShortfallUsd,
  );
  const others = sorted.filter(({ group }) => group.kind !== "writer").length;
  return sorted.slice(0, others + SHOWN_WRITERS);
}

/** A row of the table. */
export function jointRow(row: Group): HTMLTableRowElement {
  const tr = document.createElement("tr");
  tr.dataset.group = row.group.kind;
  const unvalued = row.unvalued === 0 ? "" : ` (${row.unvalued} unvalued)`;
  tr.append(
    rowHeader(nameOf(row.group), formatAddress(row.group.source)),
    numberCell(`${row.positions}${unvalued}`, row.unvalued === 0 ? "" : "low"),
    usdCell(row.collateralUsd),
    usdCell(row.liabilityUsd),
    usdCell(row.expectedShortfallUsd),
    usdCell(row.standAloneShortfallUsd),
    numberCell(`${(row.uncoveredProbability * PERCENT).toFixed(1)} %`, row.uncoveredProbability > 0 ? "near" : ""),
    usdCell(row.uncoveredShortfallUsd),
    cell(worstShock(row)),
  );
  return tr;
}

function nameOf(group: Group["group"]): string {
  if (group.kind === "writer") return `writer ${formatAddress(group.owner)}`;
  return group.kind === "fund" ? `fund of ${group.collateral}` : "source";
}

function usdCell(amount: number): HTMLTableCellElement {
  return numberCell(formatNumber(Math.round(amount)));
}

function worstShock({ stress }: Group): string {
  const [first, ...others] = stress;
  if (first === undefined) return "–";
  const worst = others.reduce((most, next) => (next.lossUsd > most.lossUsd ? next : most), first);
  const uncovered = worst.shortfallUsd > 0 ? `, ${formatNumber(Math.round(worst.shortfallUsd))} uncovered` : "";
  return `${worst.name}: ${formatNumber(Math.round(worst.lossUsd))}${uncovered}`;
}
