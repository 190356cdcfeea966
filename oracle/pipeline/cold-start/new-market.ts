/** What is known of an asset before it gets a market: its data, and how the models would serve it. */
import { PlimsollError } from "../../domain/errors.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { DEFAULT_GUARD_LIMITS } from "../../ingestion/guard-limits.ts";
import { createMarketIngestor } from "../../ingestion/market-ingestor.ts";
import { createMarketWindow } from "../../ingestion/market-window.ts";
import { openFileSource } from "../../ingestion/sources/file-source.ts";
import { type ColdStartPlan, coldStartPlan } from "../../models/cold-start/cold-start.ts";
import { historyHoursOf } from "./widen-cold-starts.ts";

/** A look at an asset's data. */
export interface NewMarketReport {
  readonly asset: AssetSymbol;
  /** Newest price, USD, and the end of its bar, seconds. */
  readonly spot: number;
  readonly newestSec: number;
  /** Days of bars, at most 400. */
  readonly historyDays: number;
  /** Share of the bars between oldest and newest that are there. */
  readonly coverage: number;
  readonly refused: number;
  readonly isTrained: boolean;
  readonly plan: ColdStartPlan;
  /** Factor on the log moves of the served quantiles. */
  readonly widening: number;
}

const HISTORY_SEC = 400 * SECONDS_PER_DAY;
/** With more holes than this no feature window is sound for long. */
const MIN_COVERAGE = 0.95;
const HOURS_PER_DAY = SECONDS_PER_DAY / SECONDS_PER_HOUR;

/**
 * Reads the asset's bars as an operator would, guard included.
 *
 * @param trainedAssets assets that the network was fitted on.
 * @throws PlimsollError `DATA_…` of the readers; `MARKET_DATA_HOLES` when more than a twentieth of the bars is missing.
 */
export async function inspectNewMarket(
  asset: AssetSymbol,
  paths: readonly string[],
  trainedAssets: readonly AssetSymbol[],
): Promise<NewMarketReport> {
  const source = await openFileSource({ paths, assets: [asset] });
  const window = createMarketWindow({ assets: [asset], historySec: HISTORY_SEC, limits: DEFAULT_GUARD_LIMITS });
  const ingestor = createMarketIngestor({ source, window, historySec: HISTORY_SEC });
  ingestor.advanceTo(source.toSec);
  const market = ingestor.snapshot().assets.get(asset);
  const historyHours = market === undefined ? 0 : historyHoursOf(market);
  const bars = market?.bars.endSec.length ?? 0;
  const wanted = 1 + (historyHours * SECONDS_PER_HOUR) / (market?.bars.spanSec ?? SECONDS_PER_HOUR);
  const coverage = bars / wanted;
  if (coverage < MIN_COVERAGE) throw holes(asset, coverage);
  const isTrained = trainedAssets.includes(asset);
  const plan = coldStartPlan({ historyHours, isTrained });
  return {
    asset,
    spot: market?.spot ?? Number.NaN,
    newestSec: market?.bars.endSec.at(-1) ?? source.toSec,
    historyDays: historyHours / HOURS_PER_DAY,
    coverage,
    refused: Object.values(ingestor.counts().rejected).reduce((sum, count) => sum + count, 0),
    isTrained,
    plan,
    widening: Math.exp(plan.logFactor),
  };
}

function holes(asset: AssetSymbol, coverage: number): PlimsollError<"MARKET_DATA_HOLES"> {
  return new PlimsollError({
    code: "MARKET_DATA_HOLES",
    problem: `Of the bars of ${asset} a share of ${coverage.toFixed(3)} is there; the limit is ${MIN_COVERAGE}.`,
    remedy: "Give a source without holes: with them no feature window is sound.",
    context: { asset, coverage, limit: MIN_COVERAGE },
  });
}
