/** Tables and plots of a simulated scenario. */
import type { Chart, Report, ReportSection } from "../backtest/report/report.ts";
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
  const [first] = vaults;
  const lines = (of: (state: HourlyState) => number) =>
    vaults.map(({ policy, timeline }) => ({
      name: policy,
      kind: "line" as const,
      points: timeline.map((state) => [state.timeSec, of(state)] as const),
    }));
  const chart = (title: string, label: string, series: Chart["series"], format?: "percent"): Chart => ({
    title,
    description: `${title}, hour by hour.`,
    x: { label: "time", scale: "time" },
    y: { label, scale: "linear", ...(format === undefined ? {} : { format }) },
    series,
  });
  const price = {
    name: asset,
    kind: "line" as const,
    points: (first?.timeline ?? []).map((state) => [state.timeSec, state.price] as const),
  };
  return {
    title: asset,
    tables: [
      {
        caption: "What became of the vaults",
        columns: [
          { title: "policy" },
          { title: "opened", digits: 0 },
          { title: "liquidated", digits: 0 },
          { title: "bad debt, USD", digits: 0 },
          { title: "charge, USD", digits: 0 },
          { title: "most under water, USD", digits: 0 },
        ],
        rows: vaults.map((vault) => [
          vault.policy,
          vault.opened,
          vault.liquidated,
          vault.badDebtUsd,
          vault.chargeUsd,
          vault.worstUnderwaterUsd,
        ]),
      },
    ],
    charts: [
      chart("Price", "USD", [price]),
      chart(
        "Maintenance ρ, mean of the open shorts",
        "share of L − I",
        lines(({ rho }) => rho),
        "percent",
      ),
      chart(
        "Locked collateral",
        "share of notional",
        lines(({ locked }) => locked),
        "percent",
      ),
      chart(
        "Shorts under auction",
        "number",
        lines(({ flagged }) => flagged),
      ),
      chart(
        "Value beyond collateral",
        "USD",
        lines(({ underwaterUsd }) => underwaterUsd),
      ),
    ],
  };
}
