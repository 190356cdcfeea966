/** The engine's law of the next day against daily baselines: its 24-hour paths at every midnight, and what then came. */
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { combinedTail } from "../../../oracle/models/var-quantile/combined-tail.ts";
import { filteredTail, historicalTail } from "../../../oracle/models/var-quantile/empirical-tail.ts";
import { garchWalk, parametricTail } from "../../../oracle/models/var-quantile/garch-tail.ts";
import { ewmaNormalTail } from "../../../oracle/models/var-quantile/normal-tail.ts";
import { MIN_HISTORY, type TailPath } from "../../../oracle/models/var-quantile/tail-path.ts";
import { withEndedCalm } from "../../../oracle/models/volatility/ended-calm.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { openFeed } from "../../../oracle/pipeline/retraining/training-data.ts";
import { drawScenarios } from "../../../oracle/scoring/scenario-draws.ts";
import { simulateSpot } from "../../../oracle/scoring/scenarios.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { largestValues, tailRanks, tailStatistics } from "../../../oracle/scoring/tail-statistics.ts";
import { commonSteps, type TailScore, tailScores } from "../../../oracle/training/evaluate/tail-scores.ts";

/** Scores of one asset by model, one level. */
export interface HorizonScores {
  readonly asset: string;
  readonly days: number;
  readonly fromSec: number;
  readonly toSec: number;
  readonly scores: Readonly<Record<string, TailScore>>;
}

/** Level of FZ0 and Z2 (design of the evaluation, row cvar-depth). */
const LEVEL = 0.025;
const PATHS = 2_000;
const HOURS = 24;
const PERCENT = 100;
/** Hours between fits, as in the training of the quantile network: a fit a day would take an hour. */
const REFIT_STEPS = 720;

/** Scores of BTC and ETH from `fromSec` on, of the days after 500 of history; assets without such days are left out. */
export async function horizonScores(
  paths: readonly string[],
  fromSec: number | null,
): Promise<readonly HorizonScores[]> {
  const source = await openFileSource({ paths });
  return source.assets.flatMap((asset) => {
    const days = walkDays(source, asset);
    return scoresOf(asset, days, fromSec) ?? [];
  });
}

interface Days {
  /** Midnight at which the day begins. `[n]` */
  readonly daySec: Float64Array;
  /** Log returns, percent. `[n]` */
  readonly returns: Float64Array;
  readonly engine: TailPath;
}

function walkDays(source: Awaited<ReturnType<typeof openFileSource>>, asset: string): Days {
  const feed = openFeed(source);
  const forecaster = createVolatilityForecaster({ refitSteps: REFIT_STEPS });
  const draws = drawScenarios({ paths: PATHS, steps: HOURS, seed: "horizon-tails" });
  const rank = tailRanks(PATHS, 1 - LEVEL, 1);
  const days: {
    readonly daySec: number;
    readonly close: number;
    readonly quantile: number;
    readonly shortfall: number;
  }[] = [];
  const first = Math.ceil(source.fromSec / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  for (let daySec = first; daySec <= source.toSec; daySec += SECONDS_PER_DAY) {
    feed.advanceTo(daySec);
    const market = feed.snapshot().assets.get(asset);
    if (market === undefined || market.bars.endSec.at(-1) !== daySec) continue;
    const forecast = withEndedCalm(forecaster.forecast(market, daySec), forecaster.longRunSigma(market, daySec));
    const scenarios = simulateSpot(draws, forecast, DEFAULT_SCORING_SETTINGS);
    const ends = scenarios.logReturn[HOURS - 1] ?? new Float64Array();
    const losses = largestValues(
      ends.map((value) => -value),
      rank.needed,
    );
    const { quantile, shortfall } = tailStatistics(losses, rank);
    days.push({ daySec, close: market.bars.close.at(-1) ?? Number.NaN, quantile, shortfall });
  }
  return daysOf(days);
}

function daysOf(
  known: readonly {
    readonly daySec: number;
    readonly close: number;
    readonly quantile: number;
    readonly shortfall: number;
  }[],
): Days {
  const whole = known.slice(0, -1).flatMap((day, index) => {
    const next = known[index + 1];
    const isNext = next !== undefined && next.daySec === day.daySec + SECONDS_PER_DAY;
    return isNext ? [{ ...day, value: PERCENT * Math.log(next.close / day.close) }] : [];
  });
  return {
    daySec: Float64Array.from(whole, ({ daySec }) => daySec),
    returns: Float64Array.from(whole, ({ value }) => value),
    engine: {
      quantiles: [Float64Array.from(whole, ({ quantile }) => -PERCENT * quantile)],
      shortfalls: [Float64Array.from(whole, ({ shortfall }) => -PERCENT * shortfall)],
    },
  };
}

/** The engine's shortfall times the tail that earlier returns had in units of it: filtered historical simulation once more. */
function recalibrated({ shortfalls }: TailPath, returns: Float64Array): TailPath {
  const units = (shortfalls[0] ?? new Float64Array()).map((shortfall) => -shortfall);
  return filteredTail(returns, units, [LEVEL]);
}

function scoresOf(asset: string, { daySec, returns, engine }: Days, fromSec: number | null): HorizonScores | null {
  const levels = [LEVEL];
  const paths: Readonly<Record<string, TailPath>> = {
    engine,
    recalibrated: recalibrated(engine, returns),
    combined: combinedTail(returns, levels),
    garchNormal: parametricTail(garchWalk(returns, "normal"), levels),
    garchT: parametricTail(garchWalk(returns, "t"), levels),
    ewma: ewmaNormalTail(returns, levels),
    historical: historicalTail(returns, levels),
  };
  const fromStep = fromSec === null ? MIN_HISTORY : daySec.findIndex((day) => day >= fromSec);
  const steps = fromStep < 0 ? [] : commonSteps(Object.values(paths), fromStep);
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return null;
  const scored = Object.entries(paths).flatMap(([name, path]) =>
    tailScores(path, returns, { levels, steps }).map((score) => [name, score] as const),
  );
  return {
    asset,
    days: steps.length,
    fromSec: daySec[first] ?? Number.NaN,
    toSec: daySec[last] ?? Number.NaN,
    scores: Object.fromEntries(scored),
  };
}
