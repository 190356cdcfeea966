/** Evaluation of explanations: do they add up, are they the same for two operators, do they name what moves the score. */
import { PlimsollError } from "../../oracle/domain/errors.ts";
import {
  type ExplainedNumbers,
  INPUT_SOURCES,
  MEANINGS,
  type PositionExplanation,
} from "../../oracle/domain/explanation.ts";
import type { AssetSymbol } from "../../oracle/domain/market.ts";
import { rankCorrelation } from "../../oracle/math/rank-correlation.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { mean } from "../../oracle/math/statistics.ts";
import { COMPLETENESS_TOLERANCE } from "../../oracle/scoring/explanation/explain-positions.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { type CurveAreas, curveAreas, meanAreas } from "./explanations/curve-areas.ts";
import { type ExplainedSample, explainPanel } from "./explanations/explained-panel.ts";
import { networkPanel } from "./explanations/network-panel.ts";
import { networkView } from "./explanations/network-view.ts";
import type { EvaluationRequest } from "./registry.ts";
import { walkFiles } from "./score/walk-files.ts";

const ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
/** research/ml-models.md §5, row 10: the same three reasons for 95 % of perturbations of 0.1 %. */
const SAME_REASONS = 0.95;
const REASONS = 3;
/** Random orders that each explanation is compared with. */
const RANDOM_ORDERS = 20;
const NAMES = ["rhoBps", "score"] as const satisfies readonly (keyof ExplainedNumbers)[];
type Name = (typeof NAMES)[number];

/**
 * Evaluates explanations on hourly bars.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` when nothing could be explained, and those of the readers.
 */
export async function evaluateExplanations({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const { followers } = await walkFiles({
    ...{ paths, fromSec, assets: ASSETS },
    follow: ({ predictor }) => ({ panel: explainPanel(ASSETS), network: networkPanel(ASSETS, predictor) }),
  });
  const { samples, refused } = followers.panel.report();
  if (samples.length === 0) throw noWindow();
  const times = samples.map(({ explanation: { atSec } }) => atSec);
  const [rho, score] = [faithfulness(samples, "rhoBps"), faithfulness(samples, "score")];
  const sameReasons = sameTop(samples);
  const gap = Math.max(...samples.map(({ explanation }) => explanation.completenessGap));
  return {
    model: "explanations",
    window: { from: isoTime(Math.min(...times)), to: isoTime(Math.max(...times)) },
    metrics: {
      explained: samples.length,
      refused,
      completenessGap: gap,
      stability: stability(samples),
      sameTopReasons: sameReasons,
      faithfulness: { rhoBps: rho.metrics, score: score.metrics },
      counterfactuals: counterfactualShares(samples),
      meanAbsoluteShare: meanShares(samples),
      /** Integrated gradients of the quantile network's 24 h 99 % fall, decimal, against medians of 30 days. */
      quantileNet: networkView(followers.network.report()),
    },
    baselines: {
      leaveOneOut: { completenessGap: leaveOneOutGap(samples), rhoBps: rho.leaveOneOut, score: score.leaveOneOut },
    },
    targets: {
      completenessGap: atMost(gap, COMPLETENESS_TOLERANCE),
      sameTopReasons: atLeast(sameReasons, SAME_REASONS),
      insertionOverRandomRho: atMost(rho.ratio, 1),
      insertionOverRandomScore: atMost(score.ratio, 1),
    },
  };
}

/** Rank correlation of the shares of all groups, mean over samples: between two operators, and between two rounds. */
function stability(samples: readonly ExplainedSample[]): Metrics {
  const between = (pick: (sample: ExplainedSample) => PositionExplanation | null, name: Name): number => {
    const found = samples.flatMap((sample) => {
      const other = pick(sample);
      return other === null ? [] : [rankCorrelation(sharesOf(sample.explanation, name), sharesOf(other, name))];
    });
    return mean(found.filter(Number.isFinite));
  };
  return {
    operatorsRho: between(({ noisy }) => noisy, "rhoBps"),
    operatorsScore: between(({ noisy }) => noisy, "score"),
    roundsRho: between(({ later }) => later, "rhoBps"),
    roundsScore: between(({ later }) => later, "score"),
  };
}

function sharesOf({ meanings }: PositionExplanation, name: Name): readonly number[] {
  return MEANINGS.map((meaning) => meanings.find((share) => share.meaning === meaning)?.[name] ?? 0);
}

/** Share of samples whose three greatest reasons of ρ are the same for the other operator, in whatever order. */
function sameTop(samples: readonly ExplainedSample[]): number {
  const top = ({ meanings }: PositionExplanation): string =>
    meanings
      .slice(0, REASONS)
      .map(({ meaning }) => meaning)
      .sort()
      .join();
  return mean(
    samples.flatMap(({ explanation, noisy }) => (noisy === null ? [] : [Number(top(explanation) === top(noisy))])),
  );
}

interface Faithfulness {
  readonly metrics: Metrics;
  readonly leaveOneOut: Metrics;
  /** Insertion area over that of random orders. */
  readonly ratio: number;
}

function faithfulness(samples: readonly ExplainedSample[], name: Name): Faithfulness {
  const rng = createRng("explanations-orders-1");
  const own: CurveAreas[] = [];
  const alone: CurveAreas[] = [];
  const random: CurveAreas[] = [];
  for (const { table, meanings, explanation } of samples) {
    const shares = meanings.map((meaning) => explanation.meanings.find((one) => one.meaning === meaning)?.[name] ?? 0);
    own.push(curveAreas(table, byMagnitude(shares), name));
    alone.push(curveAreas(table, byMagnitude(leaveOneOut({ table, meanings }, name)), name));
    const orders = Array.from({ length: RANDOM_ORDERS }, () => byMagnitude(meanings.map(() => rng.uniform())));
    random.push(meanAreas(orders.map((order) => curveAreas(table, order, name))));
  }
  const [shapley, single, chance] = [meanAreas(own), meanAreas(alone), meanAreas(random)];
  return {
    metrics: { shapley: { ...shapley }, random: { ...chance } },
    leaveOneOut: { ...single },
    ratio: shapley.insertion / chance.insertion,
  };
}

function byMagnitude(values: readonly number[]): readonly number[] {
  return [...values.keys()].sort((left, right) => Math.abs(values[right] ?? 0) - Math.abs(values[left] ?? 0));
}

/** What is lost without each group alone: the usual short cut. */
function leaveOneOut({ table, meanings }: Pick<ExplainedSample, "table" | "meanings">, name: Name): readonly number[] {
  const full = table.length - 1;
  return meanings.map(
    (_, place) => (table[full]?.[name] ?? Number.NaN) - (table[full & ~(1 << place)]?.[name] ?? Number.NaN),
  );
}

/** Mean |sum − difference| of leaving one out, basis points of ρ: it does not add up. */
function leaveOneOutGap(samples: readonly ExplainedSample[]): number {
  return mean(
    samples.map((sample) => {
      const { signed, reference } = sample.explanation;
      const sum = leaveOneOut(sample, "rhoBps").reduce((total, part) => total + part, 0);
      return Math.abs(sum - (signed.rhoBps - reference.rhoBps));
    }),
  );
}

/** Share of samples that have each counterfactual. */
function counterfactualShares(samples: readonly ExplainedSample[]): Metrics {
  const kinds = ["less-volatility", "more-collateral", "liquidation", "no-doubt"] as const;
  const has = (kind: (typeof kinds)[number]): number =>
    mean(samples.map(({ explanation }) => Number(explanation.counterfactuals.some((one) => one.kind === kind))));
  return Object.fromEntries(kinds.map((kind) => [kind, has(kind)]));
}

/** The global view: mean |share| by group and by source. */
function meanShares(samples: readonly ExplainedSample[]): Metrics {
  const over = (pick: (explanation: PositionExplanation) => ExplainedNumbers | undefined): Metrics => {
    const parts = samples.map(({ explanation }) => pick(explanation));
    const of = (name: keyof ExplainedNumbers): number => mean(parts.map((part) => Math.abs(part?.[name] ?? 0)));
    return { rhoBps: of("rhoBps"), piBps: of("piBps"), score: of("score") };
  };
  const meanings = MEANINGS.map(
    (name) => [name, over(({ meanings: all }) => all.find((one) => one.meaning === name))] as const,
  );
  const sources = INPUT_SOURCES.map(
    (name) => [name, over(({ sources: all }) => all.find((one) => one.source === name))] as const,
  );
  return { meanings: Object.fromEntries(meanings), sources: Object.fromEntries(sources) };
}

function noWindow(): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: "No position of the window could be explained.",
    remedy: "Give hourly bars of BTC or ETH that reach 91 days before --from and 11 hours beyond it.",
  });
}
