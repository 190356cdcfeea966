/** `npm run simulate -- --scenario ID [--data DIR…] [--json] [--out FILE]`: any scenario through scoring, rules, vault and keepers. */
import { join } from "node:path";
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { renderText } from "../backtest/report/render-text.ts";
import { writePage } from "../backtest/report/write-page.ts";
import { readDeploymentConfig } from "../deploy/deployment-config.ts";
import { runSimulation } from "./run-simulation.ts";
import { CATALOGUE, findCatalogued } from "./scenario-catalogue.ts";
import { simulationReport } from "./simulation-report.ts";

interface Flags {
  readonly scenario?: string;
  readonly list: boolean;
  readonly data: readonly string[];
  readonly config: string;
  readonly seed: string;
  readonly json: boolean;
  readonly out?: string;
}

const CONFIG = join(import.meta.dirname, "../../deployments/local/config.json");

const flags = new Command("simulate")
  .description("Runs a scenario through scoring, rules, the vault's mirror and keepers, without a chain.")
  .option("--scenario <id>", "scenario; --list shows all")
  .option("--list", "list the scenarios", false)
  .option("--data <path...>", "data folder or file, for historical scenarios", [])
  .option("--config <file>", "configuration of the deployment", CONFIG)
  .option("--seed <text>", "seed of openings and writers", "simulate-1")
  .option("--json", "print one JSON object as the last line", false)
  .option("--out <file>", "write the plots as one HTML page")
  .parse()
  .opts<Flags>();

try {
  if (flags.list) list();
  else await simulate();
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function list(): void {
  const lines = CATALOGUE.map(({ id, kind, text }) => `${id.padEnd(20)} ${kind.padEnd(12)} ${text}`);
  const entries = CATALOGUE.map(({ id, kind, text }) => ({ id, kind, text }));
  process.stdout.write(flags.json ? `${JSON.stringify({ scenarios: entries })}\n` : `${lines.join("\n")}\n`);
}

async function simulate(): Promise<void> {
  const scenario = findCatalogued(flags.scenario ?? "");
  const config = await readDeploymentConfig(flags.config);
  const vaults = await runSimulation({ scenario, data: flags.data, config, seed: flags.seed });
  const report = simulationReport(scenario, vaults);
  if (flags.out !== undefined) writePage(flags.out, report);
  const { id, kind, text } = scenario;
  process.stdout.write(flags.json ? `${JSON.stringify({ scenario: id, kind, text, vaults })}\n` : renderText(report));
}
