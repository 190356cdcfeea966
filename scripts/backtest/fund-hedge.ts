/** `npm run backtest:fund-hedge -- --data DIR… [--from ISO] [--json] [--out FILE]`: what hedging the fund would have come to. */
import { runFundHedge } from "./fund-hedge/run-fund-hedge.ts";
import { runBacktest } from "./run-backtest.ts";

await runBacktest({
  name: "fund-hedge",
  description:
    "Losses of an insurance fund by month, with its delta hedged every hour, inside the hedger's band, and not",
  run: runFundHedge,
});
