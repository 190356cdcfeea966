/** `npm run backtest:gap -- --data DIR… [--from ISO] [--json] [--out FILE]`: the gap forecast against simple rules. */
import { runGap } from "./gap/run-gap.ts";
import { runBacktest } from "./run-backtest.ts";

await runBacktest({
  name: "gap",
  description: "Mean gap at 1 % breaches against four rules, and the worth of every family of signals",
  run: runGap,
});
