/** The page of the collateral backtest. */
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import type { Report, ReportTable, TableColumn } from "../../../oracle/report/report.ts";
import { isoTime } from "../../../oracle/training/evaluate/evaluation.ts";
import { byDelta, byKind, byTenor, type GroupFigures, worstDay } from "./breach-groups.ts";
import { breachesInTime, calibrationChart, efficiencyChart, marginsInTime } from "./collateral-charts.ts";
import { bestExcess, savings } from "./collateral-json.ts";
import { POLICY_NAMES } from "./policies.ts";
import { POLICY_TITLES } from "./policy-titles.ts";
import type { CellSummary, CollateralSummary } from "./summarise.ts";

const AMOUNT: Pick<TableColumn, "digits"> = { digits: 4 };
const SHARE: Pick<TableColumn, "format" | "digits"> = { format: "percent", digits: 2 };
const ISO_DAY_LENGTH = 10;

/** Describes the results of all cells. */
export function collateralReport(summary: CollateralSummary): Report {
  const { cells, interval } = summary;
  const { vsBest, vsExchange, vsStatic } = savings(cells.map(({ result }) => result));
  return {
    title: "Collateral backtest",
    intro: [
      `Every option with strikes of 0.7 to 1.4 times the index, at every snapshot ${spanOf(cells)}: margin at t, breached when the mark one horizon later exceeds it.`,
      "Amounts are shares of the largest loss: coins for calls, USD over the strike for puts. Policies are compared at a realised breach rate of 1 %, by one knob each, set on this window.",
      `Excess margin over all cells: ${percent(vsBest)} below the best baseline of each cell (95 % interval ${percent(interval[0])} to ${percent(interval[1])}, bootstrap of blocks of five days), ${percent(vsExchange)} below the exchange formula, ${percent(vsStatic)} below static ρ.`,
    ],
    sections: [
      {
        title: "Excess margin at 1 % breaches",
        tables: [excessTable(cells), shortfallTable(cells)],
        charts: cells.map(efficiencyChart),
      },
      { title: "As stated", text: [STATED_TEXT], tables: [statedTable(cells)], charts: [calibrationChart(cells)] },
      { title: "Product mode", text: [PRODUCT_TEXT], tables: [productTable(cells)] },
      {
        title: "Violent days",
        tables: [dayTable(cells)],
        charts: cells.flatMap((cell) => [marginsInTime(cell), breachesInTime(cell)]),
      },
      { title: "Growing windows", text: [GROWING_TEXT], tables: [growingTable(summary)] },
      { title: "Tenor, delta, kind", tables: cells.flatMap(groupTables) },
      { title: "Formulas in force", text: [FORMULA_TEXT], tables: cells.map(formulaTable) },
    ],
  };
}

const STATED_TEXT = "The node's margins at its stated 99 %, without a knob.";
const PRODUCT_TEXT =
  "As the node signs: path maximum plus close-out cost of one coin at the depth of an unknown asset, beside endpoint mode on the same pairs. Not judged by the 1 %.";
const GROWING_TEXT = "The same comparison from the first day to each of these: all knobs are set anew on every window.";
const FORMULA_TEXT =
  "Derive's and Gamma's margins from their public descriptions, with the published numbers and with a knob at 1 % breaches. Gamma's shock and value bound are set by its owner; here 25 % and the at-the-money value at 100 % volatility.";

function spanOf(cells: readonly CellSummary[]): string {
  const days = cells.flatMap(({ curves }) => curves.curves.plimsoll.days);
  const [first, last] = [Math.min(...days), Math.max(...days)];
  return `from ${dayText(first)} to ${dayText(last)}`;
}

function dayText(day: number): string {
  return (isoTime(day * SECONDS_PER_DAY) ?? "").slice(0, ISO_DAY_LENGTH);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function excessTable(cells: readonly CellSummary[]): ReportTable {
  const names = POLICY_NAMES.map((name) => ({ title: POLICY_TITLES[name], ...AMOUNT }));
  return {
    caption: "Mean margin above value",
    columns: [{ title: "cell" }, ...names, { title: "against best", ...SHARE }],
    rows: cells.map(({ result }) => [
      result.cell.name,
      ...POLICY_NAMES.map((name) => result.scaled[name].figures.excess),
      result.scaled.plimsoll.figures.excess / bestExcess(result) - 1,
    ]),
  };
}

function shortfallTable(cells: readonly CellSummary[]): ReportTable {
  return {
    caption: "Mean shortfall of a breached margin",
    columns: [{ title: "cell" }, ...POLICY_NAMES.map((name) => ({ title: POLICY_TITLES[name], ...AMOUNT }))],
    rows: cells.map(({ result }) => [
      result.cell.name,
      ...POLICY_NAMES.map((name) => result.scaled[name].figures.shortfallMean),
    ]),
  };
}

function statedTable(cells: readonly CellSummary[]): ReportTable {
  return {
    caption: "Stated 99 %, no scaling",
    columns: [
      { title: "cell" },
      { title: "pairs", digits: 0 },
      { title: "breaches", ...SHARE },
      { title: "value", ...AMOUNT },
      { title: "excess", ...AMOUNT },
      { title: "mean shortfall", ...AMOUNT },
    ],
    rows: cells.map(({ result: { cell, stated, valueMean } }) => [
      cell.name,
      cell.pairs.length,
      stated.breach,
      valueMean,
      stated.excess,
      stated.shortfallMean,
    ]),
  };
}

function productTable(cells: readonly CellSummary[]): ReportTable {
  return {
    caption: "Stated 99 %, no scaling",
    columns: [
      { title: "cell" },
      { title: "pairs", digits: 0 },
      { title: "breaches, product", ...SHARE },
      { title: "breaches, endpoint", ...SHARE },
      { title: "excess, product", ...AMOUNT },
      { title: "excess, endpoint", ...AMOUNT },
    ],
    rows: cells.map(({ result: { cell }, product: { pairs, product, endpoint } }) => [
      cell.name,
      pairs,
      product.breach,
      endpoint.breach,
      product.excess,
      endpoint.excess,
    ]),
  };
}

function dayTable(cells: readonly CellSummary[]): ReportTable {
  return {
    caption: "The day with most breaches of the node's margins at 1 %",
    columns: [
      { title: "cell" },
      { title: "day" },
      { title: "share of breaches", ...SHARE },
      { title: "move", ...SHARE },
    ],
    rows: cells.map(({ result: { cell, scaled } }) => {
      const worst = worstDay(cell.pairs, scaled.plimsoll.margins);
      return worst === null ? [cell.name] : [cell.name, dayText(worst.day), worst.share, worst.move];
    }),
  };
}

function growingTable({ growing }: CollateralSummary): ReportTable {
  return {
    caption: "Savings against the best baseline of each cell",
    columns: [{ title: "until" }, { title: "savings", ...SHARE }],
    rows: growing.map(({ untilDay, vsBest }) => [dayText(untilDay), vsBest]),
  };
}

function groupTables({ result: { cell, scaled } }: CellSummary): readonly ReportTable[] {
  const groups = [byTenor, byDelta, byKind].flatMap((by) => {
    const ours = by(cell.pairs, scaled.plimsoll.margins);
    const theirs = by(cell.pairs, scaled.impliedGap.margins);
    return ours.map((figures, place) => groupRow(figures, theirs[place]));
  });
  return [
    {
      caption: `${cell.name}, both at 1 % breaches over all groups`,
      columns: [
        { title: "tenor, |delta| or kind" },
        { title: "pairs", digits: 0 },
        { title: "Plimsoll breaches", ...SHARE },
        { title: "implied gap breaches", ...SHARE },
        { title: "Plimsoll excess", ...AMOUNT },
        { title: "implied gap excess", ...AMOUNT },
      ],
      rows: groups,
    },
  ];
}

function groupRow(ours: GroupFigures, theirs: GroupFigures | undefined): ReportTable["rows"][number] {
  return [ours.group, ours.pairs, ours.breach, theirs?.breach ?? null, ours.excess, theirs?.excess ?? null];
}

function formulaTable({ result, formulas }: CellSummary): ReportTable {
  return {
    caption: result.cell.name,
    columns: [
      { title: "formula" },
      { title: "breaches as published", ...SHARE },
      { title: "excess as published", ...AMOUNT },
      { title: "excess at 1 %", ...AMOUNT },
    ],
    rows: [
      ["Plimsoll", result.stated.breach, result.stated.excess, result.scaled.plimsoll.figures.excess],
      ...formulas.map(({ name, published, scaled }) => [name, published.breach, published.excess, scaled.excess]),
    ],
    strongRows: [0],
  };
}
