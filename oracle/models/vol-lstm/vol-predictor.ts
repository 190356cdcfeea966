/** Serves multi-horizon volatility: the combination around the network, or the exponentially weighted mean with a flag. */
import type { Outcome } from "../../domain/errors.ts";
import type { AssetMarket, AssetSymbol } from "../../domain/market.ts";
import type { FallbackReason, ModelIdentity } from "../../domain/prediction.ts";
import { sliceBars } from "../../domain/slice-bars.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { type LoadedArtefact, loadArtefact } from "../session.ts";
import { combineForecasts } from "./combine-forecasts.ts";
import type { ForecastGrid } from "./har-walk-forward.ts";
import { HOURS_PER_DAY, hourlyVariance } from "./hourly-variance.ts";
import { memberForecasts, ownForecasts } from "./member-forecasts.ts";
import { runVolNetwork } from "./run-vol-network.ts";
import { ewmaForecast } from "./simple-forecasts.ts";
import { type VarianceWindows, varianceWindows } from "./variance-windows.ts";
import { horizonMeasure, STATE_FEATURES, VOL_HISTORY_HOURS, VOL_HORIZONS_HOURS } from "./vol-inputs.ts";
import { type VolManifest, type VolVectors, volManifestSchema, volVectorsSchema } from "./vol-manifest.ts";

/** Volatility of one asset over each horizon. */
export interface VolTermForecast {
  readonly asset: AssetSymbol;
  /** End of the newest hour read, seconds. */
  readonly atSec: number;
  /** Standard deviation of the log return over each of `VOL_HORIZONS_HOURS`, decimal, not annualised. `[horizon]` */
  readonly sigma: Float64Array;
  /** Weights of the members at each horizon; empty for the fallback. `[horizon][member]` */
  readonly weights: readonly (readonly number[])[];
  /** `vol-lstm` or `ewma`. */
  readonly modelId: string;
  readonly fallbacks: readonly FallbackReason[];
}

/** Forecasts for a batch of assets. */
export interface VolPredictor {
  /**
   * One forecast for each market, in order; `null` for an asset with less than a day of hourly bars. Never fails for a bad
   * artefact or series: it falls back to the exponentially weighted mean and says why.
   *
   * @param atSec no bar that ends later is read.
   */
  predict(markets: readonly AssetMarket[], atSec: number): Promise<readonly (VolTermForecast | null)[]>;
  /** Artefact in use; `null` when none could be loaded. */
  readonly identity: ModelIdentity | null;
  /** Why the network does not serve; `null` while it does. */
  readonly reason: FallbackReason | null;
  /** Frees the native session; afterwards every forecast is the fallback, flagged `artefact-missing`. */
  close(): Promise<void>;
}

type Artefact = LoadedArtefact<VolManifest, VolVectors>;

/** Times of the past at which the combination is scored: every this many hours. */
const SCORE_EVERY_HOURS = 24;
const MONTH_HOURS = 720;

/**
 * Loads the artefact, checks its hashes, its layout and its golden vectors.
 *
 * @param artifactDir folder with model.onnx, manifest.json and vectors.json.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only; every other fault is a fallback with a flag.
 */
export async function createVolPredictor(artifactDir: string): Promise<VolPredictor> {
  const loaded = await loadVerified(artifactDir);
  let artefact = loaded.ok ? loaded.value : null;
  const reason = loaded.ok ? null : loaded.reason;
  const identity = artefact === null ? null : { id: artefact.manifest.id, sha256: artefact.manifest.sha256 };
  return {
    identity,
    reason,
    predict: async (markets, atSec) => {
      const forecasts: (VolTermForecast | null)[] = [];
      for (const market of markets) {
        const windows = windowsUntil(market, atSec);
        forecasts.push(windows === null ? null : await forecastAsset(market.asset, windows, artefact ?? reason));
      }
      return forecasts;
    },
    close: async () => {
      const closing = artefact;
      artefact = null;
      await closing?.session.release();
    },
  };
}

async function loadVerified(artifactDir: string): Promise<Outcome<Artefact, FallbackReason>> {
  const loaded = await loadArtefact(artifactDir, { manifest: volManifestSchema, vectors: volVectorsSchema });
  if (!loaded.ok) return loaded;
  const { manifest, vectors, session } = loaded.value;
  const { stateFeatures, horizonsHours } = manifest.inputs;
  const isLayout =
    STATE_FEATURES.every((name, index) => stateFeatures[index] === name) &&
    VOL_HORIZONS_HOURS.every((hours, index) => horizonsHours[index] === hours);
  if (isLayout && (await isGolden(loaded.value))) return loaded;
  await session.release();
  return { ok: false, reason: isLayout ? "output-invalid" : "schema-mismatch", detail: `${vectors.state.length} rows` };
}

/** Runs the golden vectors: a library or CPU that computes something else must not serve. */
async function isGolden({ session, vectors }: Artefact): Promise<boolean> {
  const rows = vectors.state.map((state, row) => ({
    state: Float32Array.from(state),
    hours: Float32Array.from(vectors.hours[row] ?? []),
    days: Float32Array.from(vectors.days[row] ?? []),
  }));
  const found = await runVolNetwork(session, rows);
  const pairs = [
    [vectors.logRatio.flat(), found.logRatio],
    [vectors.linear.flat(), found.linear],
  ] as const;
  return pairs.every(([expected, actual]) => {
    const isClose = (value: number, index: number): boolean =>
      Math.abs(value - (actual[index] ?? Number.NaN)) <= vectors.tolerance;
    return expected.length === actual.length && expected.every(isClose);
  });
}

function windowsUntil({ bars }: AssetMarket, atSec: number): VarianceWindows | null {
  // Ends are ascending: the bars up to the time are a prefix. Only whole hours are read.
  const untilSec = Math.floor(atSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
  const count = bars.endSec.findLastIndex((end) => end <= untilSec) + 1;
  const hours = hourlyVariance(sliceBars(bars, 0, count));
  return hours === null || hours.observed.length < HOURS_PER_DAY ? null : varianceWindows(hours);
}

async function forecastAsset(
  asset: AssetSymbol,
  windows: VarianceWindows,
  source: Artefact | FallbackReason | null,
): Promise<VolTermForecast> {
  const last = windows.count - 1;
  const atSec = windows.hours.firstEndSec + last * SECONDS_PER_HOUR;
  const fallback = (reason: FallbackReason): VolTermForecast => ({
    asset,
    atSec,
    sigma: sigmas(ewmaForecast(windows, last)),
    weights: [],
    modelId: "ewma",
    fallbacks: [reason],
  });
  if (source === null || typeof source === "string") return fallback(source ?? "artefact-missing");
  if (windows.count < VOL_HISTORY_HOURS) return fallback("short-history");
  const grid = dailyGrid(windows);
  const first = grid.indexes.findIndex((index) => index >= VOL_HISTORY_HOURS - 1);
  const places = Array.from({ length: grid.indexes.length - first }, (_, place) => first + place);
  const own = ownForecasts(windows, grid);
  const models = { session: source.session, logHar: source.manifest.logHar };
  const table = await memberForecasts(windows, { grid, places, own }, models);
  if (table.places.at(-1) !== grid.indexes.length - 1) return fallback("inputs-missing");
  const indexes = Int32Array.from(table.places, (place) => grid.indexes[place] ?? -1);
  const combined = VOL_HORIZONS_HOURS.map((hours, horizon) =>
    combineForecasts(
      {
        atSec: Float64Array.from(indexes, (index) => windows.hours.firstEndSec + index * SECONDS_PER_HOUR),
        forecasts: table.forecasts[horizon] ?? [],
        realised: Float64Array.from(indexes, (index) => windows.coming(horizonMeasure(hours), index, hours)),
        horizonSec: hours * SECONDS_PER_HOUR,
      },
      source.manifest.combination,
    ),
  );
  const variances = Float64Array.from(combined, ({ forecast }) => forecast.at(-1) ?? Number.NaN);
  if (!variances.every((value) => value > 0 && value < Number.POSITIVE_INFINITY)) return fallback("output-invalid");
  const weights = combined.map((entry) => entry.weights.map((column) => column.at(-1) ?? Number.NaN));
  return { asset, atSec, sigma: sigmas(variances), weights, modelId: source.manifest.id, fallbacks: [] };
}

/** The newest hour, and hours before it in steps of a day as far back as a month lies behind them. */
function dailyGrid({ count, hours }: VarianceWindows): ForecastGrid {
  const steps = Math.floor((count - MONTH_HOURS) / SCORE_EVERY_HOURS);
  const indexes = Int32Array.from({ length: steps + 1 }, (_, step) => count - 1 - (steps - step) * SCORE_EVERY_HOURS);
  return { indexes, atSec: Float64Array.from(indexes, (index) => hours.firstEndSec + index * SECONDS_PER_HOUR) };
}

/** Mean variance per day to the standard deviation over each horizon. */
function sigmas(variances: Float64Array): Float64Array {
  return variances.map((value, horizon) => Math.sqrt((value * (VOL_HORIZONS_HOURS[horizon] ?? 0)) / HOURS_PER_DAY));
}
