/** `npm run backtest:vault -- --data DIR… [--from ISO] [--json] [--out FILE]`. */
import { runBacktest } from "./run-backtest.ts";
import { backtestVault } from "./vault/backtest-vault.ts";

await runBacktest({
  name: "vault",
  description: "runs whole vault lives over historical paths under the product and its baselines",
  run: backtestVault,
});
