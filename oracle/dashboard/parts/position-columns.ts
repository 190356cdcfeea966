/** Columns of the tables of positions. */
import { html, type TemplateResult } from "lit-html";
import { formatAddress, formatBps, formatHealth, formatNumber, formatReason, formatTime } from "../core/format.ts";
import { LIQUIDATION_HEALTH, type Position } from "../core/order.ts";
import { formatRoute } from "../core/route.ts";
import { age } from "./age.ts";
import { tag } from "./bits.ts";
import type { Column } from "./table.ts";

/** Below this a position is coloured as near to liquidation. */
const NEAR_LIQUIDATION = 1.2;
const SHOWN_REASONS = 2;

/** Key of a row. */
export function positionKeyOf({ source, id }: Position): string {
  return `${source}:${id}`;
}

/** Colour of a health; unknown looks like danger. */
export function healthTone(health: number | null): "low" | "near" | "" {
  if (health === null || health < LIQUIDATION_HEALTH) return "low";
  return health < NEAR_LIQUIDATION ? "near" : "";
}

/** Columns of open positions at a market time. */
export function openColumns(nowSec: number): readonly Column<Position>[] {
  return [
    nameColumn(),
    {
      name: "health",
      isNumber: true,
      tone: ({ health }) => healthTone(health),
      cell: ({ health }) => formatHealth(health),
      sort: { key: "health", by: ({ health }) => health },
    },
    { name: "status", cell: ({ status }) => tag(status), sort: { key: "status", by: ({ status }) => status } },
    {
      name: "ρ now → target",
      isNumber: true,
      tone: ratioTone,
      cell: ({ rhoBps, rhoTargetBps }) => `${formatBps(rhoBps)} → ${formatBps(rhoTargetBps)}`,
      sort: { key: "rho", by: ({ rhoBps }) => rhoBps },
    },
    { name: "π", isNumber: true, cell: ({ piBps }) => formatBps(piBps), sort: { key: "pi", by: ({ piBps }) => piBps } },
    { name: "score", isNumber: true, cell: ({ score }) => score, sort: { key: "score", by: ({ score }) => score } },
    { name: "top reasons", className: "reasons", cell: ({ reasons }) => shortReasons(reasons) },
    sizeColumn(),
    expiryColumn(),
    ownerColumn(),
    { name: "seen", cell: ({ updatedAtSec }) => age(updatedAtSec, nowSec) },
  ];
}

/** Columns of ended positions: the last values in force, without a health. */
export function endedColumns(): readonly Column<Position>[] {
  return [
    nameColumn(),
    { name: "status", cell: ({ status }) => tag(status === "closed" || status === "settled" ? status : "expired") },
    { name: "last ρ", isNumber: true, cell: ({ rhoBps }) => formatBps(rhoBps) },
    { name: "last π", isNumber: true, cell: ({ piBps }) => formatBps(piBps) },
    { name: "last score", isNumber: true, cell: ({ score }) => score },
    sizeColumn(),
    expiryColumn(),
    ownerColumn(),
  ];
}

function nameColumn(): Column<Position> {
  return {
    name: "option",
    cell: (row) =>
      html`<a href=${formatRoute(["position", row.source, row.id])}>${seriesName(row)}</a> <small>${idName(row)}</small>`,
    sort: { key: "option", by: (row) => seriesName(row) },
  };
}

/** An option in words. */
export function seriesName({ asset, strike, kind }: Pick<Position, "asset" | "strike" | "kind">): string {
  return `${asset} ${formatNumber(strike)} ${kind}`;
}

/** A position's number, with its source where it is not the first. */
export function idName({ sourceIndex, id }: Pick<Position, "sourceIndex" | "id">): string {
  return sourceIndex === 0 ? `#${id}` : `source ${sourceIndex} #${id}`;
}

function ratioTone({ rhoBps, rhoTargetBps }: Position): string {
  if (rhoTargetBps === rhoBps) return "";
  return rhoTargetBps > rhoBps ? "up" : "down";
}

function sizeColumn(): Column<Position> {
  return {
    name: "contracts",
    isNumber: true,
    cell: ({ size }) => formatNumber(size),
    sort: { key: "size", by: ({ size }) => size },
  };
}

function expiryColumn(): Column<Position> {
  return {
    name: "expiry (UTC)",
    cell: ({ expirySec }) => formatTime(expirySec),
    sort: { key: "expiry", by: ({ expirySec }) => expirySec },
  };
}

function ownerColumn(): Column<Position> {
  return {
    name: "owner",
    className: "address",
    cell: ({ owner }) => html`<span title=${owner}>${formatAddress(owner)}</span>`,
    sort: { key: "owner", by: ({ owner }) => owner },
  };
}

/** The greatest reasons in one line; all of them stand on the position's own page. */
function shortReasons(reasons: Position["reasons"]): TemplateResult | string {
  if (reasons.length === 0) return "–";
  const lines = reasons.slice(0, SHOWN_REASONS).map((reason) => formatReason(reason));
  return html`<span title=${reasons.map((reason) => formatReason(reason)).join("\n")}>${lines.join(" · ")}</span>`;
}
