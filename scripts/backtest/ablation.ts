/** `npm run backtest:ablation -- --data DIR… [--from ISO] [--json] [--out FILE]`: what every part adds to ρ. */
import { runAblation } from "./ablation/run-ablation.ts";
import { runBacktest } from "./run-backtest.ts";

await runBacktest({
  name: "ablation",
  description: "What ρ, its breaches and the score's log-loss become without each model and each term",
  run: runAblation,
});
