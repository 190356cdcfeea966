/** Ablations and lead-lag tests of all signals on the out-of-sample forecasts of one asset. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import type { Rng } from "../../math/rng.ts";
import { forecastGrid } from "../../models/vol-lstm/har-walk-forward.ts";
import { HOURS_PER_DAY } from "../../models/vol-lstm/hourly-variance.ts";
import type { VarianceWindows } from "../../models/vol-lstm/variance-windows.ts";
import type { VolManifest } from "../../models/vol-lstm/vol-manifest.ts";
import type { DailySignal } from "../volatility/daily-signal.ts";
import { familyAblation, signalPrecedence } from "./signal-tests.ts";
import type { LossTable } from "./vol-evaluation.ts";

/** Horizons of the ablation, days. */
const ABLATION_DAYS = [1, 7, 30];
/** Fewer midnights than this decide nothing. */
const MIN_COUNT = 100;

/** Tests of the signals; families without enough common history are listed with what there is. */
export function signalReport(
  windows: VarianceWindows,
  tables: readonly LossTable[],
  { signals, rng }: { readonly signals: readonly DailySignal[]; readonly rng: Rng },
): VolManifest["metrics"]["signals"] {
  const families = Map.groupBy(signals, ({ family }) => family);
  const ablation = ABLATION_DAYS.flatMap((horizonDays) => {
    const table = tables.find(
      (entry) => entry.everyHours === HOURS_PER_DAY && entry.horizonHours === horizonDays * HOURS_PER_DAY,
    );
    if (table === undefined) return [];
    const record = { horizonDays, atSec: table.atSec, forecast: table.combined, realised: table.realised };
    return [...families].map(([family, own]) => {
      const found = familyAblation(record, own, rng.fork(`${family}/${horizonDays}`));
      const isEnough = found.count >= MIN_COUNT;
      const [low, high] = found.interval;
      const interval: [number, number] | null = isEnough ? [low, high] : null;
      return { ...found, change: isEnough ? found.change : null, interval };
    });
  });
  const precedence = signalPrecedence(dailyVolatility(windows), signals).map((test) => ({
    ...test,
    precedesVolatility: Number.isNaN(test.precedesVolatility) ? null : test.precedesVolatility,
    followsVolatility: Number.isNaN(test.followsVolatility) ? null : test.followsVolatility,
  }));
  return { ablation, precedence };
}

function dailyVolatility(windows: VarianceWindows): Parameters<typeof signalPrecedence>[0] {
  const grid = forecastGrid(windows, HOURS_PER_DAY);
  const logs = (hours: number): Float64Array =>
    Float64Array.from(grid.indexes, (index) => Math.log(windows.trailing("realised", index, hours)));
  return {
    // A midnight ends the day before it.
    days: Array.from(grid.atSec, (atSec) => Math.round(atSec / SECONDS_PER_DAY) - 1),
    logVariance: logs(HOURS_PER_DAY),
    week: logs(7 * HOURS_PER_DAY),
    month: logs(30 * HOURS_PER_DAY),
  };
}
