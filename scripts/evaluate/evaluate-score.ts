/** Evaluation of the position score: stated probabilities and requirements against what the hours after it cost. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasCode, PlimsollError } from "../../oracle/domain/errors.ts";
import type { AssetSymbol } from "../../oracle/domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../oracle/domain/units.ts";
import { FEATURE_SCHEMA } from "../../oracle/features/feature-schema.ts";
import { openFileSource } from "../../oracle/ingestion/sources/file-source.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { mean } from "../../oracle/math/statistics.ts";
import { createCascadePredictor } from "../../oracle/models/cascade/cascade-predictor.ts";
import { createQuantilePredictor } from "../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolPredictor } from "../../oracle/models/vol-lstm/vol-predictor.ts";
import { createVolatilityForecaster } from "../../oracle/models/volatility/volatility-forecaster.ts";
import { openFeed } from "../../oracle/pipeline/retraining/training-data.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../oracle/scoring/scoring-settings.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { fittedUntil } from "./fitted-until.ts";
import type { EvaluationRequest } from "./registry.ts";
import { type CascadeGain, followCascades } from "./score/cascade-gain.ts";
import { followPanel, type PanelFollower } from "./score/procyclicality.ts";
import { coverageOf, type Policy, type ScoreRow, scoreRows } from "./score/score-rows.ts";
import { type ScoredOutcome, walkScores } from "./score/score-walk.ts";
import { followTails, type TailGain } from "./score/tail-gain.ts";

const ARTIFACTS = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts");
/** design/models.md §3, row `score`: six rows are BTC and ETH at three collateral levels. */
const LIMITS = { rowsNotWorse: 5, ece: 0.03, shortfallLow: 0.5, shortfallHigh: 1.5, underGrid: 0.99 };
const JUDGED_ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
/** Assets that are scored where files hold them, but not judged: too short a span. */
const FURTHER_ASSETS: readonly AssetSymbol[] = ["BNB"];
/** Hours between times: coprime to day and week, so that all phases of both occur. */
const EVERY_HOURS = 11;
/** Steps between refits of the GARCH family, as for the rows of the quantile network; a live node refits daily. */
const REFIT_STEPS = 720;
/** `cascadeHorizonWeight` that is tried beside the live settings, where it is 0. */
const TRIED_CASCADE_WEIGHT = 0.5;
/** Bars before the first time: a first fit, the longest features, and 90 days of hours for the volatility network. */
const WARM_UP_SEC = 91 * SECONDS_PER_DAY;

/**
 * Evaluates the score on hourly bars.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` when no position of the window has a whole future, and those of the readers.
 */
export async function evaluateScore({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const withFloor = followPanel(JUDGED_ASSETS, DEFAULT_SCORING_SETTINGS);
  const withoutFloor = followPanel(JUDGED_ASSETS, { ...DEFAULT_SCORING_SETTINGS, stressWeight: 0 });
  const panels = [withFloor, withoutFloor];
  const { outcomes, tailGain, cascadeGain } = await walkAssets({ paths, fromSec, assets: JUDGED_ASSETS, panels });
  if (outcomes.length === 0) throw noWindow(fromSec);
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
      volNetworkTails: { ...tailGain },
      /** What the longer horizon of puts under an unusual hazard of liquidations would do, were it on. */
      cascadeHorizon: { ...cascadeGain, aboveOfMoved: [...cascadeGain.aboveOfMoved] },
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

interface WalkRequest extends EvaluationRequest {
  readonly assets: readonly AssetSymbol[];
  readonly panels: readonly PanelFollower[];
}

interface Walked {
  readonly outcomes: readonly ScoredOutcome[];
  readonly tailGain: TailGain;
  readonly cascadeGain: CascadeGain;
}

async function walkAssets({ paths, fromSec, assets, panels }: WalkRequest): Promise<Walked> {
  const source = await openFileSource({ paths, assets });
  const firstSec = Math.max(fromSec ?? 0, source.fromSec + WARM_UP_SEC);
  const deps = await openModels();
  const tails = followTails(assets, deps);
  const cascades = await createCascadePredictor(join(ARTIFACTS, "cascade"));
  const puts = followCascades(assets, cascades, TRIED_CASCADE_WEIGHT);
  const outcomes = await walkScores({
    feed: openFeed(source),
    deps,
    assets,
    fromSec: Math.ceil(firstSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR,
    toSec: source.toSec,
    everySec: EVERY_HOURS * SECONDS_PER_HOUR,
    onTime: async (snapshot, predictions) => {
      for (const panel of panels) panel.observe(snapshot, predictions);
      puts.observe(snapshot, predictions);
      await tails.observe(snapshot, predictions);
    },
  });
  await Promise.all([deps.predictor.close(), deps.volPredictor.close(), cascades.close()]);
  return { outcomes, tailGain: tails.report(), cascadeGain: puts.report() };
}

/** Assets beside the judged ones, each alone; none where no file holds them. */
async function walkFurther(
  paths: EvaluationRequest["paths"],
  fromSec: number | null,
): Promise<readonly ScoredOutcome[]> {
  const found: ScoredOutcome[] = [];
  for (const asset of FURTHER_ASSETS) {
    try {
      const { outcomes } = await walkAssets({ paths, fromSec, assets: [asset], panels: [] });
      found.push(...outcomes);
    } catch (error) {
      if (!hasCode(error, "DATA_NOT_FOUND")) throw error;
    }
  }
  return found;
}

async function openModels() {
  const predictor = await createQuantilePredictor({
    artifactDir: join(ARTIFACTS, "quantile-net"),
    schema: FEATURE_SCHEMA,
    rng: createRng("plimsoll-quantiles-1"),
  });
  const volPredictor = await createVolPredictor(join(ARTIFACTS, "vol-lstm"));
  const forecaster = createVolatilityForecaster({ refitSteps: REFIT_STEPS });
  return { predictor, volPredictor, forecaster, logger: { warn: () => {} } };
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

function noWindow(fromSec: number | null): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `From ${isoTime(fromSec) ?? "the start"} on no position has a forecast and a whole future.`,
    remedy: "Give an earlier --from, or more hourly bars: 91 days come before the first time.",
    context: { fromSec: fromSec ?? "none" },
  });
}
