/** Tables and plots of a simulated scenario. */
import type { Chart, ChartSeries, Report, ReportSection, TableColumn } from "../../report/report.ts";
import type { HourlyState, SimulatedVault } from "./run-simulation.ts";
import type { CataloguedScenario } from "./scenario-catalogue.ts";

/** Builds the page. */
export function simulationReport(scenario: CataloguedScenario, vaults: readonly SimulatedVault[]): Report {
  const assets = [...new Set(vaults.map(({ asset }) => asset))];
  return {
    title: `Scenario ${scenario.id}`,
    intro: [
      `${scenario.text}. The same openings, prices, writers and keepers under every policy; 24 openings a day and asset.`,
      "Command: npm run simulate -- --scenario ID [--data DIR] --out FILE",
    ],
    sections: assets.map((asset) =>
      assetSection(
        asset,
        vaults.filter((vault) => vault.asset === asset),
      ),
    ),
  };
}

function assetSection(asset: string, vaults: readonly SimulatedVault[]): ReportSection {
  const rows = vaults.map((vault) => [
    vault.policy,
    vault.opened,
    vault.liquidated,
    vault.badDebtUsd,
    vault.chargeUsd,
    vault.worstUnderwaterUsd,
  ]);
  return {
    title: asset,
    tables: [{ caption: "What became of the vaults", columns: COLUMNS, rows }],
    charts: chartsOf(vaults),
  };
}

const COLUMNS: readonly TableColumn[] = [
  { title: "policy" },
  { title: "opened", digits: 0 },
  { title: "liquidated", digits: 0 },
  { title: "bad debt, USD", digits: 0 },
  { title: "charge, USD", digits: 0 },
  { title: "most under water, USD", digits: 0 },
];

function chartsOf(vaults: readonly SimulatedVault[]): readonly Chart[] {
  const [first] = vaults;
  const all = (of: (state: HourlyState) => number) => vaults.map((vault) => lineOf(vault, of));
  const price = first === undefined ? [] : [{ ...lineOf(first, (state) => state.price), name: first.asset }];
  return [
    chart("Price", { label: "USD", series: price }),
    chart("Maintenance ρ, mean of the open shorts", {
      label: "share of L − I",
      series: all(({ rho }) => rho),
      isShare: true,
    }),
    chart("Locked collateral", { label: "share of notional", series: all(({ locked }) => locked), isShare: true }),
    chart("Shorts under auction", { label: "number", series: all(({ flagged }) => flagged) }),
    chart("Value beyond collateral", { label: "USD", series: all(({ underwaterUsd }) => underwaterUsd) }),
  ];
}

function lineOf({ policy, timeline }: SimulatedVault, of: (state: HourlyState) => number): ChartSeries {
  return { name: policy, kind: "line", points: timeline.map((state) => [state.timeSec, of(state)] as const) };
}

function chart(
  title: string,
  { label, series, isShare = false }: { label: string; series: Chart["series"]; isShare?: boolean },
): Chart {
  const format = isShare ? { format: "percent" as const } : {};
  const description = `${title}, hour by hour.`;
  return { title, description, x: { label: "time", scale: "time" }, y: { label, scale: "linear", ...format }, series };
}
