/** Charts of the collateral backtest: efficiency, calibration, margins and breaches through time. */
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import type { Chart } from "../../../oracle/report/report.ts";
import { curvePoints } from "./day-curves.ts";
import { POLICY_NAMES, type PolicyName } from "./policies.ts";
import { POLICY_TITLES } from "./policy-titles.ts";
import type { CellSummary } from "./summarise.ts";

const SHOWN_IN_TIME: readonly PolicyName[] = ["plimsoll", "exchange", "impliedGap"];

/** Margin against breach rate of every policy but static ρ, which lies far above. */
export function efficiencyChart({ curves }: CellSummary): Chart {
  const shown = POLICY_NAMES.filter((name) => name !== "static");
  return {
    title: `${curves.name}: margin against breaches`,
    description:
      "Mean excess margin of each policy over its breach rate as its knob turns; lower is better at any rate.",
    x: { label: "breach rate", scale: "log", format: "percent", marks: [{ at: 0.01, label: "1 %" }] },
    y: { label: "excess margin", scale: "linear" },
    series: shown.map((name) => ({
      name: POLICY_TITLES[name],
      kind: "line",
      points: curvePoints(curves.curves[name], curves.curves[name].days.keys()).map(
        ({ breach, excess }) => [breach, excess] as const,
      ),
    })),
  };
}

/** Stated against realised breach rates of the node's margins, all cells. */
export function calibrationChart(cells: readonly CellSummary[]): Chart {
  const stated = cells[0]?.calibration.map((point) => point.stated) ?? [];
  return {
    title: "Stated against realised breach rates",
    description: "Realised breach rates of the node's margins at stated ones of 0.5 to 10 %, one line for each cell.",
    x: { label: "stated", scale: "log", format: "percent" },
    y: { label: "realised", scale: "log", format: "percent" },
    series: [
      { name: "exact", kind: "line", points: stated.map((rate) => [rate, rate] as const) },
      ...cells.map(({ curves, calibration }) => ({
        name: curves.name,
        kind: "line" as const,
        points: calibration.map((point) => [point.stated, point.realised] as const),
      })),
    ],
  };
}

/** Mean excess margin of each day at the knob of 1 % breaches. */
export function marginsInTime(cell: CellSummary): Chart {
  return timeChart(cell, {
    title: "excess margin by day",
    label: "excess margin",
    names: SHOWN_IN_TIME,
    of: "excess",
  });
}

/** Share of each day's pairs that are breached. */
export function breachesInTime(cell: CellSummary): Chart {
  return timeChart(cell, {
    title: "share of pairs breached by day",
    label: "breached",
    names: ["plimsoll", "impliedGap"],
    of: "breaches",
  });
}

interface TimeChart {
  readonly title: string;
  readonly label: string;
  readonly names: readonly PolicyName[];
  readonly of: "excess" | "breaches";
}

function timeChart({ curves }: CellSummary, { title, label, names, of }: TimeChart): Chart {
  return {
    title: `${curves.name}: ${title}`,
    description: `Daily means at the knobs of 1 % breaches: ${names.map((name) => POLICY_TITLES[name]).join(", ")}.`,
    x: { label: "day", scale: "time" },
    y: { label, scale: "linear", format: of === "breaches" ? "percent" : "short" },
    series: names.map((name) => {
      const curve = curves.curves[name];
      const middle = (curve.knobs.length - 1) / 2;
      const points = curve.days.map((day, place) => {
        const sum = curve[of][place]?.[middle] ?? Number.NaN;
        return [day * SECONDS_PER_DAY, sum / (curve.pairs[place] ?? Number.NaN)] as const;
      });
      return { name: POLICY_TITLES[name], kind: "line", points };
    }),
  };
}
