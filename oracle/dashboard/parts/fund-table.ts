/** The insurance fund's hedge: its pots (margin, account, idle capital), its band, and what the newest look did. */
import { html, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { fundHedgeRoute } from "../../api/contract/fund-hedge.ts";
import { formatNumber, formatTime, formatUsd } from "../core/format.ts";
import type { Scene } from "../core/page.ts";
import { age } from "./age.ts";
import { orUnknown, panel, tag, unknown } from "./bits.ts";
import { type Column, table } from "./table.ts";

/** Mandates as the API tells them. */
export type Mandates = z.output<typeof fundHedgeRoute.answer>["mandates"];
type Mandate = Mandates[number];

/** The panel; a node that has not looked yet, or has no mandate, says so. */
export function fundPanel(mandates: Mandates, scene: Scene): TemplateResult {
  return panel(
    "fund",
    "Insurance fund: hedge and its pots",
    html`<p class="note">What the fund holds and owes together is a row of “Judged together”; here stands what hedges it.</p>
      ${table({
        id: "fund",
        name: "Hedges of the insurance fund",
        rows: mandates,
        columns: columnsAt(scene.status.marketTimeSec),
        keyOf: ({ mandate }) => mandate,
        empty: "Unknown: no look at a mandate yet, or there is none.",
        scene,
      })}`,
  );
}

function columnsAt(nowSec: number): readonly Column<Mandate>[] {
  const coins = (of: (row: Mandate) => number | null) => (row: Mandate) => orUnknown(of(row), formatNumber);
  return [
    { name: "asset", cell: ({ asset }) => asset },
    {
      name: "state",
      cell: ({ isPaused, fault }) => (fault === null ? tag(isPaused ? "paused" : "ok") : unknown(fault)),
    },
    { name: "margin $", isNumber: true, cell: ({ marginUsd }) => formatUsd(marginUsd) },
    { name: "account $", isNumber: true, cell: ({ equityUsd }) => formatUsd(equityUsd) },
    { name: "idle $", isNumber: true, cell: ({ idleUsd }) => formatUsd(idleUsd) },
    { name: "net delta, coins", isNumber: true, cell: coins(({ netDeltaCoins }) => netDeltaCoins) },
    {
      name: "band, coins",
      isNumber: true,
      cell: ({ lowerCoins, upperCoins }) =>
        lowerCoins === null || upperCoins === null
          ? unknown()
          : `${formatNumber(lowerCoins)} to ${formatNumber(upperCoins)}`,
    },
    { name: "position, coins", isNumber: true, cell: coins(({ positionCoins }) => positionCoins) },
    { name: "newest look", className: "wrap", cell: ({ action }) => action ?? "nothing to do" },
    { name: "terms end (UTC)", cell: ({ untilSec }) => formatTime(untilSec) },
    { name: "read", cell: ({ atSec }) => age(atSec, nowSec) },
  ];
}
