/** Paths of all assets over one stretch of time: hours of prices, and for every hour what an operator would have known at its start. */
import { join } from "node:path";
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetMarket, AssetSymbol, MarketSource } from "../../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { FEATURE_SCHEMA } from "../../features/feature-schema.ts";
import { DEFAULT_GUARD_LIMITS } from "../../ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../ingestion/market-window.ts";
import { createRng } from "../../math/rng.ts";
import { createQuantilePredictor } from "../../models/quantile-net/quantile-predictor.ts";
import { createVolPredictor } from "../../models/vol-lstm/vol-predictor.ts";
import { createVolatilityForecaster } from "../../models/volatility/volatility-forecaster.ts";
import { assetContext } from "../../scoring/asset-context.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import type { MarketHour } from "../../simulation/vault/market-moment.ts";
import type { ScoringMoment } from "../../simulation/vault/vault-scorer.ts";
import { predictAssets } from "../operator/predict.ts";

/** Which part of a source is walked. */
export interface SegmentRequest {
  readonly source: Pick<MarketSource, "id" | "assets" | "events" | "fromSec" | "toSec">;
  /** Full hours, seconds: start of the first hour, end of the last. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Whether bars of other lengths than an hour are made into hours; by default they are refused. */
  readonly anyBars?: boolean;
}

/** What a stretch of time held. */
export interface SegmentPath {
  /** Hours of each asset, ascending; hours without a bar, or with nothing known at their start, are left out. */
  readonly hours: ReadonlyMap<AssetSymbol, readonly MarketHour[]>;
  /** What was known, by the start of the hour, seconds. */
  readonly known: ReadonlyMap<number, ScoringMoment>;
}

const ARTIFACTS = join(import.meta.dirname, "../../models/artifacts");
const HISTORY_SEC = 120 * SECONDS_PER_DAY;
/** A node refits its volatility models daily, which takes most of a walk: here they are refitted weekly. */
const REFIT_HOURS = 7 * 24;

type Prices = Pick<MarketHour, "open" | "high" | "low" | "close">;

/**
 * Walks a source hour by hour with the node's own ingestion, features and models; nothing later than an hour's start is seen
 * by what is known at it.
 *
 * @throws PlimsollError `VAULT_BARS_NOT_HOURLY` for a source of another bar length, and those of the models.
 */
export async function walkSegment(request: SegmentRequest): Promise<SegmentPath> {
  const { source, fromSec, toSec } = request;
  const window = createMarketWindow({ assets: source.assets, historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  const ingestor = createMarketIngestor({ source: withoutChains(source), window, historySec: HISTORY_SEC });
  const rng = createRng("backtest-quantiles");
  const predictor = await createQuantilePredictor({
    artifactDir: join(ARTIFACTS, "quantile-net"),
    schema: FEATURE_SCHEMA,
    rng,
  });
  const volPredictor = await createVolPredictor(join(ARTIFACTS, "vol-lstm"));
  const forecaster = createVolatilityForecaster({ refitSteps: REFIT_HOURS });
  const deps = { forecaster, volPredictor, predictor, logger: { warn: () => {} } };
  const hours = new Map<AssetSymbol, MarketHour[]>(source.assets.map((asset) => [asset, []]));
  const known = new Map<number, ScoringMoment>();
  try {
    for (let timeSec = fromSec; timeSec <= toSec; timeSec += SECONDS_PER_HOUR) {
      ingestor.advanceTo(timeSec);
      const snapshot = ingestor.snapshot();
      const before = known.get(timeSec - SECONDS_PER_HOUR);
      for (const market of snapshot.assets.values()) {
        if (request.anyBars !== true) requireHourly(market);
        const hour = before === undefined ? null : hourOf(market, before, timeSec);
        if (hour !== null) hours.get(market.asset)?.push(hour);
      }
      if (timeSec < toSec) known.set(timeSec, { snapshot, predictions: await predictAssets(snapshot, deps) });
    }
  } finally {
    await Promise.all([predictor.close(), volPredictor.close()]);
  }
  return { hours, known };
}

/** Vaults here are priced and scored by the rules: a chain that no score reads would only raise the doubt `stale-chain`. */
function withoutChains(source: SegmentRequest["source"]): SegmentRequest["source"] {
  return {
    ...{ id: source.id, assets: source.assets, fromSec: source.fromSec, toSec: source.toSec },
    events: function* (fromSec, toSec) {
      for (const event of source.events(fromSec, toSec)) if (event.kind !== "chain") yield event;
    },
  };
}

/** The hour that ended at a time, with what was known at its start. */
function hourOf(market: AssetMarket, known: ScoringMoment, endSec: number): MarketHour | null {
  const startSec = endSec - SECONDS_PER_HOUR;
  const bar = barAt(market, endSec);
  const context = assetContext(market.asset, { ...known, atSec: startSec, settings: DEFAULT_SCORING_SETTINGS });
  if (bar === null || context === null) return null;
  const curves = { call: context.terms.call.curve, put: context.terms.put.curve };
  return { startSec, ...bar, impliedVol: context.impliedVol, curves };
}

/**
 * Prices of the hour that ended at a time: the bars inside it put together. A longer bar counts as moving in its last hour, after hours
 * that stand still, since nobody could have known of it before.
 */
function barAt({ bars }: AssetMarket, endSec: number): Prices | null {
  const last = (column: Float64Array): number => column.at(-1) ?? Number.NaN;
  if (bars.endSec.at(-1) === endSec) {
    const from = bars.spanSec < SECONDS_PER_HOUR ? bars.endSec.findIndex((at) => at > endSec - SECONDS_PER_HOUR) : -1;
    const first = from < 0 ? bars.endSec.length - 1 : from;
    return {
      open: bars.open[first] ?? Number.NaN,
      high: Math.max(...bars.high.subarray(first)),
      low: Math.min(...bars.low.subarray(first)),
      close: last(bars.close),
    };
  }
  const isInside = bars.spanSec > SECONDS_PER_HOUR && endSec - (bars.endSec.at(-1) ?? 0) < bars.spanSec;
  if (!isInside) return null;
  const close = last(bars.close);
  return { open: close, high: close, low: close, close };
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
