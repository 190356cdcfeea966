/** Evaluation of attacks on the models: how much of ρ an attacker buys, for how many dollars, before and after the feed defence. */
import { hasCode } from "../../oracle/domain/errors.ts";
import type { DepthBand, MarketSource } from "../../oracle/domain/market.ts";
import { openFileSource } from "../../oracle/ingestion/sources/file-source.ts";
import { mean, quantile } from "../../oracle/math/statistics.ts";
import { predictAssets } from "../../oracle/pipeline/operator/predict.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { attackRho, type RhoLoss, requirementsOf, type Scene } from "./adversarial/attacked-rho.ts";
import { costOf, PRICED_BUDGETS, type PricedBudget } from "./adversarial/budgets.ts";
import { type NetworkLoss, quantileNetLoss, volNetLoss } from "./adversarial/network-rho.ts";
import { otherNetworks } from "./adversarial/other-networks.ts";
import { poisoning } from "./adversarial/poisoning.ts";
import { cutScenes, openScoreModels } from "./adversarial/scenes.ts";
import type { EvaluationRequest } from "./registry.ts";

const ASSETS = ["BTC", "ETH"] as const;
const MOMENTS = 4;
/** Nothing is fitted or chosen on the moments; both networks have seen what lies before. */
const FROM_SEC = Date.parse("2024-07-01T00:00:00Z") / 1_000;
const MEDIAN = 0.5;
const TAIL = 0.99;
/** research/ml-models.md §5, row 11. */
const LIMITS = { collateralLost: 0.05, boundOverAttack: 0 } as const;

/** What was found at one moment with one budget. */
interface Outcome {
  readonly whole: RhoLoss;
  readonly quantileNet: NetworkLoss;
  readonly volNet: NetworkLoss | null;
}

/**
 * Attacks the score at moments of hourly bars; costs are those of the books before the fault of 10 October 2025.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW`, and those of the readers: hourly bars are wanted, the crash day for the costs.
 */
export async function evaluateAdversarial({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const source = await openFileSource({ paths, assets: [...ASSETS] });
  const bands = await usualBands(paths);
  const models = await openScoreModels();
  try {
    const request = { source, assets: ASSETS, fromSec: fromSec ?? FROM_SEC, moments: MOMENTS, deps: models.deps };
    const scenes = cutScenes(request);
    const found = new Map<string, readonly Outcome[]>();
    for (const budget of PRICED_BUDGETS) {
      const outcomes: Outcome[] = [];
      for (const scene of scenes) outcomes.push(await attackScene(scene, budget));
      found.set(budget.name, outcomes);
    }
    return evaluationOf({ scenes, found, bands, others: await otherNetworks(), poisoned: await poisoning(source) });
  } finally {
    await models.close();
  }
}

async function attackScene(scene: Scene, { bend }: PricedBudget): Promise<Outcome> {
  const predictions = await predictAssets(scene.snapshot, scene.deps);
  const prediction = predictions.get(scene.asset);
  if (prediction === undefined) throw new RangeError(`no prediction of ${scene.asset}`);
  const requirements = requirementsOf(scene, scene.snapshot, predictions);
  const honest = { requirements, prediction };
  return {
    whole: await attackRho(scene, requirements, bend),
    quantileNet: await quantileNetLoss(scene, honest, bend),
    volNet: await volNetLoss(scene, honest, bend),
  };
}

/** Median bands of the bids of the crash day, up to the first book whose bids are priced above its asks; `null` without that day. */
async function usualBands(paths: readonly string[]): Promise<readonly DepthBand[] | null> {
  const source = await openFileSource({ paths, scenario: "crash-2025-10" }).catch(
    (error: unknown): MarketSource | null => {
      if (hasCode(error, "DATA_NOT_FOUND")) return null;
      throw error;
    },
  );
  const notionals = new Map<number, number[]>();
  for (const event of source?.events(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) ?? []) {
    if (event.kind !== "book") continue;
    if ((event.bids[0]?.averagePrice ?? 0) >= (event.asks[0]?.averagePrice ?? Number.POSITIVE_INFINITY)) break;
    for (const { distance, notionalUsd } of event.bids)
      notionals.set(distance, [...(notionals.get(distance) ?? []), notionalUsd]);
  }
  if (notionals.size === 0) return null;
  return [...notionals].map(([distance, values]) => ({
    distance,
    notionalUsd: quantile(values, MEDIAN),
    averagePrice: null,
  }));
}

interface Found {
  readonly scenes: readonly Scene[];
  readonly found: ReadonlyMap<string, readonly Outcome[]>;
  readonly bands: readonly DepthBand[] | null;
  readonly others: Metrics;
  readonly poisoned: Metrics;
}

function evaluationOf({ scenes, found, bands, others, poisoned }: Found): Evaluation {
  const times = scenes.map(({ snapshot }) => snapshot.atSec);
  const budgets = PRICED_BUDGETS.map((budget): [string, Metrics] => {
    const outcomes = found.get(budget.name) ?? [];
    return [budget.name, budgetMetrics(budget, outcomes, bands)];
  });
  const lost = (name: string): number =>
    quantile(
      (found.get(name) ?? []).flatMap(({ whole }) => whole.collateral),
      TAIL,
    );
  const every = [...found.values()].flat();
  const nets = every.flatMap(({ quantileNet, volNet }) => (volNet === null ? [quantileNet] : [quantileNet, volNet]));
  return {
    model: "adversarial",
    window: { from: isoTime(Math.min(...times)), to: isoTime(Math.max(...times)) },
    metrics: {
      moments: scenes.length,
      positions: scenes.reduce((sum, { positions }) => sum + positions.length, 0),
      bandsUsd: bands === null ? null : bands.map(({ distance, notionalUsd }) => [distance, notionalUsd]),
      budgets: Object.fromEntries(budgets),
      others,
      poisoning: poisoned,
    },
    baselines: { undefended: { collateralLostP99: lost("alone-24h") } },
    targets: {
      collateralLostP99Defended: atMost(lost("one-of-five-24h"), LIMITS.collateralLost),
      collateralLostP99Undefended: atMost(lost("alone-24h"), LIMITS.collateralLost),
      leastBoundOverAttack: atLeast(
        Math.min(...nets.map(({ bound, attack }) => bound - attack)),
        LIMITS.boundOverAttack,
      ),
    },
  };
}

function budgetMetrics(
  budget: PricedBudget,
  outcomes: readonly Outcome[],
  bands: readonly DepthBand[] | null,
): Metrics {
  const fallBps = outcomes.flatMap(({ whole }) => whole.rhoBps);
  const costUsd = bands === null ? null : costOf(budget, bands);
  const perBps = (fall: number): number | null => (costUsd === null || fall <= 0 ? null : costUsd / fall);
  return {
    priceBps: budget.bend.price * 10_000,
    hours: budget.bend.bars,
    costUsd,
    rhoFallBps: spread(fallBps),
    collateralLost: spread(outcomes.flatMap(({ whole }) => whole.collateral)),
    /** On the position that is worst off, and on all of them. */
    usdPerBpsOfWorst: perBps(Math.max(...fallBps)),
    usdPerBpsOfMean: perBps(mean(fallBps)),
    quantileNet: networkMetrics(outcomes.map(({ quantileNet }) => quantileNet)),
    volNet: networkMetrics(outcomes.flatMap(({ volNet }) => (volNet === null ? [] : [volNet]))),
  };
}

function networkMetrics(losses: readonly NetworkLoss[]): Metrics {
  return {
    moments: losses.length,
    outputFallByAttack: spread(losses.map(({ attack }) => attack)),
    outputFallAtMost: spread(losses.map(({ bound }) => bound)),
    rhoFallBpsByAttack: spread(losses.flatMap(({ rhoByAttack }) => rhoByAttack)),
    rhoFallBpsAtMost: spread(losses.flatMap(({ rhoByBound }) => rhoByBound)),
  };
}

function spread(values: readonly number[]): Metrics {
  return { median: quantile(values, MEDIAN), p99: quantile(values, TAIL), max: Math.max(...values) };
}
