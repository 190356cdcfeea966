/** `npm run backtest:collateral -- --data DIR… [--from ISO] [--json] [--out FILE]`: margin of every quoted option against its breaches. */
import { cellWindows } from "./collateral/cell-windows.ts";
import { collateralJson } from "./collateral/collateral-json.ts";
import { collateralReport } from "./collateral/collateral-report.ts";
import { measureCell } from "./collateral/measure-cell.ts";
import { runBacktest } from "./run-backtest.ts";

await runBacktest({
  name: "collateral",
  description: "Compares the node's margins with five rules at one realised breach rate, over option chains.",
  run: async (request) => {
    const results = cellWindows(request).map(measureCell);
    return { json: collateralJson(results), report: collateralReport(results) };
  },
});
