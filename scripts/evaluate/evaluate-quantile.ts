/** Evaluation of the committed quantile network: pinball loss and breaches against GARCH, historical simulation and EWMA. */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../oracle/domain/prediction.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../oracle/domain/units.ts";
import { FEATURE_SCHEMA } from "../../oracle/features/feature-schema.ts";
import { openFileSource } from "../../oracle/ingestion/sources/file-source.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { mean } from "../../oracle/math/statistics.ts";
import { type QuantileManifest, quantileManifestSchema, quantileVectorsSchema } from "../../oracle/models/manifest.ts";
import { guardInputs } from "../../oracle/models/quantile-net/input-guard.ts";
import { type AdverseMoves, readMoves } from "../../oracle/models/quantile-net/read-moves.ts";
import { OUTPUTS_PER_ROW, runNetwork } from "../../oracle/models/quantile-net/run-network.ts";
import { type LoadedArtefact, loadArtefact } from "../../oracle/models/session.ts";
import { createVolatilityForecaster } from "../../oracle/models/volatility/volatility-forecaster.ts";
import { openFeed } from "../../oracle/pipeline/retraining/training-data.ts";
import {
  type BaselineMoves,
  collectSamples,
  type QuantileSample,
} from "../../oracle/training/dataset/quantile-samples.ts";
import {
  atMost,
  type Evaluation,
  isoTime,
  type Metrics,
  type Target,
} from "../../oracle/training/evaluate/evaluation.ts";
import { historicalMoves } from "../../oracle/training/quantile-net/historical-moves.ts";
import {
  ewmaNormalMoves,
  meanPinballRatio,
  type PolicyMetrics,
  policyMetrics,
} from "../../oracle/training/quantile-net/policy-metrics.ts";
import { rowsOf } from "../../oracle/training/quantile-net/prepare-rows.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import { refusedArtefact } from "./refused-artefact.ts";
import type { EvaluationRequest } from "./registry.ts";

const ARTEFACT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts/quantile-net");
const ASSETS = ["BTC", "ETH"];
const EVERY_SEC = 3 * SECONDS_PER_HOUR;
/** Steps between fits, as in training; live it is a day. */
const REFIT_STEPS = 720;
/** Earlier events are not read. */
const HISTORY_FROM_SEC = Date.parse("2019-01-01T00:00:00Z") / 1_000;
/** With less data than this after the report block, that block is evaluated when no start is given. */
const LATER_DAYS = 30;
/** Fewer rows than this expect less than two breaches of the 99 % quantile. */
const MIN_ROWS = 200;
/** design/models.md §3, row `var-quantile`: pinball at two of three levels, and at the third. */
const LIMITS = { twoOfThree: 0.99, third: 1.02 };
const JUDGED_LEVELS = [0.95, 0.975, 0.99];

type Loaded = LoadedArtefact<QuantileManifest, unknown>;
/** A row that every policy has moves for. */
interface JudgedRow {
  readonly sample: QuantileSample & { readonly baselines: BaselineMoves };
  readonly historical: AdverseMoves;
}

/**
 * Evaluates the artefact in the repository with the live path's features and forecasts; it is not refitted.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`, `EVALUATION_EMPTY` for fewer than 200 rows, and those of the readers (`DATA_…`).
 */
export async function evaluateQuantileNet({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const loaded = await loadArtefact(ARTEFACT, { manifest: quantileManifestSchema, vectors: quantileVectorsSchema });
  if (!loaded.ok) throw refusedArtefact(ARTEFACT, loaded.reason, loaded.detail);
  const { stopToSec, reportToSec } = loaded.value.manifest.training.span;
  const bars = readSpotBars(paths);
  const source = await openFileSource({ paths, fromSec: HISTORY_FROM_SEC, assets: ASSETS });
  const hasLater = source.toSec > reportToSec + LATER_DAYS * SECONDS_PER_DAY;
  const window = Math.ceil((fromSec ?? (hasLater ? reportToSec : stopToSec)) / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
  const samples = collectSamples({
    feed: openFeed(source),
    forecaster: createVolatilityForecaster({ refitSteps: REFIT_STEPS }),
    rng: createRng("evaluate-quantile-net"),
    assets: source.assets,
    fromSec: window,
    toSec: source.toSec,
    everySec: EVERY_SEC,
    baselinesFromSec: window,
  });
  const past = new Map([...bars].map(([asset, series]) => [asset, historicalMoves(series)]));
  const rows = samples.flatMap((sample): readonly JudgedRow[] => {
    const historical = past.get(sample.asset)?.(sample.atSec) ?? null;
    const { baselines } = sample;
    return historical === null || baselines === null ? [] : [{ sample: { ...sample, baselines }, historical }];
  });
  try {
    if (rows.length < MIN_ROWS) throw tooFew(rows.length, window, source.toSec);
    return await report(loaded.value, rows, window);
  } finally {
    await loaded.value.session.release();
  }
}

async function report({ manifest, session }: Loaded, rows: readonly JudgedRow[], window: number): Promise<Evaluation> {
  const samples = rows.map(({ sample }) => sample);
  const logMoves = await runNetwork(session, rowsOf(samples));
  const served = samples.map((sample, row) =>
    servedMoves(sample, manifest, logMoves.subarray(row * OUTPUTS_PER_ROW, (row + 1) * OUTPUTS_PER_ROW)),
  );
  const network = policyMetrics(
    samples,
    served.map(({ moves }) => moves),
  );
  const baselines = {
    garchQuantile: policyMetrics(
      samples,
      samples.map((sample) => sample.baselines.garch),
    ),
    historical: policyMetrics(
      samples,
      rows.map(({ historical }) => historical),
    ),
    ewmaNormal: policyMetrics(
      samples,
      samples.map((sample) => ewmaNormalMoves(sample.baselines.ewmaSigmaPerHour)),
    ),
  };
  const { span } = manifest.training;
  return {
    model: manifest.id,
    window: { from: isoTime(samples[0]?.atSec ?? null), to: isoTime(samples.at(-1)?.atSec ?? null) },
    metrics: {
      modelSha256: manifest.sha256,
      /** True where the artefact was fitted or stopped on rows of the window. */
      windowWasTrainedOn: window < span.stopToSec,
      rows: rows.length,
      fallbackShare: mean(served.map(({ isFallback }) => Number(isFallback))),
      pinballRatioTo: Object.fromEntries(
        Object.entries(baselines).map(([name, baseline]) => [name, meanPinballRatio(network, baseline)]),
      ),
      ...tables(network),
    },
    baselines: Object.fromEntries(Object.entries(baselines).map(([name, baseline]) => [name, tables(baseline)])),
    targets: targetsOf(network, Object.values(baselines)),
  };
}

/** What the predictor would serve: the network, or the GARCH quantile where the guard refuses the row. */
function servedMoves(
  { asset, atSec, values, missing, sigma, baselines }: JudgedRow["sample"],
  manifest: QuantileManifest,
  logMoves: Float32Array | Float64Array,
): { readonly moves: AdverseMoves; readonly isFallback: boolean } {
  const features = { asset, atSec, values, missing, schemaHash: FEATURE_SCHEMA.hash, clipped: [] };
  const moves = guardInputs(features, sigma, manifest) === null ? readMoves(logMoves) : null;
  return { moves: moves ?? baselines.garch, isFallback: moves === null };
}

/** Pinball loss and breaches, `[horizon][level]` for each direction, with the horizons and levels beside. */
function tables({ pinball, breach }: PolicyMetrics): Metrics {
  return { horizonsHours: QUANTILE_HORIZONS_HOURS, levels: QUANTILE_LEVELS, pinball, breach };
}

/** Ratio to the baseline that is hardest to beat at each level, mean over horizons and directions. */
function targetsOf(network: PolicyMetrics, baselines: readonly PolicyMetrics[]): Readonly<Record<string, Target>> {
  const levels: readonly number[] = QUANTILE_LEVELS;
  const ratios = JUDGED_LEVELS.map((level) => {
    const place = levels.indexOf(level);
    return Math.max(
      ...baselines.map((baseline) =>
        mean(lossesAt(network, place).map((loss, cell) => loss / (lossesAt(baseline, place)[cell] ?? Number.NaN))),
      ),
    );
  }).sort((a, b) => a - b);
  return {
    pinballSecondBestLevel: atMost(ratios[1] ?? Number.NaN, LIMITS.twoOfThree),
    pinballWorstLevel: atMost(ratios[2] ?? Number.NaN, LIMITS.third),
  };
}

function lossesAt({ pinball: { fall, rise } }: PolicyMetrics, place: number): readonly number[] {
  return [...fall, ...rise].map((levels) => levels[place] ?? Number.NaN);
}

function tooFew(rows: number, fromSec: number, toSec: number): PlimsollError<"EVALUATION_EMPTY"> {
  return new PlimsollError({
    code: "EVALUATION_EMPTY",
    problem: `Between ${isoTime(fromSec)} and ${isoTime(toSec)} ${rows} rows have features, forecasts and a complete label; the limit is ${MIN_ROWS}.`,
    remedy: "Give --data more than once, the earlier period as history, or an earlier --from.",
    context: { rows, limit: MIN_ROWS, fromSec, toSec },
  });
}
