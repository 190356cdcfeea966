/** Entry of the command line: one command a file in `cli/`. */
import { Command } from "commander";
import { explainCommand } from "./cli/explain.ts";
import { hedgeCommand } from "./cli/hedge.ts";
import { liveCheckCommand } from "./cli/live-check.ts";
import { marketCommand } from "./cli/market.ts";
import { proposeCommand } from "./cli/propose.ts";
import { retrainCommand } from "./cli/retrain.ts";
import { simulateCommand } from "./cli/simulate.ts";
import { startCommand } from "./cli/start.ts";
import { PlimsollError } from "./domain/errors.ts";

const program = new Command("plimsoll")
  .description("Machine-learning risk oracle for on-chain options.")
  .addCommand(startCommand())
  .addCommand(marketCommand())
  .addCommand(proposeCommand())
  .addCommand(retrainCommand())
  .addCommand(hedgeCommand())
  .addCommand(explainCommand())
  .addCommand(simulateCommand())
  .addCommand(liveCheckCommand());

try {
  await program.parseAsync();
} catch (error) {
  const text = error instanceof PlimsollError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  // The code is set, and the event loop ends by itself when everything is closed.
  process.exitCode = 1;
}
