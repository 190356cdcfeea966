/** Rows as a node would meet them: forecasts and residuals of real markets, learned stretch included, positions drawn. */
import type { QuantilePrediction, VolForecast } from "../../../oracle/domain/prediction.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { adverseMoveQuantiles } from "../../../oracle/models/volatility/adverse-move-quantiles.ts";
import { withEndedCalm } from "../../../oracle/models/volatility/ended-calm.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { openFeed } from "../../../oracle/pipeline/retraining/training-data.ts";
import { adversePaths } from "../../../oracle/scoring/adverse-paths.ts";
import { drawScenarios } from "../../../oracle/scoring/scenario-draws.ts";
import { hourlySigma, simulateSpot } from "../../../oracle/scoring/scenarios.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { drawMarket, LONGEST_HORIZON } from "../../../oracle/training/cvar-depth/draw-cases.ts";
import { type PricedCase, pricedCases } from "../../../oracle/training/cvar-depth/teacher-rows.ts";

/** Times at which markets are looked at, evenly spread over the window. */
const TIMES = 16;
const CASES_PER_SIDE = 16;
const PATHS = 10_000;
const MICROSECONDS = 1e6;
/** Bars before the first time. */
const HISTORY_SEC = 90 * 86_400;

/** Positions as a node would meet them, priced. */
export interface ServedCases {
  readonly cases: readonly PricedCase[];
  /** Positions that the teacher priced in a second of one core, by the processor's own time. */
  readonly seriesPerSec: number;
}

/** Positions with the teacher's shortfalls on 10 000 paths. */
export async function servedCases(paths: readonly string[], fromSec: number | null): Promise<ServedCases> {
  const source = await openFileSource({ paths });
  const feed = openFeed(source);
  const forecaster = createVolatilityForecaster();
  const rng = createRng("evaluate-cvar-depth");
  const start = Math.max(source.fromSec + HISTORY_SEC, fromSec ?? 0);
  const cases: PricedCase[] = [];
  let [priced, spentMicroseconds] = [0, 0];
  for (let place = 0; place < TIMES; place += 1) {
    const atSec = Math.floor(start + ((source.toSec - start) * (place + 1)) / TIMES);
    feed.advanceTo(atSec);
    for (const market of feed.snapshot().assets.values()) {
      const forecast = forecaster.forecast(market, atSec);
      const quantiles = adverseMoveQuantiles(forecast, rng.fork(`quantiles-${market.asset}-${place}`));
      const volatility = withEndedCalm(forecast, forecaster.longRunSigma(market, atSec));
      const drawn = rng.fork(`positions-${market.asset}-${place}`);
      for (const side of sidesOf({ volatility, quantiles, spot: market.spot, rng: drawn })) {
        const before = process.cpuUsage();
        cases.push(...side());
        priced += CASES_PER_SIDE;
        const { user, system } = process.cpuUsage(before);
        spentMicroseconds += user + system;
      }
    }
  }
  return { cases, seriesPerSec: (priced * MICROSECONDS) / spentMicroseconds };
}

interface SideInput {
  readonly volatility: VolForecast;
  readonly quantiles: QuantilePrediction;
  readonly spot: number;
  readonly rng: Rng;
}

/** Puts and calls on the paths that scoring would build; depth, spread and sizes are drawn. Pricing waits for the call. */
function sidesOf({ volatility, quantiles, spot, rng }: SideInput): readonly (() => readonly PricedCase[])[] {
  const draws = drawScenarios({ paths: PATHS, steps: LONGEST_HORIZON, seed: DEFAULT_SCORING_SETTINGS.seed });
  const scenarios = simulateSpot(draws, volatility, DEFAULT_SCORING_SETTINGS);
  return (["put", "call"] as const).map((kind) => {
    const market = drawMarket(kind, rng, { spot, hourlySigma: hourlySigma(volatility) });
    const settings = DEFAULT_SCORING_SETTINGS;
    const paths = adversePaths({ kind, spot, scenarios, quantiles, volShock: draws.volShock, settings });
    return () => pricedCases(paths, market, { count: CASES_PER_SIDE, rng });
  });
}
