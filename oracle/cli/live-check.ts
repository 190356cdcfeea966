/** `plimsoll live-check`: asks every venue and provider over the real internet, and says what answered, how late and how complete. */
import { Command } from "commander";
import { z } from "zod";
import { createDefaultProviders } from "../ingestion/providers/default-providers.ts";
import { PUBLIC_ADDRESSES } from "../ingestion/venues/live-feed.ts";
import { createRng } from "../math/rng.ts";
import { checkProviders } from "../pipeline/live/check-providers.ts";
import { checkVenues, type VenueCheckRow } from "../pipeline/live/check-venues.ts";
import { WALL_CLOCK } from "../platform/clock.ts";
import { createLogger } from "../platform/logger.ts";
import { HOLDING_TIMERS } from "../platform/timers.ts";
import { parseFlags } from "./parse-flags.ts";
import { readSignals } from "./read-signals.ts";

const MILLISECONDS = 1_000;
const MAX_SECONDS = 600;
/** Depth and prices are told every ten seconds. */
const DEFAULT_SECONDS = 20;
const NAME_WIDTH = 18;
const VERDICT_WIDTH = 12;
/** Something did not answer, or not whole; a failure of the command itself is 1. */
const INCOMPLETE_EXIT_CODE = 2;

const flagsSchema = z.object({
  seconds: z.coerce.number().int().min(1).max(MAX_SECONDS).default(DEFAULT_SECONDS),
  assets: z.string().default("BTC,ETH"),
  signals: z.string().min(1).nullable().default(null),
  json: z.boolean().default(false),
});

const FLAG_FAULT = {
  code: "LIVE_CHECK_FLAG_INVALID",
  remedy: "See `node oracle/main.ts live-check --help`.",
} as const;

/** Builds the command. */
export function liveCheckCommand(): Command {
  return new Command("live-check")
    .description("Ask every venue and provider over the internet and say what answered, how late and how complete.")
    .option("--seconds <n>", `how long to listen, ${DEFAULT_SECONDS} by default`)
    .option("--assets <list>", "assets, by comma, BTC,ETH by default")
    .option("--signals <file>", "the further signals of a live run, chains among them")
    .option("--json", "print one JSON object on one line")
    .action(async (flags: Readonly<Record<string, unknown>>) => {
      const { assets, ...rest } = parseFlags(flagsSchema, flags, FLAG_FAULT);
      await check({ ...rest, assets: assets.split(",") });
    });
}

interface CheckOptions {
  readonly assets: readonly string[];
  readonly seconds: number;
  readonly signals: string | null;
  readonly json: boolean;
}

async function check({ assets, seconds, signals, json }: CheckOptions): Promise<void> {
  const venues = checkVenues({
    assets,
    listenMs: seconds * MILLISECONDS,
    addresses: PUBLIC_ADDRESSES,
    clock: WALL_CLOCK,
    timers: HOLDING_TIMERS,
    rng: createRng("live-check"),
    logger: createLogger({ level: "silent" }),
  });
  const providers = checkProviders(
    [...createDefaultProviders(assets, HOLDING_TIMERS), ...readSignals(signals)],
    WALL_CLOCK,
  );
  const rows = (await Promise.all([venues, providers])).flat();
  if (json) process.stdout.write(`${JSON.stringify({ seconds, assets, sources: rows })}\n`);
  else for (const row of rows) process.stdout.write(`${lineOf(row)}\n`);
  if (rows.some(({ verdict }) => verdict !== "complete")) process.exitCode = INCOMPLETE_EXIT_CODE;
}

function lineOf({ source, verdict, frames, latencyMs, heard, missing, error }: VenueCheckRow): string {
  const head = `${source.padEnd(NAME_WIDTH)}${verdict.padEnd(VERDICT_WIDTH)}`;
  if (verdict === "unreachable") return `${head}${error ?? "no answer"}`;
  const lack = missing.length === 0 ? "" : `, missing ${missing.join(", ")}`;
  const fault = error === null ? "" : `, last fault ${error}`;
  return `${head}${frames} frames, newest ${latencyMs ?? "?"} ms old, heard ${heard.join(" ")}${lack}${fault}`;
}
