/** `plimsoll hedge`: advises the writer of an option, or a liquidity provider, on the hedge: band, trade, cost and tail loss. */

import { resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import type { HedgeAdvice, HedgeOutlook } from "../domain/hedge-advice.ts";
import { createHedger } from "../models/hedger/hedger.ts";
import { adviseHedge } from "../pipeline/hedging/advise-hedge.ts";
import { parseFlags } from "./parse-flags.ts";

const ARTEFACT = resolve(import.meta.dirname, "../models/artifacts/hedger");
const COIN_DIGITS = 4;
const LABEL_WIDTH = 22;

const number = z.coerce.number();
const flagsSchema = z.object({
  kind: z.enum(["call", "put"]),
  spot: number,
  strike: number,
  days: number,
  vol: number,
  forecastVol: number.nullable().default(null),
  soldVol: number.nullable().default(null),
  size: number.default(1),
  held: number.default(0),
  settlement: z.enum(["coin", "quote"]).default("coin"),
  costBps: number.default(5),
  gasUsd: number.default(0),
  maxTrade: number.nullable().default(null),
  json: z.boolean().default(false),
});
type Flags = z.infer<typeof flagsSchema>;

/** Builds the command. */
export function hedgeCommand(): Command {
  return new Command("hedge")
    .description("Advise on the hedge of a short option: present delta, band, trade, expected cost and tail loss.")
    .requiredOption("--kind <kind>", "call or put")
    .requiredOption("--spot <usd>", "price of the coin, or of the future that hedges")
    .requiredOption("--strike <usd>", "strike")
    .requiredOption("--days <n>", "days to expiry; decisions are a day apart, beyond 30 days a thirtieth of it")
    .requiredOption("--vol <decimal>", "implied volatility, 0.6 for 60 %")
    .option(
      "--forecast-vol <decimal>",
      "volatility expected over the next day, for networks that read it; the shipped one does not",
    )
    .option("--sold-vol <decimal>", "implied volatility when the option was sold, by default that of now")
    .option("--size <contracts>", "contracts sold, 1 by default")
    .option("--held <coins>", "coins held as hedge now, 0 by default")
    .option("--settlement <unit>", "coin (net delta, the default) or quote")
    .option("--cost-bps <bps>", "cost of a trade, 5 by default")
    .option("--gas-usd <usd>", "fixed cost of a trade, 0 by default")
    .option("--max-trade <coins>", "largest trade, no limit by default")
    .option("--json", "print one JSON object on one line")
    .action(async (flags: Readonly<Record<string, unknown>>) => {
      await hedge(parseFlags(flagsSchema, flags, FLAG_FAULT));
    });
}

const FLAG_FAULT = {
  code: "HEDGE_FLAG_INVALID",
  remedy: "See `node oracle/main.ts hedge --help`.",
} as const;

async function hedge({ vol, json, ...flags }: Flags): Promise<void> {
  const hedger = await createHedger(ARTEFACT);
  try {
    const advice = await adviseHedge({ ...flags, impliedVol: vol }, hedger);
    process.stdout.write(json ? `${JSON.stringify(advice)}\n` : `${describe(advice).join("\n")}\n`);
  } finally {
    await hedger.close();
  }
}

function describe(advice: HedgeAdvice): readonly string[] {
  const coins = (value: number): string => value.toFixed(COIN_DIGITS);
  const line = (label: string, text: string): string => `${label.padEnd(LABEL_WIDTH)}${text}`;
  const outlook = ({ meanUsd, costUsd, tailLossUsd }: HedgeOutlook): string =>
    `mean ${meanUsd.toFixed(0)}, costs ${costUsd.toFixed(0)}, worst 5 % lose ${tailLossUsd.toFixed(0)} USD`;
  const source = advice.fallback === null ? "network" : `rule of theory: ${advice.fallback}`;
  return [
    line("owed", `${advice.valueUsd.toFixed(2)} USD`),
    line("delta, net delta", `${coins(advice.deltaCoins)}, ${coins(advice.netDeltaCoins)} coins`),
    line("band", `${coins(advice.lowerCoins)} to ${coins(advice.upperCoins)} coins (${source})`),
    line("trade now", `${coins(advice.tradeCoins)} coins for ${advice.tradeCostUsd.toFixed(2)} USD`),
    line("outlook", `${advice.paths} paths at --vol, a decision every ${advice.decisionDays.toFixed(2)} days`),
    line("until expiry, advised", outlook(advice.advised)),
    line("delta every time", outlook(advice.delta)),
    line("no further trade", outlook(advice.unhedged)),
  ];
}
