/** `npm run backtest:collateral -- --data DIR… [--from ISO] [--json] [--out FILE]`: margin of every quoted option against its breaches. */
import { cellWindows } from "./collateral/cell-windows.ts";
import { collateralJson } from "./collateral/collateral-json.ts";
import { collateralReport } from "./collateral/collateral-report.ts";
import { summarise } from "./collateral/summarise.ts";
import { runBacktest } from "./run-backtest.ts";

await runBacktest({
  name: "collateral",
  description: "Compares the node's margins with five rules at one realised breach rate, over option chains.",
  run: async (request) => {
    const summary = summarise(cellWindows(request));
    return { json: collateralJson(summary), report: collateralReport(summary) };
  },
});
