/** The page of the collateral backtest. */
import type { Report, ReportTable } from "../report/report.ts";
import { savings } from "./collateral-json.ts";
import type { CellResult } from "./measure-cell.ts";
import { POLICY_NAMES, type PolicyName } from "./policies.ts";

const TITLES: Readonly<Record<PolicyName, string>> = {
  plimsoll: "Plimsoll",
  static: "static ρ",
  pctSpot: "% of spot",
  exchange: "exchange",
  ewmaGap: "EWMA gap",
  impliedGap: "implied gap",
};

/** Describes the results of all cells. */
export function collateralReport(results: readonly CellResult[]): Report {
  const { vsBest, vsExchange, vsStatic } = savings(results);
  const saved = [vsBest, vsExchange, vsStatic].map((share) => `${(100 * share).toFixed(1)} %`);
  return {
    title: "Collateral backtest",
    intro: [
      "Every option with strikes of 0.7 to 1.4 times the index, at every snapshot: margin at t, breached when the mark one horizon later exceeds it.",
      "Amounts are shares of the largest loss: coins for calls, USD over the strike for puts. Policies are compared at a realised breach rate of 1 % by one knob each.",
      `Excess margin over all cells: ${saved[0]} below the best baseline of each cell, ${saved[1]} below the exchange formula, ${saved[2]} below static ρ.`,
    ],
    sections: [{ title: "Excess margin at 1 % breaches", tables: [excessTable(results), statedTable(results)] }],
  };
}

function excessTable(results: readonly CellResult[]): ReportTable {
  return {
    caption: "Mean margin above value, share of the largest loss",
    columns: [{ title: "cell" }, ...POLICY_NAMES.map((name) => ({ title: TITLES[name], digits: 4 }))],
    rows: results.map(({ cell, scaled }) => [cell.name, ...POLICY_NAMES.map((name) => scaled[name].figures.excess)]),
  };
}

function statedTable(results: readonly CellResult[]): ReportTable {
  return {
    caption: "The node's margins as stated (99 %), without scaling",
    columns: [
      { title: "cell" },
      { title: "pairs", digits: 0 },
      { title: "breaches", format: "percent", digits: 2 },
      { title: "excess", digits: 4 },
      { title: "mean shortfall", digits: 4 },
    ],
    rows: results.map(({ cell, stated }) => [
      cell.name,
      cell.pairs.length,
      stated.breach,
      stated.excess,
      stated.shortfallMean,
    ]),
  };
}
