/** Evaluation of the position score: stated probabilities and requirements against what the hours after it cost. */
import { hasCode } from "../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../oracle/domain/market.ts";
import { mean } from "../../oracle/math/statistics.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../oracle/scoring/scoring-settings.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { fittedUntil } from "./fitted-until.ts";
import type { EvaluationRequest } from "./registry.ts";
import { cascadeVariant } from "./score/cascade-variant.ts";
import { followVariant, variantMetrics } from "./score/follow-variant.ts";
import { noScoreWindow } from "./score/no-score-window.ts";
import { followPanel, type PanelFollower } from "./score/procyclicality.ts";
import { coverageOf, type Policy, type ScoreRow, scoreRows } from "./score/score-rows.ts";
import type { ScoredOutcome } from "./score/score-walk.ts";
import { followTails } from "./score/tail-gain.ts";
import { walkFiles } from "./score/walk-files.ts";

/** design/models.md §3, row `score`: six rows are BTC and ETH at three collateral levels. */
const LIMITS = { rowsNotWorse: 5, ece: 0.03, shortfallLow: 0.5, shortfallHigh: 1.5, underGrid: 0.99 };
const JUDGED_ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
/** Assets that are scored where files hold them, but not judged: too short a span. */
const FURTHER_ASSETS: readonly AssetSymbol[] = ["BNB"];
/** `cascadeHorizonWeight` that is tried beside the live settings, where it is 0. */
const TRIED_CASCADE_WEIGHT = 0.5;

/**
 * Evaluates the score on hourly bars.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` when no position of the window has a whole future, and those of the readers.
 */
export async function evaluateScore({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const withFloor = followPanel(JUDGED_ASSETS, DEFAULT_SCORING_SETTINGS);
  const withoutFloor = followPanel(JUDGED_ASSETS, { ...DEFAULT_SCORING_SETTINGS, stressWeight: 0 });
  const { outcomes, followers } = await walkFiles({
    ...{ paths, fromSec, assets: JUDGED_ASSETS },
    follow: (models) => ({
      withFloor,
      withoutFloor,
      tails: followTails(JUDGED_ASSETS, models),
      puts: followVariant(JUDGED_ASSETS, cascadeVariant(models.cascades, TRIED_CASCADE_WEIGHT)),
    }),
  });
  if (outcomes.length === 0) throw noScoreWindow(fromSec);
  const further = await walkFurther(paths, fromSec);
  const rows = scoreRows(outcomes);
  const coverage = (policy: Policy, of = outcomes): Metrics => ({ ...coverageOf(of, policy) });
  const times = outcomes.map(({ atSec }) => atSec);
  return {
    model: "score",
    window: { from: isoTime(Math.min(...times)), to: isoTime(Math.max(...times)) },
    metrics: {
      /** End of what each model was fitted on or chosen with; a window that starts before is no test of it. */
      ...fittedUntil(["quantile-net", "vol-lstm", "cascade"], Math.min(...times)),
      rows: rows.map((row) => ({ ...row, product: { ...row.product }, filtered: { ...row.filtered } })),
      coverage: coverage("product"),
      /** Pinball loss of the quantile model with the volatility network over that without it. */
      volNetworkTails: { ...followers.tails.report() },
      /** What the longer horizon of puts under an unusual hazard of liquidations would do, were it on. */
      cascadeHorizon: variantMetrics(followers.puts.report()),
      coverageByAsset: byAsset(outcomes),
      further: scoreRows(further).map(productRow),
      /** Share of positions for which the static grid asks for at least the current requirement. */
      underStaticGrid: mean(outcomes.map(({ judged }) => Number(judged.isUnderGrid))),
      procyclicality: { withFloor: tables(withFloor), withoutFloor: tables(withoutFloor) },
    },
    baselines: {
      filtered: { rows: rows.map(({ filtered }) => ({ ...filtered })), coverage: coverage("filtered") },
    },
    targets: targetsOf(rows, outcomes),
  };
}

/** Assets beside the judged ones, each alone; none where no file holds them. */
async function walkFurther(
  paths: EvaluationRequest["paths"],
  fromSec: number | null,
): Promise<readonly ScoredOutcome[]> {
  const found: ScoredOutcome[] = [];
  for (const asset of FURTHER_ASSETS) {
    try {
      const { outcomes } = await walkFiles({ paths, fromSec, assets: [asset], follow: () => ({}) });
      found.push(...outcomes);
    } catch (error) {
      if (!hasCode(error, "DATA_NOT_FOUND")) throw error;
    }
  }
  return found;
}

function byAsset(outcomes: readonly ScoredOutcome[]): Metrics {
  const assets = [...new Set(outcomes.map(({ asset }) => asset))];
  return Object.fromEntries(
    assets.map((asset) => {
      const own = outcomes.filter((outcome) => outcome.asset === asset);
      return [asset, { ...coverageOf(own, "product") }];
    }),
  );
}

function productRow({ product, filtered, ...row }: ScoreRow): Metrics {
  return { ...row, product: { ...product }, filtered: { ...filtered } };
}

function tables(panel: PanelFollower): Metrics {
  return Object.fromEntries(Object.entries(panel.report()).map(([name, swings]) => [name, { ...swings }]));
}

function targetsOf(rows: readonly ScoreRow[], outcomes: readonly ScoredOutcome[]): Evaluation["targets"] {
  const stated = 1 - DEFAULT_SCORING_SETTINGS.confidence;
  const { aboveQuantile, holeRatio } = coverageOf(outcomes, "product");
  const realisedOverStated = aboveQuantile / stated;
  return {
    rowsLogLossNotAboveFiltered: atLeast(rows.filter(({ ratio }) => ratio <= 1).length, LIMITS.rowsNotWorse),
    eceWorstRow: atMost(Math.max(...rows.map(({ product }) => product.ece)), LIMITS.ece),
    shortfallFrequencyLow: atLeast(realisedOverStated, LIMITS.shortfallLow),
    shortfallFrequencyHigh: atMost(realisedOverStated, LIMITS.shortfallHigh),
    shortfallAmountLow: atLeast(holeRatio, LIMITS.shortfallLow),
    shortfallAmountHigh: atMost(holeRatio, LIMITS.shortfallHigh),
    underStaticGrid: atLeast(mean(outcomes.map(({ judged }) => Number(judged.isUnderGrid))), LIMITS.underGrid),
  };
}
