/** `plimsoll simulate`: any scenario through scoring, rules, the vault's mirror and keepers, with plots. */
import { join, resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { configuredTerms } from "../../scripts/deploy/configured-terms.ts";
import { readDeploymentConfig } from "../../scripts/deploy/deployment-config.ts";
import { runSimulation } from "../pipeline/scenario/run-simulation.ts";
import { CATALOGUE, findCatalogued } from "../pipeline/scenario/scenario-catalogue.ts";
import { simulationReport } from "../pipeline/scenario/simulation-report.ts";
import { renderText } from "../report/render-text.ts";
import { writePage } from "../report/write-page.ts";
import { parseFlags } from "./parse-flags.ts";

const CONFIG = join(resolve(import.meta.dirname, "../.."), "deployments/local/config.json");

const flagsSchema = z.object({
  scenario: z.string().default(""),
  list: z.boolean().default(false),
  data: z.array(z.string()).default([]),
  config: z.string().default(CONFIG),
  seed: z.string().min(1, "any text").default("simulate-1"),
  json: z.boolean().default(false),
  out: z.string().min(1, "a file").nullable().default(null),
});
type Flags = z.infer<typeof flagsSchema>;

/** Builds the command. */
export function simulateCommand(): Command {
  return new Command("simulate")
    .description("Run a scenario through scoring, rules, the vault's mirror and keepers, without a chain.")
    .option("--scenario <id>", "scenario; --list shows all")
    .option("--list", "list the scenarios")
    .option("--data <path...>", "data folder or file, for historical scenarios")
    .option("--config <file>", "configuration of the deployment, of local networks by default")
    .option("--seed <text>", "seed of openings and writers")
    .option("--json", "print one JSON object as the last line")
    .option("--out <file>", "write the plots as one HTML page")
    .action(async (given: Readonly<Record<string, unknown>>) => {
      const flags = parseFlags(flagsSchema, given, FLAG_FAULT);
      if (flags.list) list(flags);
      else await simulate(flags);
    });
}

const FLAG_FAULT = {
  code: "SIMULATE_FLAG_INVALID",
  remedy: "See `node oracle/main.ts simulate --help`.",
} as const;

function list({ json }: Flags): void {
  const lines = CATALOGUE.map(({ id, kind, text }) => `${id.padEnd(20)} ${kind.padEnd(12)} ${text}`);
  const scenarios = CATALOGUE.map(({ id, kind, text }) => ({ id, kind, text }));
  process.stdout.write(json ? `${JSON.stringify({ scenarios })}\n` : `${lines.join("\n")}\n`);
}

async function simulate({ scenario: id, config: path, data, seed, json, out }: Flags): Promise<void> {
  const scenario = findCatalogued(id);
  const config = await readDeploymentConfig(path);
  const termsOf = (asset: string) => configuredTerms(config, asset);
  const vaults = await runSimulation({ scenario, data, termsOf, seed });
  const report = simulationReport(scenario, vaults);
  if (out !== null) writePage(out, report);
  const { kind, text } = scenario;
  process.stdout.write(json ? `${JSON.stringify({ scenario: id, kind, text, vaults })}\n` : renderText(report));
}
