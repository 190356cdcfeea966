/** Trains the hedger: every step draws new paths of every world at every cost and follows the gradient through the trades. */
import { createRng, type Rng } from "../../math/rng.ts";
import { mean } from "../../math/statistics.ts";
import type { Caution, Knowledge } from "../../models/hedger/hedge-features.ts";
import { type HedgePaths, joinPaths } from "../../models/hedger/hedge-paths.ts";
import type { TradeTerms } from "../../models/hedger/hedge-results.ts";
import {
  bootstrapWorld,
  SIMULATED_WORLDS,
  simulatedWorld,
  type WorldRequest,
} from "../../models/hedger/simulated-worlds.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { createTrainer } from "../tensor/trainer.ts";
import { type PolicyLayout, ROLLOUT_INPUTS, rolloutProblem } from "./policy-graph.ts";
import { blockWorld, dailyResiduals, type HourlyMarket } from "./real-world.ts";
import { rolloutBatch } from "./rollout-batch.ts";

/** Settings of a training; defaults in {@link HEDGER_SETTINGS}. */
export interface HedgerSettings extends PolicyLayout {
  /** Daily decisions of an episode. */
  readonly steps: number;
  readonly pathsPerGroup: number;
  readonly updates: number;
  readonly learningRate: number;
  readonly terms: readonly TradeTerms[];
  readonly knowledge: Knowledge;
  /** How what was learned is read when it serves; training itself follows the network alone. */
  readonly reading: Caution;
}

/** Worlds of training, in the order of the groups. */
export const TRAINING_WORLDS = [...SIMULATED_WORLDS, "bootstrap", "blocks"] as const;

/** Chosen on simulated test paths of other seeds and on hours that training never saw (docs/models/log.md). */
export const HEDGER_SETTINGS: HedgerSettings = {
  hidden: [32, 32],
  steps: 30,
  pathsPerGroup: 320,
  updates: 900,
  learningRate: 4e-3,
  terms: [
    { cost: 5e-4, gas: 0, limit: 1 },
    { cost: 2e-3, gas: 0, limit: 1 },
    { cost: 5e-3, gas: 0, limit: 1 },
    { cost: 1e-3, gas: 5e-4, limit: 0.15 },
  ],
  knowledge: { forecast: false, surface: true },
  reading: { surfaceTrust: 0.5, shrinkage: 0.5 },
};

/** What a training gives. */
export interface HedgerFit {
  readonly parameters: ParameterValues;
  /** Mean objective of the last tenth of the updates, deviations of the start. */
  readonly objective: number;
  /** Market inputs of the last batch, row-major: what training has seen. */
  readonly market: Float32Array;
}

/** Deviations to expiry that training draws, on a log scale: a week at 40 % to three months at 80 %. */
const DEVIATIONS = { least: 0.055, greatest: 0.4 };
/** Strikes lie this many deviations around the spot, half of them at it. */
const MONEYNESS_SPREAD = 0.7;
const AT_THE_MONEY_SHARE = 0.5;
const LAST_SHARE = 0.1;

/**
 * Trains on drawn worlds and on real hours.
 *
 * @param markets hourly closes for the residuals and the blocks.
 * @throws PlimsollError those of the trainer.
 */
export async function trainHedger(
  markets: readonly HourlyMarket[],
  { seed, settings = HEDGER_SETTINGS, onProgress }: HedgerRequest,
): Promise<HedgerFit> {
  const rng = createRng(`${seed}/hedger`);
  const groups = TRAINING_WORLDS.length * settings.terms.length;
  const shape = { groups, paths: settings.pathsPerGroup, steps: settings.steps };
  const trainer = await createTrainer(rolloutProblem(settings, shape, rng.fork("start")));
  const residuals = dailyResiduals(markets);
  const paths = rng.fork("paths");
  const losses: number[] = [];
  let market: Float32Array = new Float32Array();
  try {
    for (let update = 0; update < settings.updates; update += 1) {
      const drawn = drawGroups({ markets, residuals, settings }, paths);
      const batch = rolloutBatch(drawn, termsOf(settings), settings.knowledge);
      const rate = (settings.learningRate * (1 + Math.cos((Math.PI * update) / settings.updates))) / 2;
      losses.push(await trainer.step(batch, rate));
      const seen = batch[ROLLOUT_INPUTS.market];
      if (seen instanceof Float32Array) market = seen;
      onProgress?.((update + 1) / settings.updates, losses.at(-1) ?? Number.NaN);
    }
    const last = losses.slice(-Math.ceil(LAST_SHARE * losses.length));
    return { parameters: trainer.parameters(), objective: mean(last), market };
  } finally {
    await trainer.release();
  }
}

/** A training request. */
export interface HedgerRequest {
  readonly seed: string;
  readonly settings?: HedgerSettings;
  readonly onProgress?: (share: number, loss: number) => void;
}

interface Ground {
  readonly markets: readonly HourlyMarket[];
  readonly residuals: Float64Array;
  readonly settings: HedgerSettings;
}

/** One group after the other: worlds outermost, costs inside. */
function drawGroups({ markets, residuals, settings }: Ground, rng: Rng): HedgePaths {
  const paths = settings.pathsPerGroup * settings.terms.length;
  return joinPaths(
    TRAINING_WORLDS.map((world) => {
      const request = drawRequest(paths, settings.steps, rng);
      if (world === "blocks") return blockWorld(markets, request, rng);
      if (world === "bootstrap") return bootstrapWorld(residuals, request, rng);
      return simulatedWorld(world, request, rng);
    }),
  );
}

function drawRequest(paths: number, steps: number, rng: Rng): WorldRequest {
  const span = Math.log(DEVIATIONS.greatest / DEVIATIONS.least);
  return {
    paths,
    steps,
    deviation: Float64Array.from({ length: paths }, () => DEVIATIONS.least * Math.exp(span * rng.uniform())),
    moneyness: Float64Array.from({ length: paths }, () =>
      rng.uniform() < AT_THE_MONEY_SHARE ? 0 : MONEYNESS_SPREAD * rng.normal(),
    ),
  };
}

function termsOf({ terms, pathsPerGroup }: HedgerSettings): (path: number) => TradeTerms {
  const [usual = { cost: 0, gas: 0, limit: 1 }] = terms;
  return (path) => terms[Math.floor(path / pathsPerGroup) % terms.length] ?? usual;
}
