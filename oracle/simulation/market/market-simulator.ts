/** The project's own seeded market: the default source, so that a fresh clone runs without any data. */
import { PlimsollError } from "../../domain/errors.ts";
import { createMergedSource } from "../../domain/event-lane.ts";
import type { AssetSymbol, MarketSource } from "../../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { createRng } from "../../math/rng.ts";
import { simulatePaths } from "./price-path.ts";
import { withFaults } from "./simulated-faults.ts";
import { simulatedLanes } from "./simulated-lanes.ts";
import { ASSET_PARAMETERS, type AssetParameters } from "./simulator-parameters.ts";
import { findScript, type SimulatorScenario } from "./simulator-scenarios.ts";

/** History before the replay: enough to fit every model, 90 days. */
const DEFAULT_HISTORY_SEC = 90 * SECONDS_PER_DAY;
/** Nothing reads older chains than the newest: they begin a little before the replay. */
const OPTIONS_BEFORE_SEC = SECONDS_PER_DAY;
/** About one event in five hundred has a bad copy, as careless feeds have. */
const DEFAULT_FAULT_RATE = 0.002;

/** What to simulate. */
export interface MarketSimulatorOptions {
  /** Equal seeds give equal markets on every machine. */
  readonly seed: number;
  /** `BTC`, `ETH` or both. */
  readonly assets: readonly AssetSymbol[];
  /** Start of the replay, seconds; rounded down to a whole hour. */
  readonly fromSec: number;
  /** Script of the replay. */
  readonly scenario: SimulatorScenario;
  /** Share of bars and books with a bad copy, `[0, 1]`; 0.002 by default. */
  readonly faultRate?: number;
  /** Simulated time before the replay, seconds; 90 days by default. */
  readonly historySec?: number;
}

/**
 * Creates a simulated market: correlated jump-diffusions with stochastic volatility in 5-minute steps, delivered as
 * hourly bars, half-hourly order books that thin in stress, funding every 8 hours, an hourly volatility index, and from a day before the
 * replay on chains of quoted options every two hours.
 *
 * The replay runs from `fromSec` to the end of the script (7 days for `crash-recovery`, with its crash in hours
 * 72 to 84); events of the history before it may be read as well.
 *
 * @throws PlimsollError `SIMULATOR_SCENARIO_UNKNOWN`, `SIMULATOR_ASSET_UNKNOWN`, `SIMULATOR_FAULT_RATE`.
 */
export function createMarketSimulator(options: MarketSimulatorOptions): MarketSource {
  const { faultRate = DEFAULT_FAULT_RATE, historySec = DEFAULT_HISTORY_SEC } = options;
  requireFaultRate(faultRate);
  const script = findScript(options.scenario);
  const assets = new Map(options.assets.map((asset) => [asset, parametersOf(asset)]));
  const rng = createRng(options.seed).fork("market");
  const fromSec = wholeHours(options.fromSec);
  const historyFromSec = fromSec - wholeHours(historySec);
  const paths = simulatePaths({ rng, assets, historyFromSec, fromSec, script });
  const lanes = [...paths].flatMap(([asset, path]) =>
    simulatedLanes({
      asset,
      path,
      parameters: parametersOf(asset),
      startSec: historyFromSec,
      optionsFromSec: fromSec - OPTIONS_BEFORE_SEC,
      rng: rng.fork(`${asset}-events`),
    }).flatMap((lane) => withFaults(lane, faultRate, rng.fork(`${asset}-${lane.kind}-faults`))),
  );
  const hours = script.reduce((sum, phase) => sum + phase.hours, 0);
  const head = { id: "simulator", assets: [...assets.keys()], fromSec, toSec: fromSec + hours * SECONDS_PER_HOUR };
  return createMergedSource(head, lanes);
}

function wholeHours(timeSec: number): number {
  return Math.floor(timeSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
}

function parametersOf(asset: AssetSymbol): AssetParameters {
  const parameters = ASSET_PARAMETERS.get(asset);
  if (parameters !== undefined) return parameters;
  const known = [...ASSET_PARAMETERS.keys()].join(", ");
  throw new PlimsollError({
    code: "SIMULATOR_ASSET_UNKNOWN",
    problem: `The simulator has no parameters for the asset "${asset}".`,
    remedy: `Choose from ${known}, or read real data with --data.`,
    context: { asset, known },
  });
}

function requireFaultRate(faultRate: number): void {
  if (faultRate >= 0 && faultRate <= 1) return;
  throw new PlimsollError({
    code: "SIMULATOR_FAULT_RATE",
    problem: `The fault rate ${faultRate} is not a share.`,
    remedy: "Give a number from 0 to 1.",
    context: { faultRate },
  });
}
