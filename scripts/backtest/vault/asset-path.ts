/** One asset's path for vault lives: hours of prices, and for every hour what an operator would have known at its start. */
import { join } from "node:path";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { DEFAULT_GUARD_LIMITS } from "../../../oracle/ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../../oracle/ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../../oracle/ingestion/market-window.ts";
import type { FileMarketSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { createQuantilePredictor, type QuantileInput } from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { assetContext } from "../../../oracle/scoring/asset-context.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import type { MarketHour } from "../../../oracle/simulation/vault/market-moment.ts";
import type { ScoringMoment } from "../../../oracle/simulation/vault/vault-scorer.ts";

/** Which part of a source is walked. */
export interface PathRequest {
  readonly source: FileMarketSource;
  readonly asset: AssetSymbol;
  /** Full hours, seconds: start of the first hour, end of the last. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Hours between refits of the volatility models; a node refits every 24 h. */
  readonly refitHours: number;
}

/** A path. */
export interface AssetPath {
  readonly hours: readonly MarketHour[];
  /** What was known, by the start of the hour, seconds. */
  readonly known: ReadonlyMap<number, ScoringMoment>;
}

const ARTIFACTS = join(import.meta.dirname, "../../../oracle/models/artifacts/quantile-net");
const HISTORY_SEC = 120 * SECONDS_PER_DAY;

interface HourStart {
  readonly startSec: number;
  readonly snapshot: MarketSnapshot;
  readonly input: QuantileInput;
}

/**
 * Walks a path hour by hour with the node's own ingestion, features and models. Hours without a bar, or at whose start nothing
 * could be predicted, are left out.
 *
 * @throws PlimsollError `VAULT_BARS_NOT_HOURLY` for a source of another bar length, and those of the models.
 */
export async function walkAsset(request: PathRequest): Promise<AssetPath> {
  const { asset } = request;
  const { starts, bars } = walkHours(request);
  const predictions = await predictAll(starts.map(({ input }) => input));
  const hours: MarketHour[] = [];
  const known = new Map<number, ScoringMoment>();
  starts.forEach(({ startSec, snapshot }, place) => {
    const prediction = predictions[place];
    const bar = bars.get(startSec + SECONDS_PER_HOUR);
    if (prediction === undefined || bar === undefined) return;
    const moment = { snapshot, predictions: new Map([[asset, prediction]]) };
    const context = assetContext(asset, { ...moment, atSec: startSec, settings: DEFAULT_SCORING_SETTINGS });
    if (context === null) return;
    const curves = { call: context.terms.call.curve, put: context.terms.put.curve };
    hours.push({ startSec, ...bar, impliedVol: context.impliedVol, curves });
    known.set(startSec, moment);
  });
  return { hours, known };
}

type Prices = Pick<MarketHour, "open" | "high" | "low" | "close">;

function walkHours(request: PathRequest) {
  const { source, asset, fromSec, toSec, refitHours } = request;
  const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  const ingestor = createMarketIngestor({ source, window, historySec: HISTORY_SEC });
  const forecaster = createVolatilityForecaster({ refitSteps: refitHours });
  const starts: HourStart[] = [];
  /** By the end of the bar. */
  const bars = new Map<number, Prices>();
  for (let timeSec = fromSec; timeSec <= toSec; timeSec += SECONDS_PER_HOUR) {
    ingestor.advanceTo(timeSec);
    const snapshot = ingestor.snapshot();
    const market = snapshot.assets.get(asset);
    if (market === undefined) continue;
    requireHourly(market);
    if (market.bars.endSec.at(-1) === timeSec) bars.set(timeSec, lastBar(market));
    const features = timeSec < toSec ? buildFeatures(snapshot, asset) : null;
    if (features?.ok !== true) continue;
    const volatility = forecaster.forecast(market, timeSec);
    starts.push({ startSec: timeSec, snapshot, input: { features: features.value, volatility } });
  }
  return { starts, bars };
}

function lastBar({ bars }: AssetMarket): Prices {
  const last = (column: Float64Array): number => column.at(-1) ?? Number.NaN;
  return { open: last(bars.open), high: last(bars.high), low: last(bars.low), close: last(bars.close) };
}

async function predictAll(inputs: readonly QuantileInput[]): Promise<readonly AssetPrediction[]> {
  const rng = createRng("backtest-quantiles");
  const predictor = await createQuantilePredictor({ artifactDir: ARTIFACTS, schema: FEATURE_SCHEMA, rng });
  try {
    const quantiles = await predictor.predict(inputs);
    return inputs.flatMap(({ volatility }, place) => {
      const found = quantiles[place];
      return found === undefined ? [] : [{ volatility, quantiles: found }];
    });
  } finally {
    await predictor.close();
  }
}

function requireHourly({ asset, bars }: AssetMarket): void {
  if (bars.spanSec === SECONDS_PER_HOUR) return;
  throw new PlimsollError({
    code: "VAULT_BARS_NOT_HOURLY",
    problem: `The bars of ${asset} are ${bars.spanSec} s long, not ${SECONDS_PER_HOUR}.`,
    remedy: "Give --data a folder with spot-hourly files.",
    context: { asset, spanSec: bars.spanSec },
  });
}
