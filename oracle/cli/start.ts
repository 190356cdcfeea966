/** `plimsoll start`: the whole system on this machine, over a simulated or recorded market. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import type { Logger } from "pino";
import { configuredTerms } from "../../scripts/deploy/configured-terms.ts";
import { deployPlimsoll } from "../../scripts/deploy/deploy.ts";
import { readDeploymentConfig } from "../../scripts/deploy/deployment-config.ts";
import { readParties } from "../../scripts/deploy/parties.ts";
import { buildPage } from "../api/build-page.ts";
import type { HedgeAdvisor } from "../api/routes/hedging.ts";
import type { CardReader } from "../api/routes/trail.ts";
import { startApi } from "../api/server.ts";
import { PlimsollError } from "../domain/errors.ts";
import { createDefaultProviders } from "../ingestion/providers/default-providers.ts";
import { type LendingMarketSettings, lendingMarketsOf } from "../ingestion/sources/lending/lending-settings.ts";
import { PUBLIC_ADDRESSES } from "../ingestion/venues/live-feed.ts";
import { createRng } from "../math/rng.ts";
import { createHedger } from "../models/hedger/hedger.ts";
import { adviseHedge } from "../pipeline/hedging/advise-hedge.ts";
import { openLiveMarket } from "../pipeline/live/open-live-market.ts";
import { LOCAL_CHAIN_ID } from "../pipeline/local/ground.ts";
import type { Deployer } from "../pipeline/local/local-deployment.ts";
import { type LocalRunOptions, runLocal } from "../pipeline/local/local-run.ts";
import { isSimulatorScript, type MarketRequest } from "../pipeline/open-market.ts";
import type { RunSummary } from "../pipeline/run-summary.ts";
import { WALL_CLOCK } from "../platform/clock.ts";
import { type Closer, closeOnSignals, createCloser } from "../platform/closer.ts";
import { configFromEnvironment, loadConfig, type NodeConfig } from "../platform/config.ts";
import { createLogger } from "../platform/logger.ts";
import { createMetrics, type NodeMetrics } from "../platform/metrics.ts";
import { HOLDING_TIMERS } from "../platform/timers.ts";
import { readSignals } from "./read-signals.ts";
import { createTerminalView, type RunView } from "./terminal-view.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ARTIFACTS_DIR = join(ROOT, "oracle/models/artifacts");
const DEPLOYMENT_DIR = join(ROOT, "deployments/local");
const MILLISECONDS = 1_000;
const INDENT = 2;
const STDOUT = 1;

/** Builds the command. */
export function startCommand(): Command {
  return new Command("start")
    .description("Run the whole system on this machine: chain, operators, keepers, and a replayed market.")
    .option("--data <path>", "folder or file of market data; may be given several times", collect)
    .option("--scenario <name>", "episode to replay, e.g. btc-2022-06; without --data a script of the simulator")
    .option("--from <time>", "start of the replay (ISO 8601, UTC)")
    .option("--to <time>", "end of the replay (ISO 8601, UTC)")
    .option("--live", "hear the venues over the internet, record them, and run rounds by the wall clock")
    .option("--signals <file>", "with --live: further signals, from HTTP JSON interfaces and CSV files")
    .option("--rounds <n>", "run at most this many rounds")
    .option("--step <seconds>", "market time between rounds")
    .option("--models-dir <path>", "folder of trained models; without it the ones that come with the program")
    .option(
      "--retrain-data <path>",
      "let drift alarms start a retraining on this data; may be given several times",
      collect,
    )
    .option("--lending <file>", "lending markets of the chain whose loans belong to the book of forced selling")
    .option("--lending-budget-ms <ms>", "how long a round waits for the lending markets")
    .option("--operators <n>", "number of operators, at least 4")
    .option("--seed <n>", "seed of the simulator and of the operators' noise")
    .option("--data-dir <path>", "folder of state: database, keys, signing guards")
    .option("--rpc-url <url>", "use a running development chain (anvil, hardhat node)")
    .option("--finality-blocks <n>", "blocks after a report's before a reorg is ruled out")
    .option("--serve", "serve the page and the API, and keep running after the replay")
    .option("--no-history", "with --serve: make no simulated ninety days for replays of bounds")
    .option("--demo-governance", "let the local DAO propose, vote, wait and execute a change while the rounds go on")
    .option("--host <address>", "address to serve on")
    .option("--port <n>", "port to serve on, 0 for a free one")
    .option("--json", "end with one JSON object on stdout")
    .option("--log-level <level>", "silent, fatal, error, warn, info, debug, trace")
    .action(async (flags: Readonly<Record<string, unknown>>) => await start(flags));
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

async function start(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const environment = configFromEnvironment(process.env);
  const config = loadConfig({ logLevel: "warn", ...environment, ...flags });
  const logger = createLogger({ level: config.logLevel });
  const closer = createCloser(logger);
  closeOnSignals({ signals: process, closer, logger, exit: (code) => process.exit(code) });
  const metrics = createMetrics({ processMetrics: true });
  const view = createTerminalView(config.json ? process.stderr : process.stdout, !config.json && process.stdout.isTTY);
  let summary: RunSummary | null = null;
  // Registered first and so done last, whether the run ends by itself or by a signal.
  closer.add("summary", () => {
    if (summary !== null) writeSummary(summary, config.json);
  });
  try {
    summary = await runLocal(await localRunOptions({ config, flags, logger, closer, metrics, view }));
    if (config.serve) await untilClosed(closer);
  } catch (error) {
    if (!closer.signal.aborted) throw error;
    logger.debug({ err: error }, "the run was broken off");
  } finally {
    await closer.close();
  }
}

/** The one thing on stdout of a `--json` run; written at once, since the process may leave right afterwards. */
function writeSummary(summary: RunSummary, asJson: boolean): void {
  writeSync(STDOUT, `${asJson ? JSON.stringify(summary) : JSON.stringify(summary, null, INDENT)}\n`);
}

interface StartContext {
  readonly config: NodeConfig;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly logger: Logger;
  readonly closer: Closer;
  readonly metrics: NodeMetrics;
  readonly view: RunView;
}

async function localRunOptions(context: StartContext): Promise<LocalRunOptions> {
  const { config, logger, closer, metrics, view } = context;
  return {
    config,
    ...(await openMarketOf(context)),
    lending: readLending(config.lending),
    artifactsDir: config.modelsDir ?? ARTIFACTS_DIR,
    vaultTerms: await readVaultTerms(),
    deploy,
    closer,
    logger,
    metrics,
    onProgress: (message) => view.progress(message),
    onState: async (state) => {
      if (!config.serve) return;
      const pageDir = await buildPage(resolve(config.dataDir, "page"));
      const { host, port } = config;
      const hedger = await createHedger(join(config.modelsDir ?? ARTIFACTS_DIR, "hedger"));
      closer.add("hedger", () => hedger.close());
      const advise: HedgeAdvisor = (question) => adviseHedge(question, hedger);
      const api = await startApi(
        {
          view: state,
          trail: state.trail,
          readCard: cardReader(config.modelsDir ?? ARTIFACTS_DIR),
          metrics: metrics.registry,
          pageDir,
          advise,
          onFailure: (err, url) => logger.error({ err, url }, "an answer failed"),
        },
        { host, port },
      );
      closer.add("api", () => api.close());
      view.progress(`serving ${api.url}`);
    },
    onRound: ({ round, atSec, snapshot, events }, rounds, state) =>
      view.round({
        round,
        rounds,
        marketTimeSec: atSec,
        spot: new Map([...snapshot.assets].map(([asset, market]) => [asset, market.spot])),
        events,
        positions: state.positions(),
      }),
  };
}

/** Terms of the reviewed configuration that the local deployment is made from. */
async function readVaultTerms(): Promise<LocalRunOptions["vaultTerms"]> {
  const config = await readDeploymentConfig(join(DEPLOYMENT_DIR, "config.json"));
  return new Map(config.markets.map(({ asset }) => [asset, configuredTerms(config, asset)]));
}

/** Models that are fitted anew every round have no file; one that is there and cannot be read is a failure. */
function cardReader(modelsDir: string): CardReader {
  return async (id) => {
    const path = join(modelsDir, id, "card.md");
    return existsSync(path) ? await readFile(path, "utf8") : null;
  };
}

function readLending(path: string | null): readonly LendingMarketSettings[] {
  if (path === null) return [];
  try {
    return lendingMarketsOf(readFileSync(path, "utf8"), LOCAL_CHAIN_ID);
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    throw new PlimsollError({
      code: "LENDING_SETTINGS_UNREADABLE",
      problem: `The file of lending markets ${path} cannot be read.`,
      remedy: "Give --lending an existing file, or leave it out.",
      context: { path },
      cause: error,
    });
  }
}

/** What is heard live when the user asks for it, and never anything else in its place; a replay otherwise. */
async function openMarketOf(context: StartContext): Promise<Pick<LocalRunOptions, "market" | "pace">> {
  const { config, flags, logger, closer, metrics, view } = context;
  if (!config.live) return { market: marketRequest(config, flags) };
  const other = LIVE_EXCLUDES.find((flag) => flags[flag] !== undefined);
  if (other !== undefined) throw liveWith(other);
  view.progress("connecting to Deribit, Binance and Bybit");
  const { request, pace } = await openLiveMarket({
    assets: LIVE_ASSETS,
    recordingsDir: resolve(config.dataDir, "recordings"),
    addresses: PUBLIC_ADDRESSES,
    providers: [...createDefaultProviders(LIVE_ASSETS, HOLDING_TIMERS), ...readSignals(config.signals)],
    clock: WALL_CLOCK,
    timers: HOLDING_TIMERS,
    rng: createRng(randomUUID()),
    logger,
    metrics,
    closer,
  });
  return { market: request, pace };
}

/** Flags that choose another market. */
const LIVE_EXCLUDES = ["data", "scenario", "from", "to"] as const;
const LIVE_ASSETS = ["BTC", "ETH"] as const;

function liveWith(flag: string): PlimsollError<"LIVE_WITH_REPLAY"> {
  return new PlimsollError({
    code: "LIVE_WITH_REPLAY",
    problem: `--live was given together with --${flag}, which chooses a replay.`,
    remedy: "Leave one of the two out.",
    context: { flag },
  });
}

/** Files when the user names them or asks for a span of time; the simulator otherwise. */
function marketRequest(config: NodeConfig, flags: Readonly<Record<string, unknown>>): MarketRequest {
  const { scenario, seed, data } = config;
  const wantsFiles = flags.data !== undefined || config.from !== null || config.to !== null;
  // With PLIMSOLL_DATA set, a script of the simulator is still the simulator's.
  const hasRecordedScenario = scenario !== null && data.length > 0 && !isSimulatorScript(scenario);
  if (!wantsFiles && !hasRecordedScenario) return { kind: "simulator", seed, scenario };
  return { kind: "files", paths: data, scenario, fromSec: toSeconds(config.from), toSec: toSeconds(config.to) };
}

function toSeconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / MILLISECONDS;
}

/** Deploys with the reviewed configuration of local networks, restricted to the assets that the market has. */
const deploy: Deployer = async ({ signers, threshold, bundleHash, assets, hedge }, target) => {
  const reviewed = await readDeploymentConfig(join(DEPLOYMENT_DIR, "config.json"));
  const parties = { ...(await readParties(join(DEPLOYMENT_DIR, "parties.json"))), signers: [...signers], hedge };
  const { cascadeCaution: limits } = reviewed;
  const markets = reviewed.markets.filter((market) => assets.includes(market.asset));
  const config = { ...reviewed, markets, operators: { count: signers.length, threshold } };
  const addresses = await deployPlimsoll({ config, parties, bundleHash }, target);
  const holder = parties.token.kind === "new" ? parties.token.holder : null;
  return { addresses, markets, holder, caution: limits === undefined ? null : { limits, guardian: parties.guardian } };
};

function untilClosed(closer: Closer): Promise<void> {
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  if (closer.signal.aborted) finish();
  closer.signal.addEventListener("abort", () => finish());
  return promise;
}
