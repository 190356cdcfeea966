/** Ablation of the hedger: networks trained without a family of inputs, each judged on hours between its training and the shipped one's end. */

import type { Caution, Knowledge } from "../../oracle/models/hedger/hedge-features.ts";
import { hedgeOutcome, tailLoss } from "../../oracle/models/hedger/hedge-results.ts";
import { NO_CAUTION } from "../../oracle/models/hedger/network-bands.ts";
import { openSession } from "../../oracle/models/onnx-runtime.ts";
import { type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { blackScholes, networkPolicy } from "../../oracle/training/hedger/hedge-policies.ts";
import { judgeCell } from "../../oracle/training/hedger/judge-cell.ts";
import { exportPolicy } from "../../oracle/training/hedger/policy-graph.ts";
import { HEDGER_SETTINGS, type HedgerSettings, trainHedger } from "../../oracle/training/hedger/train-hedger.ts";
import { REPORT_COSTS } from "../../oracle/training/hedger/write-hedger.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import { HEDGER_UNTIL_SEC, hedgerMarkets } from "../train/train-hedger.ts";
import { drawnWorlds, type NamedPaths, NO_GAS, realWorlds } from "./hedger/hedger-cells.ts";
import { windowMarkets } from "./hedger/window-markets.ts";
import type { EvaluationRequest } from "./registry.ts";

/** Training of the ablation ends here unless `--from` says otherwise: a year before that of the shipped network. */
const ABLATION_FROM_SEC = Date.parse("2023-05-01T00:00:00Z") / 1_000;
/** Size of the ablation. */
export interface AblationSize {
  readonly settings: HedgerSettings;
  /** Drawn paths of a world, and stretches of real hours of an asset. */
  readonly paths: number;
  readonly stretches: number;
}

/** A third of the shipped number of updates: four networks are trained. */
const FULL_SIZE: AblationSize = { settings: { ...HEDGER_SETTINGS, updates: 300 }, paths: 10_000, stretches: 4_000 };
const SEED = "plimsoll-1";

/** What each network is told. */
const FAMILIES: readonly (readonly [string, Knowledge])[] = [
  ["both", { forecast: true, surface: true }],
  ["withoutForecast", { forecast: false, surface: true }],
  ["withoutSurface", { forecast: true, surface: false }],
  ["withoutBoth", { forecast: false, surface: false }],
];

/**
 * Trains four networks on bars that end by the split, and judges each on drawn worlds and on the hours from the split to the end of
 * the shipped network's training; later hours are not read.
 *
 * @param size by default the shipped settings with a third of the updates.
 * @throws PlimsollError `HEDGER_TOO_SHORT` where no asset is long enough before the split; those of the reader and trainer.
 */
export async function evaluateHedgerAblation(
  { paths, fromSec }: EvaluationRequest,
  { settings, paths: count, stretches }: AblationSize = FULL_SIZE,
): Promise<Evaluation> {
  const splitSec = fromSec ?? ABLATION_FROM_SEC;
  const bars = readSpotBars(paths);
  const { markets } = hedgerMarkets(bars, splitSec);
  const judging = windowMarkets(bars, { fromSec: splitSec, toSec: HEDGER_UNTIL_SEC });
  const worlds = [...drawnWorlds(count), ...realWorlds(judging, { stretches, drawn: count })];
  const networks = new Map<string, ReadonlyMap<string, Losses>>();
  for (const [family, knowledge] of FAMILIES) {
    const own = { ...settings, knowledge };
    const { parameters } = await trainHedger(markets, { seed: SEED, settings: own });
    networks.set(family, await lossesOf(exportPolicy(own, parameters, {}), own, worlds));
  }
  const rules = await rulesOf(worlds);
  return {
    model: "hedger-ablation",
    window: { from: isoTime(splitSec), to: isoTime(HEDGER_UNTIL_SEC) },
    metrics: Object.fromEntries([...networks].map(([family, losses]) => [family, gainsOf(losses, rules)])),
    baselines: Object.fromEntries(rules),
    targets: {},
  };
}

/** Mean losses of the worst twentieth: of the network as it is, and read with the shipped caution. */
interface Losses {
  readonly network: number;
  readonly read: number;
}

async function lossesOf(
  model: Uint8Array,
  { knowledge, reading }: HedgerSettings,
  worlds: readonly NamedPaths[],
): Promise<ReadonlyMap<string, Losses>> {
  const session = await openSession(model);
  const found = new Map<string, Losses>();
  try {
    for (const { world, paths } of worlds) {
      for (const cost of REPORT_COSTS) {
        const loss = async (caution: Caution): Promise<number> => {
          const policy = networkPolicy(session, { knowledge, reading: caution });
          return tailLoss((await hedgeOutcome(paths, policy, { cost, ...NO_GAS })).wealth);
        };
        found.set(cellName(world, cost), { network: await loss(NO_CAUTION), read: await loss(reading) });
      }
    }
  } finally {
    await session.release();
  }
  return found;
}

/** Loss of the best of the three rules as usually set, and of the best of all in hindsight. */
async function rulesOf(worlds: readonly NamedPaths[]): Promise<ReadonlyMap<string, { rules: number; tuned: number }>> {
  const found = new Map<string, { rules: number; tuned: number }>();
  for (const { world, paths } of worlds) {
    for (const cost of REPORT_COSTS) {
      const cell = await judgeCell(blackScholes(false), paths, { cost, ...NO_GAS });
      const rules = Math.min(cell.blackScholes, cell.band, cell.whalleyWilmott);
      found.set(cellName(world, cost), { rules, tuned: cell.tuned });
    }
  }
  return found;
}

/** Shares by which the loss is smaller than that of the rules; positive is better. */
function gainsOf(losses: ReadonlyMap<string, Losses>, rules: ReadonlyMap<string, { readonly rules: number }>): Metrics {
  return Object.fromEntries(
    [...losses].map(([cell, { network, read }]) => {
      const base = rules.get(cell)?.rules ?? Number.NaN;
      return [cell, { network, read, networkGain: 1 - network / base, readGain: 1 - read / base }];
    }),
  );
}

function cellName(world: string, cost: number): string {
  return `${world}-${cost}`;
}
