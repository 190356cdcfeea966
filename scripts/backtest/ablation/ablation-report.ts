/** The ablation for people. */
import type { Report, ReportTable, TableColumn } from "../../../oracle/report/report.ts";
import type { AblationRow } from "./run-ablation.ts";

/** What the report is made from. */
export interface AblationReportInput {
  readonly rows: readonly AblationRow[];
  readonly window: { readonly from: string | null; readonly to: string | null };
}

const PERCENT: Pick<TableColumn, "format" | "digits"> = { format: "percent", digits: 2 };

/** Describes the page: the product first, then every part. */
export function ablationReport({ rows, window }: AblationReportInput): Report {
  return {
    title: "What every part adds to ρ",
    intro: [
      `Puts and calls on BTC and ETH of random strike, tenor and size, every eleven hours from ${window.from} to ${window.to}, scored by the live path as it is and with one change. Both pay what the hours after cost.`,
      "Mean ρ has every floor but those of classes. Breaches are costs above the collateral that ρ asks for; log-loss is that of the stated probabilities, over the product's: above 1 the change makes it worse.",
    ],
    sections: [
      { title: "Parts that are on, taken out", tables: [tableOf(rows.filter(({ isOn }) => isOn))] },
      { title: "Parts that are off, put in", tables: [tableOf(rows.filter(({ isOn }) => !isOn))] },
    ],
  };
}

function tableOf(rows: readonly AblationRow[]): ReportTable {
  return {
    caption: "With the change, beside the product",
    columns: [
      { title: "part" },
      { title: "change" },
      { title: "positions", digits: 0 },
      { title: "requirement moved", ...PERCENT },
      ...["product", "mean ρ"].map((title) => ({ title, ...PERCENT })),
      { title: "change of ρ", ...PERCENT },
      ...["breaches, product", "breaches"].map((title) => ({ title, ...PERCENT })),
      { title: "holes over stated, product", digits: 2 },
      { title: "holes over stated", digits: 2 },
      { title: "log-loss ratio" },
    ],
    rows: rows.map(({ id, change, gain }) => [
      id,
      change,
      gain.positions,
      gain.moved,
      ...gain.rho,
      gain.rho[1] / gain.rho[0] - 1,
      ...gain.aboveRho,
      ...gain.holeRatio,
      gain.logLoss,
    ]),
  };
}
