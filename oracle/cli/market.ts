/** `plimsoll market add`: looks at an asset's data, says how the models would serve it, and prepares its market. */

import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { checksummedAddress } from "../../scripts/deploy/checksummed-address.ts";
import { parseDeploymentConfig, readDeploymentConfig } from "../../scripts/deploy/deployment-config.ts";
import { newMarketCalls, newMarketEntry } from "../../scripts/deploy/propose/plan-market.ts";
import { inspectNewMarket } from "../pipeline/cold-start/new-market.ts";
import { readManifest } from "../pipeline/retraining/shadow-run.ts";
import { parseFlags } from "./parse-flags.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const NETWORK = join(ROOT, "oracle/models/artifacts/quantile-net");
const INDENT = 2;
const MAX_DECIMALS = 18;
const DEFAULT_CAP_SHARE = 0.1;

const flagsSchema = z.object({
  symbol: z.string().regex(/^[A-Z]{2,10}$/, "2 to 10 capital letters"),
  data: z.array(z.string()).min(1, "name the folder of its bars"),
  config: z.string(),
  base: checksummedAddress,
  feed: checksummedAddress,
  baseDecimals: z.coerce.number().int().min(0).max(MAX_DECIMALS).default(MAX_DECIMALS),
  like: z.string().default("ETH"),
  capShare: z.coerce.number().gt(0).max(1).default(DEFAULT_CAP_SHARE),
  write: z.boolean().default(false),
  json: z.boolean().default(false),
});
type Flags = z.infer<typeof flagsSchema>;

/** Builds the command. */
export function marketCommand(): Command {
  const add = new Command("add")
    .description("Check an asset's data, show how it would be served, and prepare its market for the DAO.")
    .argument("<symbol>", "asset, e.g. SOL")
    .option("--data <path>", "folder or file with its bars; may be given several times", collect)
    .requiredOption("--config <file>", "reviewed configuration to extend, e.g. deployments/sepolia/config.json")
    .requiredOption("--base <address>", "ERC-20 of the asset, with checksum")
    .requiredOption("--feed <address>", "Chainlink proxy of the asset in USD, with checksum")
    .option("--base-decimals <n>", "decimals of the token, 18 by default")
    .option("--like <asset>", "market whose caps are scaled, ETH by default")
    .option("--cap-share <share>", "share of those caps to begin with, 0.1 by default")
    .option("--write", "write the market into the configuration")
    .option("--json", "print one JSON object on one line")
    .action(async (symbol: string, flags: Readonly<Record<string, unknown>>) => {
      await addMarket(parseFlags(flagsSchema, { data: [], ...flags, symbol }, FLAG_FAULT));
    });
  return new Command("market").description("Markets of the deployment.").addCommand(add);
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

const FLAG_FAULT = {
  code: "MARKET_FLAG_INVALID",
  remedy: "See `node oracle/main.ts market add --help`; addresses need their checksum.",
} as const;

async function addMarket(flags: Flags): Promise<void> {
  const { symbol: asset, data, config: path } = flags;
  const config = await readDeploymentConfig(path);
  const { training } = await readManifest(NETWORK);
  const report = await inspectNewMarket(asset, data, training.assets ?? []);
  const market = newMarketEntry(config, { ...flags, asset, spot: report.spot });
  const text = `${JSON.stringify({ ...config, markets: [...config.markets, market] }, null, INDENT)}\n`;
  // What is written is what every other command will read: it passes the same checks.
  const extended = parseDeploymentConfig(text, path);
  if (flags.write) await writeFile(path, text);
  const result = { report, market, written: flags.write ? path : null, calls: newMarketCalls(extended) };
  process.stdout.write(`${JSON.stringify(result, decimals, flags.json ? 0 : INDENT)}\n`);
}

/** JSON has no big integers: they are written as decimal strings. */
function decimals(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
