/** Opens the market of a replay: the project's simulator, files or a recording that the user names, or what is heard live. */
import { PlimsollError } from "../domain/errors.ts";
import type { AssetSymbol, MarketSource } from "../domain/market.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import { isRecording, openRecordingSource } from "../ingestion/recording/recording-source.ts";
import { openFileSource } from "../ingestion/sources/file-source.ts";
import { createMarketSimulator } from "../simulation/market/market-simulator.ts";

/** Which market; plain data, so that it can be posted to a thread. */
export type MarketRequest =
  | { readonly kind: "simulator"; readonly seed: number; readonly scenario: string | null }
  | {
      readonly kind: "files";
      readonly paths: readonly string[];
      readonly scenario: string | null;
      readonly fromSec: number | null;
      readonly toSec: number | null;
    }
  /** A recording that is still being written: what is heard live. */
  | { readonly kind: "live"; readonly dir: string; readonly untilSec: number };

/** A market with the pace of its replay. */
export interface ReplayMarket {
  readonly source: MarketSource;
  /** Market time between two rounds, seconds. */
  readonly stepSec: number;
  /** Shown to people, e.g. `simulator seed 7`. */
  readonly label: string;
}

/** A Monday at 00:00 UTC: fixed, so that a run is the same on every day. */
const SIMULATION_START_SEC = Date.UTC(2026, 0, 5) / 1_000;
const SIMULATED_ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
const DEFAULT_SCRIPT = "crash-recovery";

/**
 * Opens the market of a replay. Operators and orchestrator open their own, with equal requests.
 *
 * @throws PlimsollError of the source (`SCENARIO_UNKNOWN`, `DATA_…`, `SIMULATOR_…`).
 */
export async function openMarket(request: MarketRequest): Promise<ReplayMarket> {
  switch (request.kind) {
    case "simulator":
      return openSimulator(request);
    case "live":
      return openLive(request);
    case "files":
      return openReplayedRecording(request) ?? (await openFiles(request));
  }
}

function openLive({ dir, untilSec }: Extract<MarketRequest, { kind: "live" }>): ReplayMarket {
  const { stepSec, ...source } = openRecordingSource({ dir, follow: true });
  return { source: { ...source, toSec: untilSec }, stepSec, label: "live" };
}

/** `null` when the one path that is named is no recording. */
function openReplayedRecording(request: Extract<MarketRequest, { kind: "files" }>): ReplayMarket | null {
  const [path] = request.paths;
  if (path === undefined || request.paths.length > 1 || !isRecording(path)) return null;
  const { stepSec, ...source } = openRecordingSource({ dir: path, follow: false });
  const fromSec = Math.max(source.fromSec, request.fromSec ?? source.fromSec);
  const toSec = Math.min(source.toSec, request.toSec ?? source.toSec);
  return { source: { ...source, fromSec, toSec }, stepSec, label: `recording ${path}` };
}

function openSimulator(request: Extract<MarketRequest, { kind: "simulator" }>): ReplayMarket {
  const scenario = request.scenario ?? DEFAULT_SCRIPT;
  const source = createMarketSimulator({
    seed: request.seed,
    assets: SIMULATED_ASSETS,
    fromSec: SIMULATION_START_SEC,
    scenario: simulatorScript(scenario),
  });
  return { source, stepSec: SECONDS_PER_HOUR, label: `simulator ${scenario} seed ${request.seed}` };
}

const SCRIPTS = ["crash-recovery", "squeeze", "calm"] as const;

/** Whether a name is one of the simulator's scripts. */
export function isSimulatorScript(name: string): boolean {
  return SCRIPTS.some((script) => script === name);
}

function simulatorScript(name: string): (typeof SCRIPTS)[number] {
  const script = SCRIPTS.find((known) => known === name);
  if (script !== undefined) return script;
  throw new PlimsollError({
    code: "SCENARIO_NEEDS_DATA",
    problem: `The simulator has no scenario "${name}".`,
    remedy: `Choose ${SCRIPTS.join(", ")}, or give the folder of real market data with --data.`,
    context: { name },
  });
}

async function openFiles(request: Extract<MarketRequest, { kind: "files" }>): Promise<ReplayMarket> {
  const source = await openFileSource({
    paths: request.paths,
    ...(request.scenario === null ? {} : { scenario: request.scenario }),
    ...(request.fromSec === null ? {} : { fromSec: request.fromSec }),
    ...(request.toSec === null ? {} : { toSec: request.toSec }),
  });
  const label = request.scenario === null ? source.id : `${source.id} ${request.scenario}`;
  return { source, stepSec: source.stepSec, label };
}
