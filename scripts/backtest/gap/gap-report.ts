/** The gap backtest for people: tables of cells, families and years, and the gaps through time. */

import type { Chart, Report, ReportTable, TableColumn } from "../../../oracle/report/report.ts";
import { isoTime } from "../../../oracle/training/evaluate/evaluation.ts";
import { entriesAt, gapScore, scaledToBreach } from "../../../oracle/training/gap/gap-scores.ts";
import type { AblationScore } from "./ablation.ts";
import type { GapSummary } from "./gap-summary.ts";
import { bestBaseline, type GapCell } from "./judge-cell.ts";

/** What the report is made from. */
export interface GapReportInput {
  readonly cells: readonly GapCell[];
  /** Cells of further assets, which do not count. */
  readonly others: readonly GapCell[];
  readonly summary: GapSummary;
  readonly ablation: Readonly<Record<string, AblationScore>>;
}

const SHARE: Pick<TableColumn, "format" | "digits"> = { format: "percent", digits: 2 };
const RULES = ["static", "ewma", "har", "dvol"] as const;
const DAY_MOMENTS = 8;

/** Describes the page. */
export function gapReport({ cells, others, summary, ablation }: GapReportInput): Report {
  const { from, to } = summary.window;
  return {
    title: "Gap backtest",
    intro: [
      `How much adverse move must a margin stand? Every third hour from ${dateOf(from)} to ${dateOf(to)}, falls and rises pooled: the worst move of the coming 6 and 24 hours against the gap that was asked for.`,
      `Every rule's one knob is set so that 1 % of the moves on this window exceed its gap; the cheaper mean gap wins. Over the cells the forecast asks for ${percent(summary.mean.vsBest)} less than the best rule of each cell (95 % interval ${percent(summary.mean.ci[0])} to ${percent(summary.mean.ci[1])}) and ${percent(summary.mean.vsStatic)} less than a constant.`,
    ],
    sections: [
      { title: "Cells", tables: [costTable("Mean gap at 1 % breaches, share of spot", cells), lossTable(cells)] },
      ...(others.length === 0
        ? []
        : [
            {
              title: "Other assets",
              tables: [costTable("Mean gap at 1 % breaches, share of spot", others), lossTable(others)],
            },
          ]),
      { title: "Signals", text: [FAMILIES_TEXT], tables: [familyTable(ablation)] },
      { title: "Years", text: ["The forecast as it stands, without the knob."], tables: [yearTable(cells)] },
      { title: "Through time", charts: cells.map(throughTime) },
    ],
  };
}

const FAMILIES_TEXT =
  "Change of the mean gap at 1 % breaches when a family is used, mean over the cells; below zero it helps. dvol, calendar, trend and last-hours are parts of the forecast and are taken out; the others are put in as a tilt, refitted every 180 days on what was known.";

function costTable(caption: string, cells: readonly GapCell[]): ReportTable {
  return {
    caption,
    columns: [
      { title: "cell" },
      { title: "entries", digits: 0 },
      ...["plimsoll", ...RULES].map((title) => ({ title, ...SHARE })),
      { title: "against best", ...SHARE },
    ],
    rows: cells.map((cell) => [
      nameOf(cell),
      cell.n,
      cell.scaled.gapAt1pct,
      ...RULES.map((rule) => cell.baselines[rule]?.gapAt1pct ?? null),
      cell.scaled.gapAt1pct / bestBaseline(cell).gapAt1pct - 1,
    ]),
  };
}

function lossTable(cells: readonly GapCell[]): ReportTable {
  return {
    caption: "As stated for 1 %, without the knob; pinball loss against the best rule after its knob",
    columns: [
      { title: "cell" },
      { title: "breaches", ...SHARE },
      { title: "mean gap", ...SHARE },
      { title: "pinball, bp", digits: 3 },
      { title: "best rule, bp", digits: 3 },
      { title: "ratio" },
    ],
    rows: cells.map((cell) => {
      const best = Math.min(...Object.values(cell.baselines).map(({ pinball }) => pinball));
      return [nameOf(cell), cell.breach, cell.gap, BPS * cell.pinball, BPS * best, cell.pinball / best];
    }),
  };
}

const BPS = 10_000;

function familyTable(ablation: GapReportInput["ablation"]): ReportTable {
  return {
    caption: "Worth of signal families",
    columns: [
      { title: "family" },
      { title: "change", ...SHARE },
      { title: "from", ...SHARE },
      { title: "to", ...SHARE },
      { title: "moments", digits: 0 },
    ],
    rows: Object.entries(ablation).map(([family, { gapChange, ci, n }]) => [family, gapChange, ci[0], ci[1], n]),
  };
}

function yearTable(cells: readonly GapCell[]): ReportTable {
  const rows = cells.flatMap((cell) => {
    const yearOf = (row: number): string => isoTime(cell.market.startSec[row] ?? null)?.slice(0, "2000".length) ?? "";
    return [...new Set(Array.from(cell.moments, yearOf))].map((year) => {
      const entries = entriesAt(
        cell.forecast,
        cell.moves,
        cell.moments.filter((row) => yearOf(row) === year),
      );
      const { breach, gap } = gapScore(entries);
      return [`${nameOf(cell)}, ${year}`, entries.gaps.length, breach, gap, gapScore(scaledToBreach(entries)).gap];
    });
  });
  const columns = [
    { title: "cell" },
    { title: "entries", digits: 0 },
    { title: "breaches", ...SHARE },
    { title: "mean gap", ...SHARE },
    { title: "at 1 % of the year", ...SHARE },
  ];
  return { caption: "Each year on its own", columns, rows };
}

/** Falls only, one moment a day: both directions differ by the trend alone. */
function throughTime(cell: GapCell): Chart {
  const { moments, market, entries } = cell;
  const daily = moments.filter((_, place) => place % DAY_MOMENTS === 0);
  const pointsOf = (name: string): readonly (readonly [number, number])[] => {
    const policy = entries[name];
    const gaps = policy === undefined ? new Float64Array() : scaledToBreach(policy).gaps;
    return Array.from(daily, (row, place) => [
      market.startSec[row] ?? Number.NaN,
      gaps[place * DAY_MOMENTS] ?? Number.NaN,
    ]);
  };
  const best = bestBaseline(cell).name;
  const names = [...new Set(["plimsoll", best, "static"])];
  const moved = Array.from(daily, (row): readonly [number, number] => {
    return [market.startSec[row] ?? Number.NaN, cell.moves.fall[row] ?? Number.NaN];
  });
  return {
    title: `${nameOf(cell)}: gap against falls, each rule at 1 % breaches`,
    description: `Lines of the gap asked for by the forecast, by the best rule (${best}) and by a constant; points are the worst falls that came.`,
    x: { label: "time", scale: "time" },
    y: { label: "share of spot", scale: "linear", format: "percent" },
    series: [
      ...names.map((name) => ({ name, kind: "line" as const, points: pointsOf(name) })),
      { name: "fall that came", kind: "scatter", points: moved },
    ],
  };
}

function nameOf({ asset, horizonHours }: GapCell): string {
  return `${asset} ${horizonHours} h`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** The date of an ISO time. */
function dateOf(iso: string | null): string {
  return iso?.slice(0, "2000-01-01".length) ?? "–";
}
