/** Evaluation of the drift watch: coverage and alarms on recorded bars as they were, and after injected breaks of volatility. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { AssetSymbol, MarketSnapshot } from "../../oracle/domain/market.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../oracle/domain/prediction.ts";
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../oracle/domain/units.ts";
import { FEATURE_SCHEMA } from "../../oracle/features/feature-schema.ts";
import { DEFAULT_GUARD_LIMITS } from "../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../oracle/ingestion/market-window.ts";
import { openFileSource } from "../../oracle/ingestion/sources/file-source.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { mean, sortedQuantile } from "../../oracle/math/statistics.ts";
import { WATCH_DIRECTIONS, WATCH_STEP_SEC } from "../../oracle/models/drift-watch/watched-step.ts";
import {
  createQuantilePredictor,
  type QuantilePredictor,
} from "../../oracle/models/quantile-net/quantile-predictor.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { breakBars } from "./break-bars.ts";
import { type DriftReplay, type ReplayedStep, replayDrift } from "./drift-replay.ts";
import type { EvaluationRequest } from "./registry.ts";

const ARTEFACT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts/quantile-net");
const ASSETS: readonly AssetSymbol[] = ["BTC", "ETH"];
/** The network has fitted and stopped on earlier rows; the settings of the watch were chosen on rows before 2024. */
const UNSEEN_FROM_SEC = Date.UTC(2024, 6, 1) / 1_000;
/** Before the window: a whole watch and the history behind it. */
const LEAD_SEC = 180 * SECONDS_PER_DAY;
const FACTORS = [1.5, 2, 3] as const;
const BREAK_EVERY_SEC = 21 * SECONDS_PER_DAY;
const [FIRST_STEPS, SEEN_STEPS] = [60, 200] as const;
const OUTCOME_SEC = 3 * SECONDS_PER_DAY;
const FALSE_ALARM_STEPS = 2_000;
const LEVELS = { "95": QUANTILE_LEVELS.indexOf(0.95), "99": QUANTILE_LEVELS.indexOf(0.99) } as const;

/**
 * Evaluates the watch over the committed artefact; `--from` moves the start of the window.
 *
 * @throws PlimsollError `EVALUATION_EMPTY` when the window is shorter than a break needs, and those of the readers (`DATA_…`, `DATA_SPAN_EMPTY` for a start after the data).
 */
export async function evaluateDrift({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const startSec = alignUp(fromSec ?? UNSEEN_FROM_SEC, WATCH_STEP_SEC);
  const snapshot = await readMarket(paths, startSec);
  const endSec = alignUp(newestSec(snapshot) - OUTCOME_SEC, WATCH_STEP_SEC);
  if (endSec - startSec < SEEN_STEPS * WATCH_STEP_SEC) throw tooShort(startSec, endSec);
  const schema = FEATURE_SCHEMA;
  const predictor = await createQuantilePredictor({ artifactDir: ARTEFACT, schema, rng: createRng("evaluate-drift") });
  const span = { startSec, endSec, assets: [...snapshot.assets.keys()] };
  const calm = await replayCalm(snapshot, span, predictor);
  const broken = new Map<number, readonly BrokenReplay[]>();
  for (const factor of FACTORS) broken.set(factor, await replayBreaks(snapshot, { ...span, factor }, predictor));
  await predictor.close();
  return report({ startSec, endSec, calm, broken });
}

async function readMarket(paths: readonly string[], startSec: number): Promise<MarketSnapshot> {
  const source = await openFileSource({ paths, fromSec: startSec, assets: ASSETS });
  const historySec = source.toSec - startSec + LEAD_SEC;
  const window = createMarketWindow({ assets: source.assets, historySec, limits: DEFAULT_GUARD_LIMITS });
  const market = createMarketIngestor({ source, window, historySec });
  market.advanceTo(source.toSec);
  return market.snapshot();
}

interface Span {
  readonly startSec: number;
  readonly endSec: number;
  readonly assets: readonly AssetSymbol[];
}

async function replayCalm(
  snapshot: MarketSnapshot,
  { startSec, endSec, assets }: Span,
  predictor: QuantilePredictor,
): Promise<readonly DriftReplay[]> {
  const replays: DriftReplay[] = [];
  for (const asset of assets)
    replays.push(await replayDrift(snapshot, { asset, fromSec: startSec, toSec: endSec }, predictor));
  return replays;
}

interface BrokenReplay extends DriftReplay {
  readonly breakSec: number;
}

async function replayBreaks(
  snapshot: MarketSnapshot,
  { startSec, endSec, assets, factor }: Span & { readonly factor: number },
  predictor: QuantilePredictor,
): Promise<readonly BrokenReplay[]> {
  const replays: BrokenReplay[] = [];
  const lengthSec = SEEN_STEPS * WATCH_STEP_SEC;
  for (let breakSec = startSec; breakSec + lengthSec <= endSec; breakSec += BREAK_EVERY_SEC) {
    const broken = brokenSnapshot(snapshot, breakSec, factor);
    for (const asset of assets) {
      const span = { asset, fromSec: breakSec, toSec: breakSec + lengthSec };
      replays.push({ breakSec, ...(await replayDrift(broken, span, predictor)) });
    }
  }
  return replays;
}

function brokenSnapshot(snapshot: MarketSnapshot, breakSec: number, factor: number): MarketSnapshot {
  const assets = new Map(
    [...snapshot.assets].map(([asset, market]) => [
      asset,
      { ...market, bars: breakBars(market.bars, breakSec, factor) },
    ]),
  );
  return { ...snapshot, assets };
}

interface Report {
  readonly startSec: number;
  readonly endSec: number;
  readonly calm: readonly DriftReplay[];
  readonly broken: ReadonlyMap<number, readonly BrokenReplay[]>;
}

function report({ startSec, endSec, calm, broken }: Report): Evaluation {
  const calmSteps = calm.flatMap(({ steps }) => steps);
  const alarms = calm.reduce((sum, replay) => sum + replay.alarms.length, 0);
  const watchedSec = calm.length * (endSec - startSec);
  const breaks = new Map([...broken].map(([factor, replays]) => [factor, breakMetrics(replays)]));
  const alarmsPerSteps = (alarms * FALSE_ALARM_STEPS) / calmSteps.length;
  const [calmCoverage, doubled] = [coverage(calmSteps, "95", true), breaks.get(2)];
  return {
    model: "drift",
    window: { from: isoTime(startSec), to: isoTime(endSec) },
    metrics: {
      stepHours: WATCH_STEP_SEC / 3_600,
      calm: {
        steps: calmSteps.length,
        alarms,
        alarmsPerAssetAndYear: (alarms * SECONDS_PER_YEAR) / watchedSec,
        alarmsPer2000Steps: alarmsPerSteps,
        ...coverages(calmSteps, true),
        meanWidening: byHorizon((horizon) =>
          mean(calmSteps.map(({ logFactors }) => Math.exp(logFactors[horizon] ?? 0))),
        ),
      },
      breaks: Object.fromEntries([...breaks].map(([factor, metrics]) => [`x${factor}`, metrics.metrics])),
    },
    baselines: {
      uncorrected: {
        ...coverages(calmSteps, false),
        ...Object.fromEntries([...breaks].map(([factor, metrics]) => [`x${factor}`, metrics.uncorrected])),
      },
    },
    targets: {
      calmCoverage95AtLeast: atLeast(Math.min(...calmCoverage), 0.94),
      calmCoverage95AtMost: atMost(Math.max(...calmCoverage), 0.96),
      doubledFirst60Coverage95: atLeast(doubled?.worstFirst95 ?? Number.NaN, 0.85),
      doubledDelaySteps: atMost(doubled?.medianDelay ?? Number.NaN, FIRST_STEPS),
      alarmsPer2000Steps: atMost(alarmsPerSteps, 1),
    },
  };
}

function breakMetrics(replays: readonly BrokenReplay[]) {
  const within = (limit: number): readonly ReplayedStep[] =>
    replays.flatMap(({ steps, breakSec }) =>
      steps.filter(({ step }) => step.atSec < breakSec + limit * WATCH_STEP_SEC),
    );
  const delays = Float64Array.from(replays, ({ alarms, breakSec }) => {
    const first = Math.min(...alarms.filter((timeSec) => timeSec >= breakSec));
    return (first - breakSec) / WATCH_STEP_SEC;
  }).sort();
  const seen = (limit: number): number => delays.filter((delay) => delay <= limit).length / delays.length;
  const [first, all] = [within(FIRST_STEPS), within(SEEN_STEPS)];
  const tables = (corrected: boolean): Metrics => ({
    first60: coverages(first, corrected),
    first200: coverages(all, corrected),
  });
  const median = sortedQuantile(delays, 0.5);
  return {
    medianDelay: median,
    worstFirst95: Math.min(...coverage(first, "95", true)),
    uncorrected: tables(false),
    metrics: {
      breaks: replays.length,
      delayStepsMedian: Number.isFinite(median) ? median : null,
      seenWithin60: seen(FIRST_STEPS),
      seenWithin200: seen(SEEN_STEPS),
      ...tables(true),
    },
  };
}

/** Share of realised moves inside of the stated quantile, by horizon. */
function coverages(steps: readonly ReplayedStep[], corrected: boolean): Metrics {
  const rows = (level: keyof typeof LEVELS): Metrics => {
    const values = coverage(steps, level, corrected);
    return byHorizon((horizon) => values[horizon] ?? Number.NaN);
  };
  return { coverage95: rows("95"), coverage99: rows("99") };
}

function coverage(steps: readonly ReplayedStep[], level: keyof typeof LEVELS, corrected: boolean): readonly number[] {
  return QUANTILE_HORIZONS_HOURS.map((_, horizon) => {
    const inside = steps.flatMap(({ step, logFactors }) =>
      WATCH_DIRECTIONS.flatMap((direction) => {
        const realised = step.realised[direction][horizon] ?? Number.NaN;
        const factor = corrected ? Math.exp(logFactors[horizon] ?? 0) : 1;
        const limit = (step.stated[direction][horizon]?.[LEVELS[level]] ?? Number.NaN) * factor;
        return Number.isFinite(realised) ? [Number(realised <= limit)] : [];
      }),
    );
    return mean(inside);
  });
}

function byHorizon(value: (horizon: number) => number): Metrics {
  return Object.fromEntries(QUANTILE_HORIZONS_HOURS.map((hours, horizon) => [`${hours}h`, value(horizon)]));
}

function newestSec(snapshot: MarketSnapshot): number {
  return Math.min(...[...snapshot.assets.values()].map(({ bars }) => bars.endSec.at(-1) ?? Number.NaN));
}

function alignUp(timeSec: number, stepSec: number): number {
  return Math.ceil(timeSec / stepSec) * stepSec;
}

function tooShort(fromSec: number, toSec: number): PlimsollError<"EVALUATION_EMPTY"> {
  return new PlimsollError({
    code: "EVALUATION_EMPTY",
    problem: `Between ${isoTime(fromSec)} and ${isoTime(toSec)} there is no room for ${SEEN_STEPS} steps after a break.`,
    remedy: "Give an earlier --from, or later data.",
    context: { fromSec, toSec },
  });
}
